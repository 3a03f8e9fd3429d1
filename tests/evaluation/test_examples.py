from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recommender.config import Config, Consents, Training
from recommender.errors import DataError
from recommender.evaluation import (
    Examples,
    Judging,
    TimeSplit,
    blind_snapshot,
    evaluate,
    examples_at,
    examples_of,
    feature_frame,
    held_frame,
    knows_starts,
    roll,
)
from recommender.ranking import PopularityRanker
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, read_tables
from recommender.usage import INDICATORS

START = datetime(2026, 1, 1, tzinfo=UTC)
CUT_OFFS = tuple(START + timedelta(days=30 * month) for month in (1, 2, 3))
AS_OF = START + timedelta(days=120)
CONFIG = Config(time_zone="UTC", consents=Consents("granted"), training=Training(cut_offs=3))
TIME = pa.timestamp("us", "UTC")


def day(number: float | None) -> datetime | None:
    return None if number is None else START + timedelta(days=number)


def tables_of(holdings: list[tuple[str, str, float | None, float | None, float]]) -> Tables:
    """Accounts A to D, products x and y; holdings: account, product, ordered, started, recorded (day numbers)."""
    account, product, ordered, started, recorded = zip(*holdings, strict=True)
    times = {"ordered_at": ordered, "started_at": started, "ended_at": [None] * len(account), "recorded_at": recorded}
    columns: dict[str, Any] = {name: pa.array([day(number) for number in each], TIME) for name, each in times.items()}
    none = pa.array([], TIME)
    frames = {
        "accounts": pa.table({"account_id": list("ABCD"), "opened_at": [day(0)] * 4, "segment": list("pqpq")}),
        "products": pa.table(
            {"product_id": ["x", "y"], "name": ["X", "Y"], "category": ["c", "c"], "monthly_price": [1, 2]}
        ),
        "holdings": pa.table({"account_id": list(account), "product_id": list(product), **columns}),
        "complaints": pa.table(
            {
                **dict.fromkeys(("complaint_id", "account_id", "status"), pa.array([], pa.string())),
                "opened_at": none,
                "resolved_at": none,
            }
        ),
        "feeds": pa.table({"feed": ["holdings"], "known_until": pa.array([AS_OF], TIME)}),
    }
    return read_tables(frames, CONFIG)


