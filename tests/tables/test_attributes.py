"""Attributes from CSV have the type that the rows known at the moment ask for."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from recommender.config import Config
from recommender.tables import check_tables, read_tables

HEADS = {
    "products": "product_id,name,category,monthly_price\nwifi,W,data,1\n",
    "holdings": "account_id,product_id,started_at,ended_at\n",
    "complaints": "complaint_id,account_id,opened_at,resolved_at,status\n",
}
MAY, JULY = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def attribute(tmp_path: Path):
    """Return the values of an attribute at a moment, of two accounts known in April and one recorded in June."""
    for name, text in HEADS.items():
        (tmp_path / f"{name}.csv").write_text(text)

    def at(moment: datetime, early: tuple[str, str], late: str) -> Any:
        rows = [("a", early[0], "2026-04-01"), ("b", early[1], "2026-04-01"), ("c", late, "2026-06-01")]
        lines = "".join(f"{account},2026-01-01,home,{value},{recorded}\n" for account, value, recorded in rows)
        (tmp_path / "accounts.csv").write_text(f"account_id,opened_at,segment,x,recorded_at\n{lines}")
        tables = read_tables(tmp_path, Config(time_zone="UTC"))
        return tables.cut(moment)["accounts"].order_by("account_id").x.to_pyarrow().combine_chunks()

    return at


@pytest.mark.parametrize(
    ("early", "late", "values"),
    [
        (("41", "-7"), "unknown", [41, -7]),
        (("41", "7"), "7.5", [41, 7]),
        (("0.5", "2"), "unknown", [0.5, 2.0]),
        (("True", "false"), "1", [True, False]),
        (("", ""), "1", None),
        (("041", "7"), "x", ["041", "7"]),
        (("1234567890123456", "7"), "x", ["1234567890123456", "7"]),
    ],
)
def test_a_row_recorded_later_does_not_widen_the_type(attribute, early, late, values):
    alone, with_late = attribute(MAY, early, early[0]), attribute(MAY, early, late)
    assert values is None or with_late.equals(pa.array(values))
    assert values is None or alone.equals(with_late)
    assert with_late.to_pylist()[:2] == (values or [None, None])


def test_from_when_it_is_recorded_it_does(attribute):
    assert attribute(JULY, ("41", "-7"), "unknown").equals(pa.array(["41", "-7", "unknown"]))


def test_a_mark_of_the_vulnerable_that_nobody_understands_is_refused(tmp_path):
    for name, text in HEADS.items():
        (tmp_path / f"{name}.csv").write_text(text)
    marks = "".join(f"{i},2026-01-01,home,{mark}\n" for i, mark in enumerate(["yes", "", "ja", "minor", "0", "1.0"]))
    (tmp_path / "accounts.csv").write_text(f"account_id,opened_at,segment,is_vulnerable\n{marks}")
    says = "the attribute 'is_vulnerable' holds 2 values that cannot be read as true or false, for example 'ja'"
    assert any(says in problem for problem in check_tables(tmp_path, Config(time_zone="UTC")))
