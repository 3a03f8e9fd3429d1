import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from recommender.evaluation.statistic import Statistic, bootstrap, intervals, mean_of, ratio


def test_a_mean_leaves_out_what_is_not_defined_and_counts_the_rest() -> None:
    statistic = mean_of(np.array([1.0, np.nan, 4.0]))

    assert (statistic.value, statistic.n) == ((1 + 4) / 2, 2)


def test_a_mean_of_nothing_is_not_defined() -> None:
    assert np.isnan(mean_of(np.array([np.nan])).value)


def test_the_interval_of_a_rate_is_that_of_the_binomial() -> None:
    n, rate = 1000, 0.3
    values = (np.arange(n) < n * rate).astype(float)

    low, high = intervals(bootstrap([mean_of(values)], np.arange(n), resamples=2000))[0]

    half = 1.96 * np.sqrt(rate * (1 - rate) / n)
    assert_allclose([low, high], [rate - half, rate + half], atol=0.1 * half)


def test_the_rows_of_an_account_are_drawn_together() -> None:
    months = np.repeat((np.arange(400) < 120).astype(float), 4)

    together = bootstrap([mean_of(months)], np.repeat(np.arange(400), 4), resamples=2000)[:, 0]

    assert_allclose(together.std(), np.sqrt(0.3 * 0.7 / 400), rtol=0.1)


def test_equal_seeds_draw_equal_accounts_whatever_the_statistics_and_the_order_of_rows() -> None:
    random = np.random.default_rng(0)
    values, groups, other = random.random(50), np.array([f"a{i % 20}" for i in range(50)]), random.random(50)
    order = random.permutation(50)

    alone = bootstrap([mean_of(values)], groups, resamples=20, random_state=5)
    beside = bootstrap([mean_of(other), mean_of(values)], groups, resamples=20, random_state=5)
    shuffled = bootstrap([mean_of(values[order])], groups[order], resamples=20, random_state=5)

    assert_allclose(alone[:, 0], beside[:, 1])
    assert_allclose(alone, shuffled)
    assert not np.allclose(alone, bootstrap([mean_of(values)], groups, resamples=20, random_state=6))


def test_resamples_are_the_statistic_of_the_resampled_accounts() -> None:
    values = np.array([1.0, 2.0, 4.0])
    counts = np.bincount(np.random.default_rng(0).integers(3, size=3), minlength=3)

    replicate = bootstrap([mean_of(values)], np.arange(3), resamples=1, random_state=0)

    assert_allclose(replicate, [[(counts * values).sum() / 3]])


def test_an_undefined_figure_has_no_interval() -> None:
    undefined = Statistic(np.zeros((3, 1)), lambda sums: np.full(sums.shape[:-1], np.nan), 3)

    bounds = intervals(bootstrap([undefined, mean_of(np.ones(3))], np.arange(3), resamples=10))

    assert_array_equal(bounds, [[np.nan, np.nan], [1, 1]])


def test_no_rows_and_no_statistics_are_no_error() -> None:
    assert np.isnan(bootstrap([mean_of(np.empty(0))], np.empty(0), resamples=3)).all()
    assert bootstrap([], np.arange(3), resamples=3).shape == (3, 0)


@pytest.mark.parametrize(("above", "below", "expected"), [(1, 2, 0.5), (0, 0, np.nan), (1, 0, np.nan)])
def test_a_ratio_over_nothing_is_not_defined(above: float, below: float, expected: float) -> None:
    assert_array_equal(ratio(above, below), expected)
