"""Golden propensities: what a scorecard gave at training time on made-up rows, to be given again on loading."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import ModelError
from recommender.ranking.binning import CategoryBins, NumericBins
from recommender.ranking.scorecard import Scorecard

__all__ = ["check_golden", "golden_propensities"]

_ROWS = 8
_STRIDE = 7
_TOLERANCE = 1e-12


def golden_propensities(scorecard: Scorecard) -> NDArray[np.float64]:
    """Return the propensities of rows made of the scorecard's own edges and levels, never of an account's.

    Returns
    -------
    array of shape (8, n_products)
    """
    rows = pa.table({bins.feature: _values(bins, i) for i, bins in enumerate(scorecard.bins)})
    if not scorecard.bins:
        rows = pa.table({"row": list(range(_ROWS))})
    held = (np.add.outer(np.arange(_ROWS), np.arange(len(scorecard.held_products))) % _STRIDE) == 0
    return scorecard.propensities(rows, held)


def check_golden(scorecard: Scorecard, golden: Any) -> None:
    """Refuse a scorecard that does not give its golden propensities again.

    Raises
    ------
    ModelError
        If they differ by more than 1e-12, or are not there.
    """
    again = golden_propensities(scorecard)
    try:
        kept = np.asarray(golden, dtype=np.float64)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ModelError("manifest.json: the golden propensities are no numbers.") from error
    if kept.shape != again.shape or not np.allclose(kept, again, rtol=0, atol=_TOLERANCE, equal_nan=True):
        raise ModelError(
            "The model does not give its golden propensities again, so it would not score as it was trained."
        )


def _values(bins: NumericBins | CategoryBins, offset: int) -> "pa.Array[Any]":
    choices = [*(bins.edges.tolist() if isinstance(bins, NumericBins) else bins.levels), None]
    kind = pa.float64() if isinstance(bins, NumericBins) else pa.string()
    return pa.array([choices[(row * _STRIDE + offset) % len(choices)] for row in range(_ROWS)], kind)