@pytest.fixture(autouse=True)
def _few_indicators(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute a handful of indicators: sixty of them take seconds to plan, and none is looked at here."""
    few = partial(build_snapshot, indicators=INDICATORS[:2])
    for room in ("examples", "backtest"):
        monkeypatch.setattr(import_module(f"recommender.evaluation.{room}"), "build_snapshot", few)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return tables_of(
        [
            ("A", "x", None, 35, 35),  # taken up after the first cut-off
            ("B", "x", 29, 40, 29),  # on order at the first cut-off
            ("C", "y", None, 70, 95),  # taken up after the second, recorded after the third
            ("D", "y", None, 10, 10),  # held throughout
        ]
    )


def at(examples: Examples, cut_off: datetime) -> Examples:
    return examples.at([cut_off])


def pairs(examples: Examples, flags: np.ndarray) -> set[str]:
    return {
        f"{examples.account_id[row]}{examples.products[column]}" for row, column in zip(*np.nonzero(flags), strict=True)
    }


def test_take_ups_stand_beside_what_was_known_before_them(tables: Tables) -> None:
    examples = examples_at(tables, CUT_OFFS, horizon_days=30)

    assert [pairs(part, part.taken) for part in (at(examples, c) for c in CUT_OFFS)] == [{"Ax"}, {"Cy"}, set()]
    assert examples.products == ("x", "y")
    assert examples.cut_offs == CUT_OFFS


def test_what_is_on_order_is_no_candidate(tables: Tables) -> None:
    first = examples_at(tables, CUT_OFFS[:1], horizon_days=30)

    assert pairs(first, ~first.candidates) == {"Bx", "Dy"}


def test_features_are_neither_facts_nor_keys(tables: Tables) -> None:
    columns = set(examples_at(tables, CUT_OFFS[:1], horizon_days=30).X.columns)

    assert "segment" in columns
    assert not columns & {"account_id", "as_of", "held_products", "complaint_spans", "usage_consent"}


def test_a_take_up_recorded_after_training_is_not_learnt_from(tables: Tables) -> None:
    then = examples_at(tables, CUT_OFFS[1:2], horizon_days=30, known_at=CUT_OFFS[2])
    now = examples_at(tables, CUT_OFFS[1:2], horizon_days=30)

    assert (pairs(then, then.taken), pairs(now, now.taken)) == (set(), {"Cy"})


def test_only_the_accounts_asked_for_are_examples(tables: Tables) -> None:
    examples = examples_at(tables, CUT_OFFS[:2], horizon_days=30, accounts=["C", "A"])

    assert examples.account_id.tolist() == ["A", "C", "A", "C"]


def test_labels_go_to_their_accounts_whatever_their_order() -> None:
    moment = pa.array([START] * 2, TIME)
    nobody = pa.array([[], ["y"]], pa.list_(pa.string()))
    rows = pa.table({"account_id": ["A", "B"], "as_of": moment, "held_products": nobody, "ordered_products": nobody})
    taken = pa.table({"account_id": ["C", "B", "A"], "y": [True, False, False], "x": [False, True, False]})

    examples = examples_of(rows, taken)

    assert (pairs(examples, examples.taken), pairs(examples, ~examples.candidates)) == ({"Bx"}, {"By"})


def test_an_account_without_a_label_is_refused() -> None:
    empty = pa.array([[]], pa.list_(pa.string()))
    rows = pa.table(
        {"account_id": ["A"], "as_of": pa.array([START], TIME), "held_products": empty, "ordered_products": empty}
    )

    with pytest.raises(DataError, match="of 1 accounts, but 1 have none"):
        examples_of(rows, pa.table({"account_id": ["B"], "x": [True]}))


def test_products_that_are_not_asked_for_are_passed_over() -> None:
    lists = pa.array([["gone", "x"], None], pa.list_(pa.string()))
    rows = pa.table({"account_id": ["A", "B"], "held_products": lists, "ordered_products": lists})

    assert held_frame(rows, ["x"]).to_dict("list") == {"x": [True, False]}


def test_a_fold_learns_labels_as_they_were_recorded_then(tables: Tables) -> None:
    learnt: list[int] = []

    class Notes(PopularityRanker):
        def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> "Notes":  # noqa: N803
            learnt.append(int(y.to_numpy().sum()))
            super().fit(X, y, held, sample_weight)
            return self

    roll(tables, {"notes": Notes()}, TimeSplit(CUT_OFFS[1:], 30), tests=1)

    assert learnt == [0]


def test_history_is_known_by_the_starts_of_holdings(tables: Tables) -> None:
    assert knows_starts(tables)
    assert not knows_starts(tables_of([("A", "x", None, None, 0)]))


def test_evaluation_rolls_where_there_is_history(tables: Tables) -> None:
    frame = evaluate(tables, AS_OF, rankers={"popularity": PopularityRanker()}, tests=1, judging=Judging(resamples=5))

    assert frame["cut_off"].dropna().unique().tolist() == [pd.Timestamp(CUT_OFFS[2])]


def test_no_feature_of_a_blind_snapshot_tells_what_is_held() -> None:
    both = blind_snapshot(
        tables_of([(account, product, None, None, 0) for account in "ABCD" for product in "xy"]), AS_OF
    )
    one = blind_snapshot(tables_of([(account, "x", None, None, 0) for account in "ABCD"]), AS_OF)

    assert both["held_products"] != one["held_products"]
    pd.testing.assert_frame_equal(feature_frame(both), feature_frame(one))


def test_evaluation_hides_where_there_is_none() -> None:
    tables = tables_of([(account, product, None, None, 0) for account in "ABCD" for product in "xy"])

    frame = evaluate(tables, AS_OF, rankers={"popularity": PopularityRanker()}, judging=Judging(resamples=5)).set_index(
        "metric"
    )

    assert frame["cut_off"].isna().all()
    assert frame.loc["hit@1", "n"] == round(0.3 * 4)
