"""What scores with estimators of the user's own: no tables of points, and nothing to be read but on trust."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

import joblib
import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError
from recommender.ranking.binning import Bins, NumericBins
from recommender.ranking.links import logit
from recommender.ranking.scorecard import Scorecard

__all__ = ["ESTIMATOR", "ClassifierCard", "design", "raw_log_odds"]

Floats = NDArray[np.float64]

ESTIMATOR: Final = "estimator"
_SURE: Final = 1e-4


@dataclass(frozen=True, eq=False)
class ClassifierCard(Scorecard):
    """A scorecard whose log-odds come from fitted classifiers of each product; it gives no contributions.

    Attributes
    ----------
    estimators
        Of each product, one per fold, of whose log-odds the mean counts; none where there was too little to learn
        from: the intercept then speaks alone.
    slope : array of shape (n_products,)
        Log-odds are the intercept plus the slope times the classifier's own.
    """

    estimators: tuple[tuple[Any, ...], ...]
    slope: Floats

    def log_odds_of(self, bins: NDArray[np.int32]) -> Floats:
        """Return the log-odds of rows that `find_bins` has binned; shape (n, n_products)."""
        total, matrix = np.repeat(self.intercept[np.newaxis], bins.shape[1], axis=0), design(self.bins, bins)
        for p, folds in enumerate(self.estimators):
            for estimator in folds if len(matrix) else ():
                total[:, p] += self.slope[p] / len(folds) * raw_log_odds(estimator, matrix)
        return total

    def curved(self, shift: Floats, slope: Floats) -> "ClassifierCard":
        """Return the card whose log-odds are `shift + slope * log-odds`."""
        return replace(self, intercept=shift + slope * self.intercept, slope=slope * self.slope)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the card as arrays; the classifiers are bytes that joblib pickled."""
        out = io.BytesIO()
        joblib.dump((self.estimators, self.slope), out)
        return super().to_arrays() | {ESTIMATOR: np.frombuffer(out.getvalue(), dtype=np.uint8)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a card from what `to_arrays` returned.

        This RUNS what the bytes of the classifiers say: only for arrays whose origin is trusted.

        Raises
        ------
        ModelError
            If the rest is no scorecard, or there are not classifiers for each product.
        """
        plain = Scorecard.from_arrays({name: array for name, array in arrays.items() if name != ESTIMATOR})
        estimators, slope = joblib.load(io.BytesIO(arrays[ESTIMATOR].tobytes()))
        if len(estimators) != len(plain.products) or np.shape(slope) != (len(plain.products),):
            raise ModelError("The model is refused: it does not hold classifiers for each product.")
        own = {field.name: getattr(plain, field.name) for field in fields(plain)}
        return cls(**own, estimators=tuple(tuple(folds) for folds in estimators), slope=slope)


def design(bins: Sequence[Bins], found: NDArray[np.int32]) -> Floats:
    """Return what the classifiers see of rows with the bins `found`, (n_columns, n): numbers of 0 to 1; (n, n_inputs).

    A number is its place among the training rows, with a column that tells where it is missing (it is then 0.5); a
    category has a column per level, one for missing and one for unseen levels; then what is held, and how many.
    """
    n_held = len(found) - len(bins) - 1
    blocks = [_block(b, found[i]) for i, b in enumerate(bins)]
    held = found[len(bins) :].T / np.array([*[1.0] * n_held, max(n_held, 1)])
    return np.ascontiguousarray(np.hstack([*blocks, held]))


def raw_log_odds(estimator: Any, matrix: Floats) -> Floats:
    """Return the log-odds that a fitted classifier gives; shape (n,)."""
    if not hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.decision_function(matrix), dtype=np.float64)
    likely = estimator.predict_proba(matrix)[:, list(estimator.classes_).index(True)]
    return logit(np.clip(likely, _SURE, 1 - _SURE))


def _block(bins: Bins, found: NDArray[np.int32]) -> Floats:
    if not isinstance(bins, NumericBins):
        return np.eye(bins.size)[found]
    is_missing = found == bins.size - 1
    return np.column_stack([np.where(is_missing, 0.5, found / max(bins.size - 2, 1)), is_missing])
