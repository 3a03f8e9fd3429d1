"""Ids in a snapshot file count without the blanks around them, whether all accounts are asked for or one."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommender.errors import DataError
from recommender.scoring.ids import in_order
from recommender.scoring.snapshot_file import read_accounts


@pytest.fixture
def write(tmp_path):
    def call(*ids):
        path = tmp_path / "snapshot.parquet"
        pq.write_table(pa.table({"account_id": list(ids)}), path, row_group_size=2)
        return path

    return call


@pytest.mark.parametrize("padded", [" b", "b ", "\tb\n", "\u00a0b"])
@pytest.mark.parametrize("place", range(5))
def test_an_account_is_found_in_whatever_group_of_rows_it_stands(write, padded, place):
    ids = ["a", "c", "d", "e"]
    path = write(*ids[:place], padded, *ids[place:])
    assert read_accounts(path, None, ["b"])["account_id"].to_pylist() == [padded]


def test_an_account_that_stands_twice_is_refused_when_asked_for_alone(write):
    path = write("a", "b", "c", "d", "b ")
    with pytest.raises(DataError, match="1 rows repeat an account"):
        in_order(read_accounts(path, None, ["b"]))
