import numpy as np
import pandas as pd
import pytest

from recommender.evaluation import Examples, Judged, Judging, diagrams, gains, tenths


def judged(propensity, taken, held=None):
    propensity = np.asarray(propensity, dtype=float)
    held = np.zeros(propensity.shape, dtype=bool) if held is None else np.asarray(held, dtype=bool)
    products = [f"p{i}" for i in range(propensity.shape[1])]
    n = len(propensity)
    examples = Examples(
        X=pd.DataFrame(index=range(n)),
        y=pd.DataFrame(np.asarray(taken, dtype=bool), columns=products),
        held=pd.DataFrame(held, columns=products),
        account_id=pd.Series([f"A{i}" for i in range(n)]),
        cut_off=pd.Series(pd.DatetimeIndex(["2026-01-01"] * n, tz="UTC")),
    )
    return Judged("one", examples, propensity)


@pytest.fixture
def twenty():
    """Twenty accounts, propensities 0.01 to 0.20; the four highest and the lowest take the product up."""
    p = np.arange(1, 21)[:, None] / 100
    return judged(p, (p > 0.165) | (p < 0.015))


def test_each_tenth_holds_two_of_twenty_pairs_with_their_mean_and_rate(twenty):
    found = tenths(twenty, Judging(resamples=20))
    assert [one["pairs"] for one in found] == [2] * 10
    assert [one["propensity"] for one in found] == pytest.approx([(2 * i + 1.5) / 100 for i in range(10)])
    assert [one["rate"] for one in found] == [1 / 2, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert all(one["low"] <= one["rate"] <= one["high"] for one in found)


def test_equal_propensities_stay_in_one_tenth():
    found = tenths(judged(np.full((8, 2), 0.1), np.eye(8, 2)), Judging(resamples=5))
    assert [(one["pairs"], one["rate"]) for one in found] == [(16, 2 / 16)]


def test_the_best_tenth_of_the_pairs_holds_two_of_the_five_take_ups(twenty):
    found = {one["share"]: one["found"] for one in gains(twenty)}
    assert (found[0.0], found[0.1], found[0.2], found[0.5], found[1.0]) == pytest.approx((0, 2 / 5, 4 / 5, 4 / 5, 1))


def test_a_ranker_that_says_the_same_of_all_gains_nothing():
    found = gains(judged(np.full((10, 3), 0.2), np.eye(10, 3)))
    assert [one["found"] for one in found] == pytest.approx([one["share"] for one in found])


def test_what_is_held_is_in_no_diagram():
    held = np.zeros((10, 2), dtype=bool)
    held[:, 1] = True
    found = tenths(judged(np.full((10, 2), 0.5), np.ones((10, 2)), held), Judging(resamples=5))
    assert [(one["pairs"], one["rate"]) for one in found] == [(10, 1.0)]


def test_nothing_taken_up_gives_no_gains():
    assert gains(judged(np.full((4, 1), 0.5), np.zeros((4, 1)))) == []


def test_every_ranker_has_its_diagrams(twenty):
    assert diagrams({"one": (twenty,), "two": (twenty, twenty)}, Judging(resamples=5)).keys() == {"tenths", "gains"}
    both = diagrams({"one": (twenty,), "two": (twenty, twenty)}, Judging(resamples=5))["tenths"]
    assert [one["pairs"] for one in both["two"]] == [2 * one["pairs"] for one in both["one"]]
