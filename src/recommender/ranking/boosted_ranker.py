"""Unrestricted boosting: the reference that says what explainability costs."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import lightgbm as lgb
import numpy as np
import pandas as pd
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from recommender.ranking.additive import fit_points
from recommender.ranking.assembly import assemble
from recommender.ranking.binning import bin_features, bin_held
from recommender.ranking.boosted import BoostedModel
from recommender.ranking.boosting import Boosting, boost, make_dataset
from recommender.ranking.columns import Columns, make_columns
from recommender.ranking.examples import in_canonical_order, read_examples
from recommender.ranking.folds import split_folds
from recommender.ranking.frames import names_of, predict
from recommender.ranking.learn_bins import learn_bins
from recommender.ranking.links import Link
from recommender.ranking.units import Sampling, Unit, everything, of_product, tasks_of

__all__ = ["BoostedRanker"]


class BoostedRanker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Boost trees that may ask about anything (LightGBM), per product or for all at once under "one_of".

    Parameters
    ----------
    link
        "auto" is "one_of" where every row of y has exactly one true, else "independent".
    n_folds
        Trees stop where they no longer help on the fold left out; the log-odds are the mean over folds.
    max_bins, max_levels, min_level_rows, negatives, min_negatives, max_rows, min_positives
        See `ScorecardRanker`; a product with fewer than `min_positives` take-ups has its rate alone.
    learning_rate, max_leaves, max_trees, patience, min_leaf_rows, l2
        Of the trees.
    n_jobs
        Threads; nothing that is learnt depends on it.
    random_state
        Of folds and samples.

    Attributes
    ----------
    model_
        The compiled form, which keeps LightGBM's own text.

    Examples
    --------
    >>> X = pd.DataFrame({"trips": [0.0, 9.0] * 50})
    >>> y = pd.DataFrame({"roaming": [False, True] * 50})
    >>> BoostedRanker().fit(X, y).predict_proba(X.iloc[:2]).round(1)["roaming"].tolist()
    [0.0, 1.0]
    """

    def __init__(  # noqa: PLR0913  an estimator's settings stand in its constructor
        self,
        *,
        link: Link | Literal["auto"] = "auto",
        n_folds: int = 3,
        max_bins: int = 255,
        max_levels: int = 50,
        min_level_rows: int = 5,
        learning_rate: float = 0.1,
        max_leaves: int = 8,
        max_trees: int = 1000,
        patience: int = 25,
        min_leaf_rows: int = 10,
        l2: float = 1.0,
        negatives: float = 20.0,
        min_negatives: int = 5_000,
        max_rows: int = 200_000,
        min_positives: int = 30,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.link = link
        self.n_folds = n_folds
        self.max_bins = max_bins
        self.max_levels = max_levels
        self.min_level_rows = min_level_rows
        self.learning_rate = learning_rate
        self.max_leaves = max_leaves
        self.max_trees = max_trees
        self.patience = patience
        self.min_leaf_rows = min_leaf_rows
        self.l2 = l2
        self.negatives = negatives
        self.min_negatives = min_negatives
        self.max_rows = max_rows
        self.min_positives = min_positives
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Grow the trees; the parameters are those of every ranker (see `PopularityRanker.fit`)."""
        examples, random = read_examples(X, y, held, sample_weight, self.link), check_random_state(self.random_state)
        bins = learn_bins(examples, self.max_bins, self.max_levels, self.min_level_rows)
        found = np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)])
        examples, found = in_canonical_order(examples, found)
        _, intercept = fit_points(examples, found[:0], (), (), penalty=1.0, n_jobs=self.n_jobs)
        card = assemble(examples, bins, found, (), intercept)
        folds = split_folds(examples, found[: len(bins)], self.n_folds, random)
        units = [everything(examples, folds, found)]
        if examples.link == "independent":
            sampling = Sampling(self.negatives, self.min_negatives, self.max_rows)
            seeds = random.randint(2**31 - 1, size=len(examples.products))
            units = [
                of_product(examples, folds, found, p, seed=int(seed), sampling=sampling) for p, seed in enumerate(seeds)
            ]
        texts = _grow(self, make_columns(bins, found), units, card.intercept)
        self.model_ = BoostedModel(card, texts, self.n_folds, np.ones(len(card.products)))
        self.feature_names_in_ = names_of(X)
        self.n_features_in_ = len(self.feature_names_in_)
        self.products_ = pd.DataFrame(y).columns
        return self

    def predict_proba(self, X: Any, held: Any = None) -> pd.DataFrame:  # noqa: N803
        """Return the propensities, 0 to 1; a frame of shape (n, n_products) with the index of X."""
        return predict(self.compile(), X, held, self.products_)

    def compile(self) -> BoostedModel:
        """Return the form that scores without this estimator."""
        check_is_fitted(self)
        return self.model_


def _grow(ranker: BoostedRanker, columns: Columns, units: Sequence[Unit], intercept: Any) -> tuple[str, ...]:
    settings = _settings(ranker, 1 if len(units) > 1 else effective_n_jobs(ranker.n_jobs))
    dataset = make_dataset(columns, settings)
    starts = intercept[np.newaxis] if len(units) == 1 else intercept[:, np.newaxis]
    grown = Parallel(n_jobs=ranker.n_jobs if len(units) > 1 else 1, prefer="threads")(
        delayed(_texts)(ranker, dataset, columns, settings, unit, start)
        for unit, start in zip(units, starts, strict=True)
    )
    return tuple(text for texts in grown for text in texts)


def _texts(
    ranker: BoostedRanker, dataset: lgb.Dataset, columns: Columns, settings: Boosting, unit: Unit, start: Any
) -> list[str]:
    """Return LightGBM's text per fold; empty where there is too little to learn from or no tree helps."""
    if int((unit.examples.y & unit.examples.is_open).sum()) < ranker.min_positives or not columns.varies:
        return [""] * ranker.n_folds
    scores = np.repeat(start[np.newaxis] - unit.shift, len(unit.rows), axis=0)
    fits = [
        boost(dataset, columns, settings, *tasks_of(unit, scores, fold), None)[:2] for fold in range(ranker.n_folds)
    ]
    return [booster.model_to_string(num_iteration=rounds) if rounds else "" for booster, rounds in fits]


def _settings(ranker: BoostedRanker, n_threads: int) -> Boosting:
    return Boosting(
        learning_rate=ranker.learning_rate,
        max_leaves=ranker.max_leaves,
        max_trees=ranker.max_trees,
        patience=ranker.patience,
        min_leaf_rows=ranker.min_leaf_rows,
        l2=ranker.l2,
        seed=0,
        n_threads=n_threads,
    )
