from itertools import pairwise

import pytest

from recommender.report.scales import Scale, round_steps


def test_a_linear_scale_maps_its_ends_and_stays_within_them():
    scale = Scale(0, 50, 10, 110)
    assert [scale(v) for v in (0, 25, 50, 60, -3)] == [10, 60, 110, 110, 10]


def test_a_scale_by_powers_of_ten_makes_equal_steps_of_equal_factors():
    scale = Scale(0.001, 1, 0, 300, is_log=True)
    assert [scale(v) for v in (0.001, 0.01, 0.1, 1)] == pytest.approx([0, 100, 200, 300])
    assert scale.ticks() == pytest.approx((0.001, 0.01, 0.1, 1))


def test_a_scale_of_one_value_does_not_divide_by_nothing():
    assert Scale(3, 3, 10, 20)(3) == 10


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.47), (0, 4.94), (0, 77), (0, 1e6), (-2, 3)])
def test_round_steps_are_few_even_and_within(low, high):
    steps = round_steps(low, high)
    assert 2 <= len(steps) <= 5
    assert low <= steps[0] <= steps[-1] <= high
    assert len({round(b - a, 9) for a, b in pairwise(steps)}) == 1
