from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal

from recommender.errors import DataError
from recommender.evaluation import (
    Examples,
    Judging,
    TimeSplit,
    backtest,
    compare,
    learn,
    measure,
    pool,
    roll,
)
from recommender.ranking import BoostedRanker, PopularityRanker

FEW = Judging(resamples=50)


@dataclass
class Known:
    """A ranker that says what `says` makes of x, and notes what it was given to learn from."""

    says: Callable[[Any], Any] = lambda x: np.stack([x, 1 - x, 0 * x], axis=1)
    learnt: list[pd.DataFrame] = field(default_factory=list)

    def __sklearn_clone__(self) -> Self:
        return self

    def fit(self, X: pd.DataFrame, y: pd.DataFrame, held: pd.DataFrame) -> Self:  # noqa: N803
        assert len(X) == len(y) == len(held)
        self.learnt.append(X)
        return self

    def predict_proba(self, X: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        assert len(X) == len(held)
        return pd.DataFrame(self.says(X["x"].to_numpy()), columns=["a", "b", "c"])


def value(frame: pd.DataFrame, metric: str, ranker: str = "known") -> float:
    pooled = frame[frame["cut_off"].isna() & frame["product_id"].isna()]
    return float(pooled.set_index(["ranker", "metric"])["value"][ranker, metric])


def stamped(examples: Examples) -> Examples:
    features = examples.X.assign(when=examples.cut_off)
    return Examples(features, examples.y, examples.held, examples.account_id, examples.cut_off)


def test_each_fold_learns_from_earlier_cut_offs_alone(examples: Examples, split: TimeSplit) -> None:
    ranker = Known()

    said = roll(stamped(examples), {"known": ranker}, split, tests=3)["known"]

    for learnt, judged in zip(ranker.learnt, said, strict=True):
        assert learnt["when"].max() < judged.examples.cut_off.min()
    assert [learnt["when"].nunique() for learnt in ranker.learnt] == [1, 2, 3]
    assert [judged.examples.cut_offs for judged in said] == [(cut_off,) for cut_off in split.cut_offs[1:]]


def test_a_ranker_that_compiles_is_calibrated_on_the_latest_training_cut_off(split: TimeSplit) -> None:
    n, rates = 2000, dict(zip(split.cut_offs, (0.1, 0.1, 0.4, 0.1), strict=True))
    cut_off = np.repeat(pd.DatetimeIndex(split.cut_offs), n)
    taken = np.concatenate([np.arange(n) < n * rate for rate in rates.values()])
    held = pd.DataFrame({"a": np.zeros(len(taken), dtype=bool)})
    accounts = pd.Series(np.tile(np.arange(n), len(rates)).astype(str))
    examples = Examples(
        pd.DataFrame({"x": np.zeros(len(taken))}), pd.DataFrame({"a": taken}), held, accounts, pd.Series(cut_off)
    )

    said = roll(examples, {"popularity": PopularityRanker()}, split, tests=1)["popularity"][0]

    assert_allclose(said.propensity, 0.4, atol=0.02)


def test_there_is_a_row_per_ranker_cut_off_and_metric(examples: Examples, split: TimeSplit) -> None:
    frame = backtest(examples, {"known": Known(), "other": Known()}, split, tests=2, judging=FEW)

    all_products = frame[frame["product_id"].isna()]
    assert list(frame.columns) == ["ranker", "cut_off", "product_id", "metric", "value", "low", "high", "n"]
    assert not all_products.duplicated(["ranker", "cut_off", "metric"]).any()
    assert set(all_products.groupby(["ranker", "cut_off"], dropna=False).size()) == {len(set(all_products["metric"]))}
    assert sorted(frame["cut_off"].dropna().unique()) == list(split.cut_offs[2:])


def test_figures_of_products_are_of_all_cut_offs_together(examples: Examples, split: TimeSplit) -> None:
    frame = backtest(examples, {"known": Known()}, split, tests=2, judging=FEW)

    by_product = frame.dropna(subset="product_id")
    assert by_product["cut_off"].isna().all()
    assert by_product.groupby("product_id").size().to_dict() == dict.fromkeys("abc", 7)
    assert by_product.loc[by_product["metric"] == "share@3", "value"].sum() == pytest.approx(1)


@pytest.mark.parametrize("ranker", [BoostedRanker(max_trees=20), PopularityRanker()])
def test_the_latest_cut_off_learnt_from_sets_the_level(ranker: Any, examples: Examples, split: TimeSplit) -> None:
    latest = (examples.cut_off == split.cut_offs[2]).to_numpy(dtype=bool)
    held = pd.DataFrame(False, index=examples.X.index, columns=examples.y.columns)
    y = examples.y.assign(c=np.where(latest, np.arange(len(latest)) % 2 == 0, np.arange(len(latest)) % 10 == 0))
    alone = Examples(examples.X, y, held, examples.account_id, examples.cut_off)

    say = learn(ranker, alone.at(split.cut_offs[:3]))

    assert_allclose(say(alone.at(split.cut_offs[3:]))[:, 2].mean(), 1 / 2, atol=0.03)


def test_metrics_of_fit_are_over_the_accounts_with_a_take_up(examples: Examples, split: TimeSplit) -> None:
    tested = examples.at(split.cut_offs[2:])
    rows = tested.taken.any(axis=1)

    frame = backtest(examples, {"known": Known()}, split, tests=2, judging=FEW)

    pooled = frame[frame["cut_off"].isna() & frame["product_id"].isna()].set_index("metric")
    assert pooled["n"][["hit@1", "mrr"]].tolist() == [rows.sum()] * 2
    assert pooled["n"][["abstention", "ece"]].tolist() == [len(tested)] * 2
    first = np.where(tested.X["x"] > 0.5, tested.taken[:, 0], tested.taken[:, 1])
    assert_allclose(pooled["value"]["hit@1"], first[rows].mean())


def test_intervals_hold_the_value_and_repeat(examples: Examples, split: TimeSplit) -> None:
    first, again = (backtest(examples, {"known": Known()}, split, tests=1, judging=FEW) for _ in range(2))

    fit = first[first["metric"].isin(["hit@1", "ndcg@3", "auc", "brier"]) & (first["product_id"] != "c")]
    assert (fit["low"] < fit["value"]).all()
    assert (fit["value"] < fit["high"]).all()
    assert_frame_equal(first, again)


def test_nothing_given_is_changed(examples: Examples, split: TimeSplit) -> None:
    parts = (examples.X, examples.y, examples.held)
    before, ranker = [part.copy() for part in parts], PopularityRanker()

    backtest(examples, {"popularity": ranker}, split, tests=3, judging=FEW)

    for part, was in zip(parts, before, strict=True):
        assert_frame_equal(part, was)
    assert not hasattr(ranker, "scorecard_")


def test_the_oracle_has_no_regret(examples: Examples, split: TimeSplit, truth: pd.DataFrame) -> None:
    oracle = Known(lambda x: np.stack([0.05 + 0.5 * x, 0.55 - 0.5 * x, 0 * x + 0.1], axis=1))

    frame = backtest(examples, {"known": oracle}, split, tests=2, judging=Judging(resamples=50, truth=truth))

    assert value(frame, "ndcg@3_of_oracle") == 1
    assert value(frame, "take_ups@3_of_oracle") == 1


def test_regret_is_what_the_best_k_lose_against_the_oracle(
    examples: Examples, split: TimeSplit, truth: pd.DataFrame
) -> None:
    only_a = Known(lambda x: np.stack([0 * x + 1, 0 * x, 0 * x], axis=1))
    x = examples.at(split.cut_offs[2:]).X["x"].to_numpy()
    won, best = 0.05 + 0.5 * x, np.maximum(0.05 + 0.5 * x, 0.55 - 0.5 * x)

    frame = backtest(examples, {"known": only_a}, split, tests=2, judging=Judging((1,), resamples=50, truth=truth))

    assert_allclose(value(frame, "take_ups@1_of_oracle"), won.sum() / best.sum())


def test_the_truth_may_be_wide_and_of_single_cut_offs(
    examples: Examples, split: TimeSplit, truth: pd.DataFrame
) -> None:
    wide = truth.pivot_table("probability", "account_id", "product_id").reset_index()
    last = wide.assign(as_of=split.cut_offs[-1])
    said = roll(examples, {"known": Known()}, split, tests=2)["known"]

    of_last = measure(pool(said), Judging(resamples=5, truth=last), by_product=False).set_index("metric")

    alone = measure(said[-1], Judging(resamples=5, truth=truth), by_product=False).set_index("metric")
    assert of_last["n"]["take_ups@3_of_oracle"] == 600
    assert of_last["value"]["take_ups@3_of_oracle"] == alone["value"]["take_ups@3_of_oracle"]


def test_a_truth_about_other_accounts_is_refused(examples: Examples, split: TimeSplit, truth: pd.DataFrame) -> None:
    said = roll(examples, {"known": Known()}, split, tests=1)["known"][0]

    with pytest.raises(DataError, match="true probabilities of the accounts"):
        measure(said, Judging(truth=truth.assign(account_id="nobody" + truth["account_id"])))


def test_the_interval_of_a_difference_is_paired(examples: Examples, split: TimeSplit) -> None:
    noisy = Known(lambda x: np.stack([x + 0.001, 1 - x, 0 * x], axis=1))
    said = {name: pool(judged) for name, judged in roll(examples, {"known": Known(), "noisy": noisy}, split).items()}

    difference, low, high = compare(said["known"], said["noisy"], "auc")

    figures = pd.concat([measure(judged) for judged in said.values()])
    alone = figures[(figures["metric"] == "auc") & figures["product_id"].isna()].iloc[0]
    assert difference == pytest.approx(value(figures, "auc") - value(figures, "auc", "noisy"))
    assert high - low < (alone["high"] - alone["low"]) / 10


def test_a_ranker_compared_with_itself_is_no_better(examples: Examples, split: TimeSplit) -> None:
    one = pool(roll(examples, {"known": Known()}, split)["known"])

    assert compare(one, one, "ndcg@3", FEW) == (0, 0, 0)


def test_an_unknown_metric_is_refused(examples: Examples, split: TimeSplit) -> None:
    one = pool(roll(examples, {"known": Known()}, split)["known"])

    with pytest.raises(DataError, match="'accuracy' came"):
        compare(one, one, "accuracy")


def test_rankers_judged_on_other_rows_are_not_compared(examples: Examples, split: TimeSplit) -> None:
    first, second, _ = roll(examples, {"known": Known()}, split)["known"]

    with pytest.raises(DataError, match="judged on the same rows"):
        compare(pool([first, second]), first, "auc")


def test_progress_is_told_fit_by_fit(examples: Examples, split: TimeSplit) -> None:
    told: list[tuple[int, int]] = []

    roll(examples, {"p": Known(), "q": Known()}, split, tests=2, progress=lambda done, all_: told.append((done, all_)))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_moments_of_examples_ascend(examples: Examples, split: TimeSplit) -> None:
    moments: tuple[datetime, ...] = examples.where(np.arange(len(examples))[::-1]).cut_offs

    assert moments == split.cut_offs
