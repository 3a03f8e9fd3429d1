"""Train a model."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import numpy as np
from sklearn.base import clone

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.evaluation import Judging, diagrams, headlines, knows_starts, monthly, summarise
from recommender.model import Model
from recommender.ranking import (
    BASELINES,
    DEFAULT,
    PRIOR,
    RANKERS,
    REFERENCE,
    Scorecard,
    calibrate,
    check_ranker,
    make_ranker,
    with_priors,
)
from recommender.tables import Tables, catalogue, read_tables
from recommender.training.choice import AUTO, choose
from recommender.training.lessons import Lessons, hidden_lessons, take_up_lessons
from recommender.training.weight import weigh_terms

__all__ = ["LearnFrom", "train"]

LearnFrom = Literal["auto", "take_up", "hide_one"]
Progress = Callable[[int, int], None]
_RESAMPLES = 200
_AUTO_TESTS = 3


def train(
    source: Any,
    as_of: datetime | str,
    *,
    ranker: Any = DEFAULT,
    learn_from: LearnFrom = "auto",
    tests: int = 0,
    config: Config | None = None,
    name: str = "cross-sell",
    progress: Progress | None = None,
) -> Model:
    """Learn which products serve which accounts, from rows recorded by `as_of` alone.

    Parameters
    ----------
    source
        `Tables`, or what `read_tables` reads.
    as_of
        The moment of training; the label windows of all cut-offs end by then.
    ranker
        One of `ranking.RANKERS`; or "auto", which judges them all and keeps the scorecard unless another is better
        beyond its confidence interval. `Model.training["choice"]` then says by how much, and by how much unrestricted
        boosting would be better than what was kept: what explainability costs. Or a ranker of
        one's own that compiles, such as `ClassifierRanker`.
    learn_from
        "take_up" learns what was taken up after several past moments; "hide_one" hides each held product in turn, for
        data that know no starts of holdings; "auto" takes the second where no holding has a start.
    tests
        On how many of the last cut-offs the ranker is judged beside the baselines, learning from those before; the
        figures stand in `Model.training["figures"]`, those of each cut-off in `["months"]`, what to draw of them (see
        `evaluation.diagrams`) in `["diagrams"]`. With "auto" 0 stands for 3. Hidden products are judged on three
        accounts in ten.
    config
        The settings, where `source` does not bring its own.
    name
        The model's name.
    progress
        Called with the cut-offs done and the cut-offs in all.

    Raises
    ------
    ConfigError
        If there is no ranker of that name.
    NotEnoughDataError
        If there is too little history or no take-up.
    """
    own = {} if isinstance(ranker, str) else {type(ranker).__name__: ranker}
    asked = next(iter(own), ranker)
    if not own and asked != AUTO:
        check_ranker(asked)
    tables = read_tables(source, config)
    moment = tables.config.moment(as_of)
    way = _way(tables, learn_from)
    lessons = hidden_lessons(tables, moment) if way == "hide_one" else take_up_lessons(tables, moment, progress)
    kept, judgement = _judgement(lessons, asked, own, tests, tables.config)
    products = catalogue(tables.cut(moment))
    scorecard = _learn(lessons, clone(own[kept]) if own else make_ranker(kept, tables.config.training))
    return Model(
        name=name,
        version="0",
        scorecard=with_priors(scorecard, _category_rates(scorecard, products)),
        catalogue=products,
        config=tables.config,
        features=lessons.features,
        training=_account(lessons, kept, way, moment, tables.config)
        | {"weights": weigh_terms(scorecard, lessons.fit.X, lessons.fit.held)}
        | judgement,
    )


def _way(tables: Tables, learn_from: LearnFrom) -> LearnFrom:
    if learn_from != "auto":
        return learn_from
    return "take_up" if knows_starts(tables) else "hide_one"


def _learn(lessons: Lessons, learner: Any) -> Scorecard:
    fit = lessons.fit
    learnt: Scorecard = learner.fit(fit.X, fit.y, fit.held, fit.sample_weight).compile()
    later = lessons.calibration
    return learnt if later is None else calibrate(learnt, later.X, later.y, later.held, later.sample_weight)


def _judgement(
    lessons: Lessons, ranker: str, own: Mapping[str, Any], tests: int, config: Config
) -> tuple[str, dict[str, Any]]:
    """Return the ranker to learn with, and the figures that say why."""
    if ranker != AUTO and not tests:
        return ranker, {"figures": [], "months": [], "diagrams": {}}
    asked = (*RANKERS, REFERENCE) if ranker == AUTO else (*BASELINES, ranker)
    rankers = {name: own.get(name) or make_ranker(name, config.training) for name in dict.fromkeys(asked)}
    said, judging = lessons.judge(rankers, tests or _AUTO_TESTS), Judging(resamples=_RESAMPLES)
    figures = summarise(said, judging)
    shown = {"figures": headlines(figures), "months": monthly(figures), "diagrams": diagrams(said, judging)}
    if ranker != AUTO:
        return ranker, shown
    kept, account = choose(said, judging)
    return kept, {**shown, "choice": account}


def _category_rates(scorecard: Scorecard, products: Catalogue) -> dict[str, float]:
    """Return, per product without any take-up, the mean base rate of its category's other products."""
    category = {product.product_id: product.category for product in products.products}
    seen: dict[str, list[float]] = {}
    for product_id, rate, bits in zip(scorecard.products, scorecard.base_rate, scorecard.flag_bits, strict=True):
        if not bits & PRIOR:
            seen.setdefault(category[product_id], []).append(float(rate))
    return {product_id: float(np.mean(seen[c])) for product_id, c in category.items() if c in seen}


def _account(lessons: Lessons, ranker: str, way: LearnFrom, as_of: datetime, config: Config) -> dict[str, Any]:
    return {
        "as_of": as_of.isoformat(),
        "ranker": ranker,
        "learn_from": way,
        "horizon_days": config.training.horizon_days,
        "seed": config.training.seed,
        "fingerprint": lessons.fingerprint,
        "rows": len(lessons.fit.X),
        "take_ups": {product: int(count) for product, count in lessons.fit.y.sum().items()},
    }
