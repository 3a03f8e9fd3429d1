from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from recommender.evaluation import Examples, TimeSplit

PRODUCTS = ("a", "b", "c")
CUT_OFFS = tuple(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=30 * month) for month in range(4))


def chance(x: np.ndarray) -> np.ndarray:
    """The true probabilities: a where x is high, b where it is low, c rarely."""
    return np.stack([0.05 + 0.5 * x, 0.55 - 0.5 * x, np.full_like(x, 0.1)], axis=1)


@pytest.fixture
def split() -> TimeSplit:
    return TimeSplit(CUT_OFFS, horizon_days=30)


@pytest.fixture
def examples() -> Examples:
    """600 accounts at four cut-offs, whose take-ups follow `chance`; every fifth holds c."""
    random = np.random.default_rng(11)
    n = 600
    x = np.tile(random.random(n), len(CUT_OFFS))
    held = np.zeros((len(x), len(PRODUCTS)), dtype=bool)
    held[::5, 2] = True
    taken = (random.random(held.shape) < chance(x)) & ~held
    return Examples(
        X=pd.DataFrame({"x": x}),
        y=pd.DataFrame(taken, columns=list(PRODUCTS)),
        held=pd.DataFrame(held, columns=list(PRODUCTS)),
        account_id=pd.Series([f"A{i:03}" for i in range(n)] * len(CUT_OFFS)),
        cut_off=pd.Series(np.repeat(pd.DatetimeIndex(CUT_OFFS), n)),
    )


@pytest.fixture
def truth(examples: Examples) -> pd.DataFrame:
    """The true probabilities of the fixture `examples`, in the long form."""
    wide = pd.DataFrame(chance(examples.X["x"].to_numpy()[:600]), columns=list(PRODUCTS))
    return wide.assign(account_id=examples.account_id[:600]).melt(
        "account_id", var_name="product_id", value_name="probability"
    )
