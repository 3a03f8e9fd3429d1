"""The ranker that knows no account: how often each product is taken up."""

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from recommender.ranking.additive import fit_points
from recommender.ranking.assembly import assemble
from recommender.ranking.examples import in_canonical_order, read_examples
from recommender.ranking.frames import names_of, predict
from recommender.ranking.links import Link
from recommender.ranking.scorecard import Scorecard

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PopularityRanker"]


class PopularityRanker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Rank products by how often accounts without them take them up.

    Parameters
    ----------
    link
        "auto" is "one_of" where every row of y has exactly one true, else "independent".

    Attributes
    ----------
    scorecard_
        The compiled form: intercepts alone.

    Examples
    --------
    >>> X = pd.DataFrame({"age": [30, 40, 50, 60]})
    >>> y = pd.DataFrame({"roaming": [True, False, False, True], "film": [False, False, True, False]})
    >>> PopularityRanker().fit(X, y).predict_proba(X).round(2).iloc[0].to_dict()
    {'roaming': 0.5, 'film': 0.26}
    """

    def __init__(self, link: Link | Literal["auto"] = "auto") -> None:
        self.link = link

    def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Count.

        Parameters
        ----------
        X : frame of shape (n, n_features)
            Numbers, flags and categories, with gaps.
        y : boolean frame of shape (n, n_products)
            Which products were taken up.
        held : boolean frame, optional
            Which were held; a row that holds a product is no example for it.
        sample_weight : array of shape (n,), optional

        Raises
        ------
        DataError
            If they do not go together, or nothing is left to learn from.
        """
        examples = read_examples(X, y, held, sample_weight, self.link)
        no_columns = np.empty((0, len(examples.y)), dtype=np.int32)
        examples, _ = in_canonical_order(examples, no_columns)
        _, intercept = fit_points(examples, no_columns, (), (), penalty=1.0, n_jobs=None)
        self.scorecard_ = assemble(examples, (), no_columns, (), intercept)
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
