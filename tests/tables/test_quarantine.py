"""Rows that break a rule are put aside with it."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommender.errors import OutputError
from recommender.tables import check_tables


def broken(few):
    calls = few["calls"].to_pylist()
    rows = [calls[0], {**calls[1], "duration_s": -5}, {**calls[1], "account_id": "009", "direction": "up"}]
    twice = pa.concat_tables([few["products"], few["products"].slice(0, 1)])
    return {**few, "calls": pa.Table.from_pylist(rows, few["calls"].schema), "products": twice}


def test_each_rejected_row_stands_beside_the_rule_that_it_breaks(few, config, tmp_path):
    problems = check_tables(broken(few), config, quarantine=tmp_path / "aside")
    calls = pq.read_table(tmp_path / "aside" / "calls.parquet").to_pylist()
    assert [(row["rule"], row["account_id"], row["duration_s"]) for row in calls] == [
        ("the column 'duration_s' holds a value below 0", "007", -5),
        ("the column 'direction' holds a value other than in, out", "009", 0),
        ("the column 'account_id' names accounts that do not exist", "009", 0),
    ]
    assert sum(problem.startswith("calls:") for problem in problems) == len(calls)


def test_rows_with_the_same_key_are_all_put_aside(few, config, tmp_path):
    check_tables(broken(few), config, quarantine=tmp_path)
    products = pq.read_table(tmp_path / "products.parquet").to_pylist()
    assert [(row["rule"], row["product_id"]) for row in products] == [
        ("the key (product_id) is shared with another row", "wifi")
    ] * 2


def test_tables_that_keep_their_contract_put_nothing_aside(few, config, tmp_path):
    assert check_tables(few, config, quarantine=tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_quarantine_is_never_mixed_with_an_older_one(few, config, tmp_path):
    check_tables(broken(few), config, quarantine=tmp_path)
    with pytest.raises(OutputError, match="put aside before"):
        check_tables(broken(few), config, quarantine=tmp_path)
