"""The true take-up probability, from which take-ups are drawn and against which rankers can be judged."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue import Catalogue
from recommender.simulation.assortment import ASSORTMENT, PAIRS, SYNERGIES, Article, catalogue
from recommender.simulation.needs import NEEDS, column
from recommender.simulation.people import draw_people
from recommender.simulation.timeline import DAY, HORIZON_DAYS

__all__ = ["Appeal", "Moment", "appeal", "draw", "fit", "possible", "probability"]

_CEILING: Final = 0.3
_MONTH_S: Final = HORIZON_DAYS * DAY
_PILOT_SIZE: Final = 4000


@dataclass(frozen=True)
class Moment:
    """What take-up depends on at one moment, beside the product.

    Arrays of n accounts; `holds` (started), `has` (started or on order), `declined` and `interested` (fading memory of
    contacts, 0 and up) have shape (n, n_products). `month` is 1 to 12.
    """

    needs: NDArray[np.float64]
    age: NDArray[np.float64]
    price_sensitivity: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    complains: NDArray[np.bool_]
    tenure_s: NDArray[np.int64]
    holds: NDArray[np.bool_]
    has: NDArray[np.bool_]
    declined: NDArray[np.float64]
    interested: NDArray[np.float64]
    month: int


@dataclass(frozen=True)
class Appeal:
    """What take-up depends on beside the account; P products in the order of the catalogue."""

    catalogue: Catalogue
    intercept: NDArray[np.float64]
    needs: NDArray[np.float64]
    price: NDArray[np.float64]
    age: NDArray[np.float64]
    season: NDArray[np.float64]
    same_category: NDArray[np.float64]
    synergy: NDArray[np.float64]
    groups: tuple[NDArray[np.int64], ...]

    @property
    def size(self) -> int:
        """The number of products."""
        return len(self.catalogue.products)


@cache
def appeal() -> Appeal:
    """Return the appeal of the assortment, its intercepts solved so that a pilot population has the stated rates."""
    known = catalogue()
    articles = sorted(ASSORTMENT, key=lambda article: article.product.product_id)
    category = np.array([article.product.category for article in articles])
    unfitted = Appeal(
        catalogue=known,
        intercept=np.zeros(len(articles)),
        needs=np.array([[article.needs.get(need, 0.0) for need in NEEDS] for article in articles]),
        price=np.log1p(np.array([float(article.product.monthly_price or 0) for article in articles])) / 2.0,
        age=np.array([article.age for article in articles]),
        season=np.array([_season(article) for article in articles]),
        same_category=(category[:, None] == category[None, :]).astype(np.float64),
        synergy=_synergy(known),
        groups=_groups(known),
    )
    rates = np.array([article.monthly_rate for article in articles]) / 100.0
    return replace(unfitted, intercept=_solve(_log_odds(unfitted, _pilot(len(articles))), rates))


def probability(appeal: Appeal, moment: Moment, *, sold: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the probability that each product is ordered within 30 days after the moment; (n, P).

    0 where it cannot be ordered: held or on order, inside a bundle, excluded, without its prerequisite, not `sold`.
    """
    odds = np.minimum(_sigmoid(_log_odds(appeal, moment)), _CEILING)
    return odds * (possible(appeal.catalogue, moment.holds, moment.has) & sold)


