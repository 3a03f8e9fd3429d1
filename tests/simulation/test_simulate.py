from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from recommender.config import read_config
from recommender.errors import ConfigError, OutputError
from recommender.schema import TABLES
from recommender.simulation import NEEDS, simulate
from recommender.tables import read_tables

UNTIL = datetime(2026, 6, 30, 22, tzinfo=UTC)
FEEDS = set(TABLES) - {"products", "feeds"}


def table(operator: Path, name: str) -> pa.Table:
    return pq.read_table(operator / f"{name}.parquet")


def versions(operator: Path, name: str, *key: str) -> int:
    """How many rows of a table are later versions of another row."""
    rows = table(operator, name)
    return rows.num_rows - rows.group_by(list(key)).aggregate([]).num_rows


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_table_keeps_its_contract(operator: Path):
    assert set(read_tables(operator).by_name) == set(TABLES)


def test_the_folder_holds_the_tables_the_settings_and_the_truth(operator: Path):
    assert {path.name for path in operator.iterdir()} == {
        *(f"{name}.parquet" for name in TABLES),
        "recommender.toml",
        "truth",
    }


def test_the_settings_name_the_time_zone(operator: Path):
    assert read_config(operator / "recommender.toml").time_zone == "Europe/Berlin"


def test_ids_keep_their_leading_zeros(operator: Path):
    ids = table(operator, "accounts")["account_id"]
    assert ids.type == pa.string()
    assert ids.to_pylist() == [f"A{number:07d}" for number in range(1, 401)]


def test_money_is_decimal_and_moments_are_in_utc(operator: Path):
    calls = table(operator, "calls").schema
    assert calls.field("charge").type == pa.decimal128(12, 2)
    assert calls.field("started_at").type == pa.timestamp("us", "UTC")


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_nothing_is_recorded_after_the_end(operator: Path, name: str):
    assert pc.max(table(operator, name)["recorded_at"]).as_py() <= UNTIL


@pytest.mark.parametrize("name", sorted(FEEDS))
def test_nothing_is_recorded_before_it_happened(operator: Path, name: str):
    rows = table(operator, name)
    happened = pc.coalesce(*(rows[column] for column in TABLES[name].happened))
    assert pc.all(pc.greater_equal(rows["recorded_at"], happened)).as_py()


def test_every_feed_is_complete_until_the_end(operator: Path):
    feeds = table(operator, "feeds").to_pylist()
    assert {row["feed"]: row["known_until"] for row in feeds} == dict.fromkeys(FEEDS, UNTIL)


@pytest.mark.parametrize(("name", "moment"), [("calls", "started_at"), ("sessions", "started_at")])
def test_some_events_are_recorded_days_late(operator: Path, name: str, moment: str):
    rows = table(operator, name)
    late = pc.greater(pc.subtract(rows["recorded_at"], rows[moment]), pa.scalar(86_400_000_000, pa.duration("us")))
    assert 0.005 < np.mean(late.to_numpy()) < 0.1


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("complaints", ("complaint_id",)),
        ("bills", ("account_id", "issued_at")),
    ],
)
def test_corrections_are_further_versions_of_a_row(operator: Path, name: str, key: tuple[str, ...]):
    assert versions(operator, name, *key) > 100


def test_the_end_of_a_holding_is_a_further_version(operator: Path):
    rows = table(operator, "holdings")
    rows = rows.append_column("key", pc.coalesce(rows["ordered_at"], rows["started_at"]))
    counts = rows.group_by(["account_id", "product_id", "key"]).aggregate([("ended_at", "count"), ("ended_at", "max")])
    ended = rows.num_rows - rows["ended_at"].null_count
    assert ended > 100
    assert counts.num_rows == rows.num_rows - ended - delivered(rows)


def delivered(rows: pa.Table) -> int:
    """How many rows say that an earlier order has started."""
    later = pc.greater(rows["started_at"], rows["ordered_at"])
    return rows.filter(pc.and_(later, pc.is_null(rows["ended_at"]))).num_rows


def test_some_complaints_are_open_at_the_end_and_some_were_reopened(operator: Path):
    rows = table(operator, "complaints").sort_by("recorded_at")
    last = rows.group_by("complaint_id", use_threads=False).aggregate([("status", "last"), ("resolved_at", "last")])
    unresolved = last["resolved_at_last"].null_count
    assert 0 < unresolved < 0.1 * 400
    assert "reopened" in rows["status"].to_pylist()


def test_statuses_differ_in_case_and_blanks(operator: Path):
    words = set(table(operator, "complaints")["status"].drop_null().to_pylist())
    assert {"resolved", "Resolved", "RESOLVED ", "open", "OPEN"} <= words


def test_every_outcome_and_purpose_occurs(operator: Path):
    outcomes = set(table(operator, "contacts")["outcome"].to_pylist())
    assert outcomes == {"accepted", "declined", "interested", "no_answer", "shown"}
    assert set(table(operator, "consents")["purpose"].to_pylist()) == {"marketing", "usage_data"}


def test_bills_are_paid_unpaid_and_never_negative(operator: Path):
    bills = table(operator, "bills")
    assert pc.min(bills["amount"]).as_py() > 0
    assert 0 < bills["paid_at"].null_count < bills.num_rows


def test_same_seed_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        simulate(tmp_path / name, accounts=60, months=1, seed=5)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_gives_other_tables(tmp_path: Path):
    for seed in (5, 6):
        simulate(tmp_path / str(seed), accounts=60, months=1, seed=seed)
    same = {"products.parquet", "feeds.parquet"}
    other = digests(tmp_path / "6")
    assert {name for name, digest in digests(tmp_path / "5").items() if other[name] == digest} == same


def test_the_end_is_the_callers_choice_and_naive_moments_are_local(tmp_path: Path):
    simulate(tmp_path / "it", accounts=20, months=1, until=datetime(2025, 1, 15, 12))  # noqa: DTZ001
    assert table(tmp_path / "it", "feeds")["known_until"][0].as_py() == datetime(2025, 1, 15, 11, tzinfo=UTC)


def test_progress_ends_at_one(tmp_path: Path):
    told: list[float] = []
    simulate(tmp_path / "it", accounts=20, months=1, progress=lambda _, share: told.append(share))
    assert told == [1.0]


def test_latent_needs_are_shares(operator: Path):
    latent = table(operator, "truth/latent")
    for need in NEEDS:
        assert 0 <= pc.min(latent[need]).as_py() <= pc.max(latent[need]).as_py() <= 1


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="a new or an empty folder was needed"):
        simulate(tmp_path, accounts=10)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled_and_an_earlier_attempt_is_cleared_away(tmp_path: Path):
    (tmp_path / "it").mkdir()
    (tmp_path / ".it.partial").mkdir()
    (tmp_path / ".it.partial" / "half").write_text("half")
    simulate(tmp_path / "it", accounts=10, months=1)
    assert (tmp_path / "it" / "accounts.parquet").exists()
    assert not (tmp_path / "it" / "half").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["it"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written there"):
        simulate(tmp_path / "file" / "it", accounts=10)


@pytest.mark.parametrize(
    ("name", "accounts", "months", "seed"), [("accounts", 0, 6, 0), ("months", 5, 37, 0), ("seed", 5, 6, -1)]
)
def test_a_number_out_of_its_range_is_refused(tmp_path: Path, name: str, accounts: int, months: int, seed: int):
    with pytest.raises(ConfigError, match=f"simulate: {name} must be"):
        simulate(tmp_path / "it", accounts=accounts, months=months, seed=seed)
