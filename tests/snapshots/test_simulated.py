from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.labels import take_up
from recommender.simulation import simulate
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, read_tables
from recommender.usage import INDICATORS

AS_OF = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder: Path = tmp_path_factory.mktemp("operator")
    simulate(folder, accounts=300, seed=1)
    return read_tables(folder)


def test_a_simulated_operator_is_described_in_full(operator: Tables):
    table = build_snapshot(operator, AS_OF)
    consenting = table.filter(table["usage_consent"])
    assert 0 < consenting.num_rows < table.num_rows
    assert consenting["calls_90d"].null_count == consenting["sessions_30d"].null_count == 0
    assert table["calls_90d"].null_count == table.num_rows - consenting.num_rows


def test_no_indicator_is_unknown_of_every_simulated_account(operator: Tables):
    table = build_snapshot(operator, AS_OF)
    unknown = [one.name for one in INDICATORS if table[one.name].null_count == table.num_rows]
    assert unknown == []


def test_a_simulated_operator_has_take_ups(operator: Tables):
    table = take_up(operator, AS_OF, 30)
    taken = sum(table[product].to_pylist().count(True) for product in table.column_names[1:])
    assert 0 < taken < table.num_rows
