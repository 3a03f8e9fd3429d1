"""The ranker that knows an account by what it holds alone: EASE."""

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.ranking.additive import targets
from recommender.ranking.assembly import assemble
from recommender.ranking.curves import fit_curves
from recommender.ranking.examples import in_canonical_order, read_examples
from recommender.ranking.frames import names_of, predict
from recommender.ranking.links import Link
from recommender.ranking.one_thread import one_blas_thread
from recommender.ranking.scorecard import Scorecard
from recommender.ranking.terms import Term

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CoHoldingRanker", "ease_weights"]

Floats = NDArray[np.float64]


class CoHoldingRanker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Rank products by the holdings of accounts that hold the same: EASE (Steck 2019), mapped to propensities.

    The score of EASE is a sum over the products held, so that a calibration curve per product turns it into
    log-odds that are additive in the holdings.

    Parameters
    ----------
    link
        "auto" is "one_of" where every row of y has exactly one true, else "independent".
    l2
        The ridge penalty of EASE, in accounts.

    Attributes
    ----------
    weights_ : array of shape (n_held_products, n_products)
        The weights of EASE; its diagonal is 0.
    scorecard_
        The compiled form: points on the holdings.

    References
    ----------
    Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019.

    Examples
    --------
    >>> held = pd.DataFrame({"modem": [True] * 30 + [False] * 30, "film": [False] * 60})
    >>> y = pd.DataFrame({"modem": [False] * 60, "film": [True] * 25 + [False] * 35})
    >>> X = pd.DataFrame(index=held.index)
    >>> found = CoHoldingRanker(l2=1).fit(X, y, held).predict_proba(X, held)["film"]
    >>> bool(found[0] > 0.5 > found[59])
    True
    """

    def __init__(self, link: Link | Literal["auto"] = "auto", l2: float = 100.0) -> None:
        self.link = link
        self.l2 = l2

    def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn which products go together; the parameters are those of every ranker (see `PopularityRanker.fit`)."""
        examples = read_examples(X, y, held, sample_weight, self.link)
        examples, found = in_canonical_order(examples, examples.held.T.astype(np.int32))
        holds = examples.held.copy()
        holds[:, : examples.y.shape[1]] |= examples.y
        self.weights_ = ease_weights(holds, examples.weight, self.l2, examples.y.shape[1])
        scores = _sum_of_held(examples.held, self.weights_)
        shift, slope = fit_curves(scores, targets(examples), examples.is_open, examples.weight, examples.link)
        self.scorecard_ = assemble(examples, (), found, _terms(self.weights_ * slope), shift)
        self.feature_names_in_ = names_of(X)
        self.n_features_in_ = len(self.feature_names_in_)
        self.products_ = pd.DataFrame(y).columns
        return self

    def predict_proba(self, X: Any, held: Any = None) -> pd.DataFrame:  # noqa: N803
        """Return the propensities, 0 to 1; a frame of shape (n, n_products) with the index of X."""
        return predict(self.compile(), X, held, self.products_)

    def compile(self) -> Scorecard:
        """Return the form that scores without this estimator."""
        check_is_fitted(self)
        return self.scorecard_

    def plot(self, product: str, *, most: int = 6) -> "Figure":
        """Draw the curves of `product`; see `Scorecard.plot`."""
        return self.compile().plot(product, most=most)


def ease_weights(held: NDArray[np.bool_], weight: Floats, l2: float, n_products: int) -> Floats:
    """Return the weights of EASE for the first `n_products` of the products held; shape (n_held_products, n_products).

    Parameters
    ----------
    held : array of shape (n, n_held_products)
    weight : array of shape (n,)
    l2
        The ridge penalty, in accounts.
    """
    holds = held.astype(np.float64)
    # sums of several threads would depend on their number
    with one_blas_thread():
        gram = (holds * weight[:, np.newaxis]).T @ holds
        inverse = np.linalg.inv(gram + l2 * np.eye(len(gram)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights[:, :n_products])


def _sum_of_held(held: NDArray[np.bool_], weights: Floats) -> Floats:
    total = np.zeros((len(held), weights.shape[1]))
    for j, row in enumerate(weights):
        total += np.where(held[:, j, np.newaxis], row, 0.0)
    return total


def _terms(weights: Floats) -> list[Term]:
    products = np.arange(weights.shape[1])
    return [Term((j,), np.stack([np.zeros_like(row), row]), products) for j, row in enumerate(weights)]
