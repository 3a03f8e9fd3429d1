"""Any classifier of scikit-learn's as a ranker: clones per product, calibrated on rows that they did not see."""

from dataclasses import fields, replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from recommender.ranking.additive import fit_points, targets
from recommender.ranking.assembly import assemble
from recommender.ranking.binning import bin_features, bin_held
from recommender.ranking.classifier_card import ClassifierCard, design, raw_log_odds
from recommender.ranking.curves import fit_curves
from recommender.ranking.examples import Examples, in_canonical_order, read_examples
from recommender.ranking.folds import split_folds
from recommender.ranking.frames import names_of, predict
from recommender.ranking.learn_bins import learn_bins
from recommender.ranking.links import Link
from recommender.ranking.sampling import fewer_negatives
from recommender.ranking.scorecard import PRIOR

__all__ = ["ClassifierRanker"]

Floats = NDArray[np.float64]


class ClassifierRanker(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Rank by a classifier of one's own, cloned per product and fold.

    What it sees are numbers from 0 to 1 without gaps (see `classifier_card.design`), the products held among them, so
    that any classifier will do. Clones that each lack a fold are calibrated per product on what they lack, drawn to
    the pooled curve where take-ups are few, and the mean of their log-odds counts. It cannot say why: offers by it
    carry no reasons of the model.

    `train(..., ranker=ClassifierRanker(...))` makes a model of it. `save_model` stores the classifiers as joblib
    pickles them; `load_model` refuses such a model unless told `trust=True`, as unpickling runs what the file says.

    Parameters
    ----------
    estimator
        A classifier with `predict_proba` or `decision_function`; logistic regression, if left out. Where its `fit`
        takes `sample_weight`, rows without take-up are sampled, 20 to 1, and weigh more.
    link
        "auto" is "one_of" where every row of y has exactly one true, else "independent".
    n_folds
        Of the calibration.
    max_bins, max_levels, min_level_rows
        See `LogisticRanker`.
    n_jobs
        Threads over products.
    random_state
        Of folds and samples; the estimator has its own.

    Attributes
    ----------
    scorecard_
        The form that scores.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X = pd.DataFrame({"trips": [0.0, 9.0] * 50})
    >>> y = pd.DataFrame({"roaming": [False, True] * 50})
    >>> ranker = ClassifierRanker(DecisionTreeClassifier(max_depth=1)).fit(X, y)
    >>> ranker.predict_proba(X.iloc[:2])["roaming"].round(1).tolist()
    [0.0, 1.0]
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        link: Link | Literal["auto"] = "auto",
        n_folds: int = 3,
        max_bins: int = 255,
        max_levels: int = 50,
        min_level_rows: int = 5,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.estimator = estimator
        self.link = link
        self.n_folds = n_folds
        self.max_bins = max_bins
        self.max_levels = max_levels
        self.min_level_rows = min_level_rows
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any, held: Any = None, sample_weight: Any = None) -> Self:  # noqa: N803
        """Fit a clone per product; the parameters are those of every ranker (see `PopularityRanker.fit`)."""
        examples, random = read_examples(X, y, held, sample_weight, self.link), check_random_state(self.random_state)
        bins = learn_bins(examples, self.max_bins, self.max_levels, self.min_level_rows)
        found = np.concatenate([bin_features(examples.rows, bins), bin_held(examples.held)])
        examples, found = in_canonical_order(examples, found)
        folds, matrix = split_folds(examples, found[: len(bins)], self.n_folds, random), design(bins, found)
        estimator = LogisticRegression(max_iter=1000) if self.estimator is None else self.estimator
        seeds = random.randint(2**31 - 1, size=len(examples.products))
        learnt = Parallel(n_jobs=self.n_jobs, prefer="threads")(
            delayed(_learn)(estimator, examples, matrix, folds, p, int(seed)) for p, seed in enumerate(seeds)
        )
        _, rates = fit_points(examples, found[:0], (), (), penalty=1.0, n_jobs=1)
        card = assemble(examples, bins, found, (), rates)
        plain = {field.name: getattr(card, field.name) for field in fields(card)}
        estimators = tuple(fitted for fitted, _ in learnt)
        unseen = np.column_stack([scores for _, scores in learnt])
        self.scorecard_ = _calibrated(
            ClassifierCard(**plain, estimators=estimators, slope=rates * 0.0), examples, unseen
        )
        self.feature_names_in_ = names_of(X)
        self.n_features_in_ = len(self.feature_names_in_)
        self.products_ = pd.DataFrame(y).columns
        return self

    def predict_proba(self, X: Any, held: Any = None) -> pd.DataFrame:  # noqa: N803
        """Return the propensities, 0 to 1; a frame of shape (n, n_products) with the index of X."""
        return predict(self.compile(), X, held, self.products_)

    def compile(self) -> ClassifierCard:
        """Return the form that scores without this estimator."""
        check_is_fitted(self)
        return self.scorecard_


def _learn(
    estimator: Any, examples: Examples, matrix: Floats, folds: NDArray[np.int64], product: int, seed: int
) -> tuple[tuple[Any, ...], Floats]:
    """Return classifiers of a product that each lacked one fold, and the log-odds that each gives to its fold."""
    scores, fitted = np.zeros(len(matrix)), []
    for fold in np.unique(folds):
        if (part := _fit(estimator, examples, matrix, product, folds != fold, seed)) is None:
            return (), scores * 0.0
        scores[folds == fold] = raw_log_odds(part, matrix[folds == fold])
        fitted.append(part)
    return tuple(fitted), scores


def _fit(
    estimator: Any, examples: Examples, matrix: Floats, product: int, chosen: NDArray[np.bool_], seed: int
) -> Any | None:
    y, weight = examples.y[:, product], examples.weight * (chosen & examples.is_open[:, product])
    if len(np.unique(y[weight > 0])) < 2:
        return None
    if not has_fit_parameter(estimator, "sample_weight"):
        return clone(estimator).fit(matrix[weight > 0], y[weight > 0])
    rows, own = fewer_negatives(y, weight, np.random.RandomState(seed))
    return clone(estimator).fit(matrix[rows], y[rows], sample_weight=own)


def _calibrated(card: ClassifierCard, examples: Examples, scores: Floats) -> ClassifierCard:
    """Learn the curves from scores of rows not learnt from; a product without a classifier keeps its rate."""
    known = np.array([bool(folds) for folds in card.estimators]) & (card.flag_bits & PRIOR == 0)
    if not known.any():
        return card
    shift, slope = fit_curves(scores, targets(examples), examples.is_open, examples.weight, examples.link)
    return replace(card, intercept=np.where(known, shift, card.intercept), slope=np.where(known, slope, 0.0))
