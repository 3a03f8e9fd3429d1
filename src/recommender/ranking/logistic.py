"""The logistic scorecard: features in bins, points by penalised maximum likelihood."""

from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from recommender.ranking.additive import fit_points
from recommender.ranking.assembly import assemble, single_terms
from recommender.ranking.binning import Bins, NumericBins, bin_features, bin_held
from recommender.ranking.examples import Examples, in_canonical_order, read_examples
from recommender.ranking.frames import names_of, predict
from recommender.ranking.learn_bins import learn_bins
from recommender.ranking.links import Link
from recommender.ranking.sampling import thin
from recommender.ranking.scorecard import Scorecard

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["LogisticRanker"]

_SEEDS = 1 << 30


class LogisticRanker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A logistic regression per product, or one softmax over products, on features cut into bins.

    Numbers fall into bins of about equal numbers of rows, with a penalty on unequal points of neighbouring bins;
    levels of a category, and products held, have points of their own. Missing values and unseen levels have bins.

    Parameters
    ----------
    link
        "auto" is "one_of" where every row of y has exactly one true, else "independent".
    l2
        The ridge penalty, in rows of weight 1; for products with few take-ups it is several times as strong.
    max_bins
        Of a number, missing values aside.
    max_levels, min_level_rows
        A category keeps the levels of most accounts, of at least so many; the rest share a bin. Rows with one label
        in the index of X are of one account.
    max_rows
        Where there are more, rows without take-up are sampled and weigh accordingly more.
    n_jobs
        Threads over products; nothing that is learnt depends on it.
    random_state
        Of the sampling.

    Attributes
    ----------
    scorecard_
        The compiled form: points by bin and by product held.

    Examples
    --------
    >>> X = pd.DataFrame({"trips": [0.0, 9.0] * 50})
    >>> y = pd.DataFrame({"roaming": [False, True] * 50})
    >>> LogisticRanker().fit(X, y).predict_proba(pd.DataFrame({"trips": [1.0, 8.0]})).round(1)["roaming"].tolist()
    [0.1, 0.9]
    """

    def __init__(
        self,
        link: Link | Literal["auto"] = "auto",
        l2: float = 1.0,
        max_bins: int = 16,
        max_levels: int = 50,
        min_level_rows: int = 5,
        max_rows: int = 300_000,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.link = link
        self.l2 = l2
        self.max_bins = max_bins
        self.max_levels = max_levels
        self.min_level_rows = min_level_rows
        self.max_rows = max_rows
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn the points; the parameters are those of every ranker (see `PopularityRanker.fit`)."""
        examples = read_examples(X, y, held, sample_weight, self.link)
        bins = learn_bins(examples, self.max_bins, self.max_levels, self.min_level_rows)
        examples, found = in_canonical_order(examples, _find(examples, bins))
        sizes = [b.size for b in bins] + [2] * len(examples.held_products)
        is_ordered = [isinstance(b, NumericBins) for b in bins] + [False] * len(examples.held_products)
        random = check_random_state(self.random_state)
        sample, sampled = thin(examples, found, self.max_rows, random)
        seed = int(random.randint(_SEEDS))
        points, intercept = fit_points(
            sample, sampled, sizes, is_ordered, penalty=self.l2, n_jobs=self.n_jobs, seed=seed
        )
        self.scorecard_ = assemble(examples, bins, found, single_terms(points, sizes), intercept)
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


def _find(examples: Examples, bins: tuple[Bins, ...]) -> NDArray[np.int32]:
    return np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)[:-1]])
