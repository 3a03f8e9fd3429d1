from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.config import Training
from recommender.errors import ConfigError, NotEnoughDataError
from recommender.evaluation.time_split import TimeSplit

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)


def test_the_label_window_of_the_last_cut_off_ends_at_as_of() -> None:
    split = TimeSplit.before(AS_OF, Training(horizon_days=30, gap_days=7, cut_offs=3))

    assert split.cut_offs[-1] + timedelta(days=7 + 30) == AS_OF


def test_cut_offs_are_one_horizon_apart_and_ascend() -> None:
    split = TimeSplit.before(AS_OF, Training(horizon_days=30, cut_offs=3))

    assert split.cut_offs == tuple(AS_OF - timedelta(days=days) for days in (90, 60, 30))


def test_each_test_cut_off_learns_from_every_cut_off_before_it() -> None:
    a, b, c = (split := TimeSplit.before(AS_OF, Training(horizon_days=30, cut_offs=3))).cut_offs

    assert [(fold.train, fold.test) for fold in split.folds(2)] == [((a,), b), ((a, b), c)]


def test_a_gap_keeps_the_neighbouring_cut_off_out_of_training() -> None:
    a, _, c = (split := TimeSplit.before(AS_OF, Training(horizon_days=30, gap_days=1, cut_offs=3))).cut_offs

    assert [(fold.train, fold.test) for fold in split.folds(1)] == [((a,), c)]


@given(
    horizon=st.integers(1, 90),
    gap=st.integers(0, 60),
    days=st.lists(st.integers(0, 400), min_size=2, max_size=8, unique=True),
)
def test_no_label_window_that_is_learnt_from_reaches_beyond_the_test_cut_off(
    horizon: int, gap: int, days: list[int]
) -> None:
    split = TimeSplit(tuple(AS_OF + timedelta(days=day) for day in sorted(days)), horizon, gap)

    for test in split.cut_offs:
        assert all(cut_off + timedelta(days=gap + horizon) <= test for cut_off in split.fold(test).train)


def test_more_test_cut_offs_than_there_are_is_refused() -> None:
    split = TimeSplit.before(AS_OF, Training(cut_offs=3))

    with pytest.raises(NotEnoughDataError, match="3 test cut-offs were asked for, and 2 of the 3"):
        split.folds(3)


@pytest.mark.parametrize("cut_offs", [(AS_OF, AS_OF), (AS_OF, AS_OF - timedelta(days=1))])
def test_cut_offs_out_of_order_or_twice_are_refused(cut_offs: tuple[datetime, ...]) -> None:
    with pytest.raises(ConfigError, match="ascending moments, each once"):
        TimeSplit(cut_offs)


def test_a_horizon_of_no_days_is_refused() -> None:
    with pytest.raises(ConfigError, match="horizon_days >= 1"):
        TimeSplit((AS_OF,), horizon_days=0)
