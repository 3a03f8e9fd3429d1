"""The default ranker: a generalised additive model with chosen pairs, boosted, then compiled to tables of points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from recommender.errors import FeatureError
from recommender.ranking.assembly import assemble
from recommender.ranking.binning import bin_features, bin_held
from recommender.ranking.boosting import Boosting, make_dataset
from recommender.ranking.columns import make_columns
from recommender.ranking.examples import Examples, in_canonical_order, read_examples
from recommender.ranking.folds import repeat_folds
from recommender.ranking.frames import names_of, predict
from recommender.ranking.growing import Ground, Growing, grow
from recommender.ranking.learn_bins import learn_bins
from recommender.ranking.links import Link
from recommender.ranking.scorecard import Scorecard
from recommender.ranking.tabulate import make_terms
from recommender.ranking.units import Sampling

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ScorecardRanker"]


class ScorecardRanker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Boost shallow trees over features, some pairs and triples, and compile them to tables of points (GA2M and more).

    A ridge regression on the bins comes first, and trees learn what it leaves: per product, or for all products at
    once under "one_of". A path of a tree asks about one column or about a chosen pair or triple, so that the sum of the
    trees is a sum of tables of at most three columns, and every contribution is exact.

    Parameters
    ----------
    link
        "auto" is "one_of" where every row of y has exactly one true, else "independent".
    max_pairs, max_triples
        Of columns, per product (under "one_of": in all); they are used only where they help on held-out rows.
    n_folds, n_repeats, repeat_rows
        Trees stop where they no longer help on the fold left out; the scorecard is the mean over folds. They are drawn
        anew, and pairs chosen anew, up to `n_repeats` times, as long as the rows of all products and repeats together
        are no more than `repeat_rows`: more of both takes as many times longer, and ranks better.
    max_bins, max_levels, min_level_rows
        See `LogisticRanker`.
    learning_rate, max_leaves, max_trees, patience, min_leaf_rows, l2
        Of the trees; `patience` is how many rounds without gain end the growing.
    ridge
        The penalty of the ridge regression.
    negatives, min_negatives, max_rows
        A product's rows without take-up are sampled to so many per row with it, but to no fewer than `min_negatives`,
        and all its rows to no more than `max_rows`, of which take-ups fill half at most; the rate is put right
        afterwards. Under "one_of" all rows are learnt from.
    min_positives
        A product with fewer take-ups has the ridge regression alone.
    monotone
        Numbers whose points must not fall (1) or not rise (-1); they are left to the trees.
    n_jobs
        Threads; nothing that is learnt depends on it.
    random_state
        Of folds and samples.

    Attributes
    ----------
    scorecard_
        The compiled form.

    References
    ----------
    Lou, Caruana, Gehrke and Hooker, "Accurate Intelligible Models with Pairwise Interactions", KDD 2013.

    Examples
    --------
    >>> X = pd.DataFrame({"trips": [0.0, 9.0] * 50})
    >>> y = pd.DataFrame({"roaming": [False, True] * 50})
    >>> ranker = ScorecardRanker().fit(X, y)
    >>> ranker.compile().terms
    ('trips',)
    """

    def __init__(  # noqa: PLR0913  an estimator's settings stand in its constructor
        self,
        *,
        link: Link | Literal["auto"] = "auto",
        max_pairs: int = 30,
        max_triples: int = 30,
        n_folds: int = 5,
        n_repeats: int = 3,
        repeat_rows: int = 30_000,
        max_bins: int = 64,
        max_levels: int = 50,
        min_level_rows: int = 5,
        learning_rate: float = 0.1,
        max_leaves: int = 8,
        max_trees: int = 1000,
        patience: int = 25,
        min_leaf_rows: int = 10,
        l2: float = 1.0,
        ridge: float = 1.0,
        negatives: float = 20.0,
        min_negatives: int = 5_000,
        max_rows: int = 40_000,
        min_positives: int = 30,
        monotone: Mapping[str, int] | None = None,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.link = link
        self.max_pairs = max_pairs
        self.max_triples = max_triples
        self.n_folds = n_folds
        self.n_repeats = n_repeats
        self.repeat_rows = repeat_rows
        self.max_bins = max_bins
        self.max_levels = max_levels
        self.min_level_rows = min_level_rows
        self.learning_rate = learning_rate
        self.max_leaves = max_leaves
        self.max_trees = max_trees
        self.patience = patience
        self.min_leaf_rows = min_leaf_rows
        self.l2 = l2
        self.ridge = ridge
        self.negatives = negatives
        self.min_negatives = min_negatives
        self.max_rows = max_rows
        self.min_positives = min_positives
        self.monotone = monotone
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Learn the tables; the parameters are those of every ranker (see `PopularityRanker.fit`)."""
        examples, random = read_examples(X, y, held, sample_weight, self.link), check_random_state(self.random_state)
        bins = learn_bins(examples, self.max_bins, self.max_levels, self.min_level_rows)
        found = np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)])
        examples, found = in_canonical_order(examples, found)
        columns = make_columns(bins, found, _monotone(examples, self.monotone))
        settings = _settings(self, examples.link)
        ground = Ground(
            examples,
            columns,
            repeat_folds(examples, found[: len(bins)], self.n_folds, self.n_repeats, random),
            make_dataset(columns, settings.boosting),
            settings,
        )
        tables, intercept = grow(ground, random)
        terms = make_terms(tables, found, examples.weight)
        self.scorecard_ = assemble(examples, bins, found, terms, intercept)
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


def _monotone(examples: Examples, monotone: Mapping[str, int] | None) -> Mapping[str, int]:
    if unknown := sorted(set(monotone or {}) - set(examples.features)):
        raise FeatureError(f"monotone names features that are not there: {unknown[:5]}.")
    return monotone or {}


def _settings(ranker: ScorecardRanker, link: Link) -> Growing:
    boosting = Boosting(
        learning_rate=ranker.learning_rate,
        max_leaves=ranker.max_leaves,
        max_trees=ranker.max_trees,
        patience=ranker.patience,
        min_leaf_rows=ranker.min_leaf_rows,
        l2=ranker.l2,
        seed=0,
        n_threads=1 if link == "independent" else effective_n_jobs(ranker.n_jobs),
    )
    return Growing(
        boosting=boosting,
        max_pairs=ranker.max_pairs,
        max_triples=ranker.max_triples,
        ridge=ranker.ridge,
        sampling=Sampling(ranker.negatives, ranker.min_negatives, ranker.max_rows),
        repeat_rows=ranker.repeat_rows,
        min_positives=ranker.min_positives,
        n_jobs=ranker.n_jobs,
    )
