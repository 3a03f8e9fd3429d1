"""Examples from one snapshot alone: hide what an account holds and ask for it back."""

from typing import Any

import numpy as np
import pandas as pd

from recommender.ranking.frames import as_frame, read_flags

__all__ = ["hide_one"]


def hide_one(X: Any, held: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, "pd.Series[float]"]:  # noqa: N803
    """Hide each held product in turn; one row per account and held product, in this order.

    Parameters
    ----------
    X : frame of shape (n, n_features)
    held : boolean frame of shape (n, n_products)

    Returns
    -------
    X : frame
        The features of the account; its index is repeated.
    y : boolean frame
        True for the hidden product alone.
    held : boolean frame
        What the account holds but for the hidden product.
    sample_weight : series
        1 over the number of products that the account holds, so that each account weighs 1 in all.

    Examples
    --------
    >>> held = pd.DataFrame({"film": [True, False], "modem": [True, False]}, index=["anna", "ben"])
    >>> X, y, rest, weight = hide_one(pd.DataFrame({"age": [30, 40]}, index=held.index), held)
    >>> pd.concat([X, y, rest.add_prefix("held_"), weight], axis=1)
          age   film  modem  held_film  held_modem  sample_weight
    anna   30   True  False      False        True            0.5
    anna   30  False   True       True       False            0.5
    """
    frame = as_frame(X)
    holds = read_flags(held, "held", len(frame))
    matrix = holds.to_numpy(dtype=bool)
    account, product = np.nonzero(matrix)
    hidden = np.zeros((len(account), matrix.shape[1]), dtype=bool)
    hidden[np.arange(len(account)), product] = True
    index = frame.index[account]
    weight = pd.Series(1.0 / matrix.sum(axis=1)[account], index=index, name="sample_weight")
    columns = held.columns if isinstance(held, pd.DataFrame) else holds.columns
    return (
        frame.iloc[account],
        pd.DataFrame(hidden, index=index, columns=columns),
        pd.DataFrame(matrix[account] & ~hidden, index=index, columns=columns),
        weight,
    )
