"""Judge rankers where only one snapshot exists: hide one product of each account and ask for it back."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.errors import NotEnoughDataError
from recommender.evaluation.examples import Examples
from recommender.evaluation.judged import Judged
from recommender.ranking import hide_one

__all__ = ["hidden_one", "hide_one_each"]


def hidden_one(
    X: pd.DataFrame,  # noqa: N803  scikit-learn's own name
    held: pd.DataFrame,
    rankers: Mapping[str, Any],
    *,
    test_share: float = 0.3,
    random_state: int = 0,
) -> dict[str, tuple[Judged, ...]]:
    """Ask each ranker for the one product hidden from each test account; for `summarise` or `compare`.

    The accounts are split by chance; the rankers learn from `hide_one` of the one part. Of each account of the other
    part that holds anything, one product, each equally likely, is hidden, and all products that it does not hold
    besides are ranked: with one hidden product, hit@k is recall@k, and MRR is MAP.

    Parameters
    ----------
    X
        Features, shape (n, F), one row per account, none of which may tell what is held (see `blind_snapshot`).
    held
        Holdings, boolean, shape (n, P), same index.
    rankers
        By name. They are cloned and stay as they are.
    test_share
        Of the accounts, above 0 and below 1.
    random_state
        Equal seeds split and hide alike.

    Raises
    ------
    NotEnoughDataError
        If either part has no account with a product.
    """
    held = held[sorted(held.columns)]
    random = np.random.default_rng(random_state)
    order = random.permutation(len(held))
    n_tests = round(test_share * len(held))
    train, tests = np.sort(order[n_tests:]), np.sort(order[:n_tests])
    if not (held.iloc[train].to_numpy().any() and held.iloc[tests].to_numpy().any()):
        raise NotEnoughDataError(f"Accounts with a product to learn from and to judge on were needed, of {len(held)}.")
    examples = hide_one_each(X.iloc[tests], held.iloc[tests], random)
    lessons = hide_one(X.iloc[train], held.iloc[train])
    return {name: (_ask(name, clone(ranker).fit(*lessons), examples),) for name, ranker in rankers.items()}


def hide_one_each(
    X: pd.DataFrame,  # noqa: N803  scikit-learn's own name
    held: pd.DataFrame,
    random: np.random.Generator,
) -> Examples:
    """Hide one product, each equally likely, of each account that holds any: the take-up to be asked for."""
    some = np.flatnonzero(held.to_numpy(dtype=bool).any(axis=1))
    holds = held.to_numpy(dtype=bool)[some]
    hidden = _one_of_each(holds, random)
    columns = list(held.columns)
    return Examples(
        X=X.iloc[some].reset_index(drop=True),
        y=pd.DataFrame(hidden, columns=columns),
        held=pd.DataFrame(holds & ~hidden, columns=columns),
        account_id=pd.Series(held.index[some]),
        cut_off=pd.Series(pd.NaT, index=range(len(holds)), dtype="datetime64[us, UTC]"),
    )


def _one_of_each(holds: NDArray[np.bool_], random: np.random.Generator) -> NDArray[np.bool_]:
    drawn = np.where(holds, random.random(holds.shape), -1.0).argmax(axis=1)
    return np.asarray(np.arange(holds.shape[1]) == drawn[:, None])


def _ask(name: str, fitted: Any, examples: Examples) -> Judged:
    said = fitted.predict_proba(examples.X, examples.held)[list(examples.products)]
    return Judged(name, examples, said.to_numpy(dtype=np.float64))