def possible(known: Catalogue, holds: NDArray[np.bool_], has: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark what may be ordered by accounts that hold, and have or await, these products; (n, P)."""
    inside = _reaches(has, known.contains)
    usable = holds | _reaches(holds, known.contains)
    allowed = ~has & ~inside & ~_reaches(has, known.excludes)
    for product, groups in enumerate(known.requires):
        for group in groups:
            allowed[:, product] &= usable[:, group].any(axis=1)
    return allowed


def fit(appeal: Appeal, needs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how well each product serves the needs, 0 to 1: any need it serves is enough; (n, P)."""
    unmet = np.ones((len(needs), appeal.size))
    for need in range(needs.shape[1]):
        unmet *= 1.0 - np.outer(needs[:, need], appeal.needs[:, need])
    return np.asarray(1.0 - unmet)


def draw(rng: np.random.Generator, appeal: Appeal, chance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Draw what is taken up, at most one of products that exclude one another; (n, P).

    Each product keeps exactly its own chance: one uniform number serves a group, whose products share out 0 to 1.
    """
    taken = np.zeros(chance.shape, dtype=bool)
    lots = rng.random((len(chance), len(appeal.groups)))
    for lot, group in zip(lots.T, appeal.groups, strict=True):
        upper = np.cumsum(chance[:, group], axis=1)
        lower = upper - chance[:, group]
        taken[:, group] = (lot[:, None] >= lower) & (lot[:, None] < upper)
    return taken


def _log_odds(appeal: Appeal, moment: Moment) -> NDArray[np.float64]:
    served = fit(appeal, moment.needs)
    sensitivity = moment.price_sensitivity[:, None]
    content = moment.satisfaction[:, None]
    return np.asarray(
        appeal.intercept
        + 4.0 * _sigmoid(10.0 * (served - 0.45))
        + 1.0 * served
        - 3.0 * sensitivity * appeal.price * (1.0 - 0.7 * served)
        + _paired(appeal, moment.needs)
        + np.outer((moment.age - 45.0) / 10.0, appeal.age)
        + _owned(appeal, moment.has)
        + 1.5 * (content - 0.7)
        - 1.0 * (content < 0.35)
        - 1.6 * moment.complains[:, None]
        - 0.8 * moment.declined
        + 0.8 * moment.interested
        + 0.6 * np.exp(-moment.tenure_s[:, None] / (6.0 * _MONTH_S))
        + appeal.season[:, moment.month - 1]
    )


def _paired(appeal: Appeal, needs: NDArray[np.float64]) -> NDArray[np.float64]:
    points = np.zeros((len(needs), appeal.size))
    for product, one, other, weight in PAIRS:
        both = np.minimum(needs[:, column(one)], needs[:, column(other)])
        points[:, appeal.catalogue.position[product]] += weight * both
    return points


def _owned(appeal: Appeal, has: NDArray[np.bool_]) -> NDArray[np.float64]:
    related = np.minimum(has @ appeal.same_category, 2.0)
    crowded = np.maximum(has.sum(axis=1, keepdims=True) - 6.0, 0.0)
    return np.asarray(0.35 * related - 0.25 * crowded + has @ appeal.synergy)


def _season(article: Article) -> NDArray[np.float64]:
    return np.asarray(article.season * np.cos(2.0 * np.pi * (np.arange(1, 13) - article.peak_month) / 12.0))


def _synergy(known: Catalogue) -> NDArray[np.float64]:
    points = np.zeros((len(known.ids), len(known.ids)))
    for held, product, weight in SYNERGIES:
        points[known.position[held], known.position[product]] = weight
    return points


def _groups(known: Catalogue) -> tuple[NDArray[np.int64], ...]:
    cliques = known.excludes | np.eye(len(known.ids), dtype=bool)
    return tuple(np.flatnonzero(row) for i, row in enumerate(cliques) if row.argmax() == i)


def _pilot(products: int) -> Moment:
    rng = np.random.default_rng(20)
    people = draw_people(rng, 0, _PILOT_SIZE, 0, 2 * DAY)
    nothing = np.zeros((_PILOT_SIZE, products))
    return Moment(
        needs=people.needs,
        age=people.age,
        price_sensitivity=people.price_sensitivity,
        satisfaction=people.satisfaction,
        complains=np.zeros(_PILOT_SIZE, dtype=bool),
        tenure_s=-people.opened,
        holds=nothing > 0,
        has=nothing > 0,
        declined=nothing,
        interested=nothing,
        month=4,
    )


def _solve(log_odds: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.full(len(rates), -30.0), np.full(len(rates), 30.0)
    for _ in range(60):
        middle = (low + high) / 2.0
        too_many = np.minimum(_sigmoid(log_odds + middle), _CEILING).mean(axis=0) > rates
        low, high = np.where(too_many, low, middle), np.where(too_many, middle, high)
    return np.asarray((low + high) / 2.0)


def _reaches(has: NDArray[np.bool_], relation: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(has.astype(np.float32) @ relation.astype(np.float32) > 0)


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))
