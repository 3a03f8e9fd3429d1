"""Which terms weigh most: what each adds to or takes from the log-odds, on average over the rows learnt from."""

from typing import Any, Final

import numpy as np

from recommender.ranking import Scorecard
from recommender.ranking.frames import held_matrix, read_features

__all__ = ["weigh_terms"]

_ROWS: Final = 20_000


def weigh_terms(scorecard: Scorecard, X: Any, held: Any, *, most: int = 8) -> dict[str, list[list[Any]]]:  # noqa: N803
    """Return, for each product, its heaviest terms with the mean of their points' absolute value, heaviest first.

    Parameters
    ----------
    X, held
        The rows learnt from, as a ranker's `fit` takes them; of many, evenly spaced ones are looked at.
    most
        How many terms per product; those that add nothing are left out.
    """
    step = max(len(X) // _ROWS, 1)
    rows, held = X.iloc[::step], held.iloc[::step]
    bins = scorecard.find_bins(read_features(rows), held_matrix(held, scorecard.held_products, len(rows)))
    weights = np.zeros((len(scorecard.tables), len(scorecard.products)))
    for i, term in enumerate(scorecard.tables):
        visits = np.bincount(term.cells(bins), minlength=len(term.points)) / max(len(rows), 1)
        weights[i, term.products] = visits @ np.abs(term.points)
    heaviest = np.argsort(-weights, axis=0, kind="stable")[:most]
    return {
        product: [[scorecard.terms[i], float(weights[i, j])] for i in heaviest[:, j].tolist() if weights[i, j] > 0]
        for j, product in enumerate(scorecard.products)
    }
