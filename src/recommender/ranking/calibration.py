"""Calibration of a scorecard on a later period, folded into its points."""

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa

from recommender.errors import DataError, NotEnoughDataError
from recommender.ranking.curves import fit_curves
from recommender.ranking.frames import as_frame, held_matrix, read_features, read_flags
from recommender.ranking.scorecard import Scorecard

if TYPE_CHECKING:
    from recommender.ranking.boosted import BoostedModel

__all__ = ["calibrate"]

Card = TypeVar("Card", Scorecard, "BoostedModel")


def calibrate(scorecard: Card, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Card:  # noqa: N803
    """Fit a curve per product on rows that the scorecard did not learn from, and fold it into the points.

    Unrestricted boosting, which has no points, keeps the slopes beside its trees.

    Log-odds become `shift + slope * log-odds`; a product with few take-ups is drawn to the pooled curve (see
    `curves.fit_curves`). As slopes multiply points and shifts move intercepts, contributions stay exact. Base rates
    become the mean propensity of the rows without the product, so that the mean lift of these rows is 1.

    Parameters
    ----------
    X : frame or Arrow table of n rows
    y : boolean frame of shape (n, n_products)
        Holds each of the scorecard's products.
    held : boolean frame, optional
    sample_weight : array of shape (n,), optional

    Raises
    ------
    DataError
        If they do not go together.
    """
    rows = X if isinstance(X, pa.Table) else read_features(as_frame(X))
    taken = read_flags(y, "y", rows.num_rows)
    if absent := sorted(set(scorecard.products) - set(taken.columns)):
        raise DataError(f"y lacks products that the scorecard ranks: {absent[:5]}.")
    holds = held_matrix(held, scorecard.held_products, rows.num_rows)
    is_open = ~holds[:, : len(scorecard.products)]
    target = taken[list(scorecard.products)].to_numpy(dtype=np.float64) * is_open
    weight = np.ones(rows.num_rows) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    kept = weight > 0
    if scorecard.link == "one_of":
        kept &= target.any(axis=1)
        target = target / np.maximum(target.sum(axis=1, keepdims=True), 1)
    if not kept.any():
        raise NotEnoughDataError("There is no row to calibrate on: none has weight, or none took up anything.")
    log_odds = scorecard.log_odds(rows, holds)
    shift, slope = fit_curves(log_odds[kept], target[kept], is_open[kept], weight[kept], scorecard.link)
    curved = scorecard.curved(shift, slope)
    return curved.with_base_rate(_mean_propensity(curved, rows, holds, is_open * weight[:, np.newaxis]))


def _mean_propensity(scorecard: Card, rows: pa.Table, holds: Any, exposure: Any) -> Any:
    total = exposure.sum(axis=0)
    mean = (exposure * scorecard.propensities(rows, holds)).sum(axis=0) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, scorecard.base_rate)
