"""A small sample of `make bench-ranking`: our own side, and that no contestant is given what it is asked for."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

HERE = Path(__file__).parents[2] / "benchmarks" / "ranking"
MODULES = ("contestants", "environment", "figures", "job", "operator_table", "ours", "page", "tables")
SHOWN = {"ndcg@3": 0.2, "ndcg@3_of_oracle": 0.9, "ece": 0.01, "slope": 1.0, "auc": 0.8, "fit s": 1.0}


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The modules of the benchmark, by name; they are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(HERE))
    yield import_module
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def hidden(benchmark: Any, tmp_path: Path) -> Any:
    table = benchmark("tables").telco(with_charges=False).some(300)
    return next(benchmark("tables").tasks(table, 0, tmp_path))


def held_of(path: Path) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    return frame.filter(regex="^h:")


def test_of_a_hidden_product_nothing_is_handed_over(hidden: Any) -> None:
    assert (hidden.taken.sum(axis=1) == 1).all()
    assert not (held_of(hidden.folder / "test.parquet").to_numpy() & hidden.taken).any()


def test_of_a_target_nothing_is_handed_over_and_every_account_is_asked_for_once(benchmark: Any, tmp_path: Path) -> None:
    table = benchmark("tables").caravan().some(400)
    tasks = list(benchmark("tables").tasks(table, 0, tmp_path))
    assert sum(len(task.taken) for task in tasks) == len(table.held)
    assert sum(task.taken.sum() for task in tasks) == table.held["caravan"].sum()
    for task in tasks:
        assert not held_of(task.folder / "test.parquet")["h:caravan"].any()
        assert "x:caravan" not in pd.read_parquet(task.folder / "test.parquet")


def test_our_rankers_go_the_way_of_the_others_and_onto_the_page(benchmark: Any, hidden: Any, tmp_path: Path) -> None:
    names = ["PopularityRanker", "CoHoldingRanker"]
    benchmark("ours").main(hidden.folder, tmp_path, names)
    figures = benchmark("figures")
    rows = [
        {"table": hidden.table, "contestant": name, "seed": 0, "part": 0}
        | {"found": None, "of": None, "AUC": None}
        | figures.figures(hidden, figures.said_of(tmp_path, name))
        for name in names
    ]
    simulated = pd.DataFrame([{"contestant": name, "seed": 0} | SHOWN for name in names])
    page = tmp_path / "page.md"

    benchmark("page").write_page(figures.summed_up(pd.DataFrame(rows)), simulated, page, quick=True)

    assert rows[1]["hit@3"] > rows[0]["hit@1"] > 0
    assert f"| CoHoldingRanker | holdings | 1 | {rows[1]['hit@1']:.4f} | {rows[1]['hit@3']:.4f} |" in page.read_text()


def test_policies_found_are_counted_in_the_best_fifth(benchmark: Any) -> None:
    score = pd.Series(range(10)).to_numpy()
    taken = pd.Series([True, False] * 5).to_numpy()

    assert benchmark("figures").found_on_top(score, taken) == [taken[9], taken[8]].count(True)
