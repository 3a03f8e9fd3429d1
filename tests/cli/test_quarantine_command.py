"""`recommender check --quarantine`, as it is typed."""

import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommender.cli import main
from recommender.simulation import simulate


@pytest.fixture
def check(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["recommender", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr().err

    return call


@pytest.fixture
def spoilt(tmp_path):
    """A folder in which three calls are of negative length and one more is of an unknown account."""
    data = tmp_path / "data"
    simulate(data, accounts=30)
    calls = pq.read_table(data / "calls.parquet")
    rows = calls.slice(0, 4).to_pylist()
    spoilt = [*({**row, "duration_s": -1} for row in rows[:3]), {**rows[3], "account_id": "nobody"}]
    pq.write_table(
        pa.concat_tables([pa.Table.from_pylist(spoilt, calls.schema), calls.slice(4)]), data / "calls.parquet"
    )
    return data


def test_a_quarantine_holds_the_rejected_rows_with_their_rules(check, spoilt, tmp_path):
    status, said = check(spoilt, "--quarantine", tmp_path / "aside")
    assert status == 1
    assert "3 values below 0" in said
    rows = pq.read_table(tmp_path / "aside" / "calls.parquet")
    assert rows["rule"].to_pylist() == [
        *["the column 'duration_s' holds a value below 0"] * 3,
        "the column 'account_id' names accounts that do not exist",
    ]
    assert rows["duration_s"].to_pylist()[:3] == [-1, -1, -1]
    assert [path.name for path in (tmp_path / "aside").iterdir()] == ["calls.parquet"]


def test_a_quarantine_that_is_not_empty_is_refused_in_one_line(check, spoilt, tmp_path):
    check(spoilt, "--quarantine", tmp_path / "aside")
    status, said = check(spoilt, "--quarantine", tmp_path / "aside")
    assert (status, said.count("put aside before"), "Traceback" in said) == (1, 1, False)
