"""Who the accounts are: latent needs and traits, and the attributes that betray them a little."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.simulation import arrow
from recommender.simulation.needs import NEED_AGE, NEED_PRIOR, NEEDS, column
from recommender.simulation.timeline import DAY

__all__ = ["People", "accounts", "age_log_odds", "draw_needs", "draw_people"]

_YEAR: Final = 365 * DAY
_AGE_BANDS: Final = ("18-29", "30-44", "45-59", "60-74", "75+")
_REGIONS: Final = ("capital", "city", "coast", "country", "hills")
_CONTRACTS: Final = ("24 months", "12 months", "monthly")
_PAYMENTS: Final = ("direct debit", "card", "transfer")
_LINES: Final = ("fibre", "cable", "dsl", "mobile only")


@dataclass(frozen=True)
class People:
    """Accounts of one block, all arrays of length n; `needs` (n, n_needs), traits and needs 0 to 1, `age` in years.

    `liveliness` multiplies all usage. `opened` is in seconds since 1970.
    """

    number: NDArray[np.int64]
    opened: NDArray[np.int64]
    age: NDArray[np.float64]
    needs: NDArray[np.float64]
    price_sensitivity: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    liveliness: NDArray[np.float64]
    plan_price: NDArray[np.int64]
    is_vulnerable: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """The number of accounts."""
        return len(self.number)


def draw_people(rng: np.random.Generator, first: int, size: int, start: int, until: int) -> People:
    """Draw accounts numbered from `first`; about 4 % of them open between `start` and `until`."""
    age = np.clip(rng.normal(47.0, 17.0, size), 18.0, 95.0)
    needs = draw_needs(rng, age)
    years = np.minimum(rng.gamma(1.6, 3.0, size), 14.0)
    late = rng.random(size) < 0.04
    opened = np.where(late, rng.integers(start, until - DAY, size), start - DAY - (years * _YEAR).astype(np.int64))
    business = needs[:, column("small_business")]
    return People(
        number=np.arange(first, first + size),
        opened=opened,
        age=age,
        needs=needs,
        price_sensitivity=rng.beta(2.2, 2.2, size) * (1.0 - 0.4 * business),
        satisfaction=rng.beta(6.0, 2.5, size),
        liveliness=rng.gamma(8.0, 0.125, size),
        plan_price=np.asarray(rng.choice([1499, 1999, 2499, 2999, 3999, 4999], size)) + (1000 * (business > 0.5)),
        is_vulnerable=rng.random(size) < np.where(age > 78, 0.15, 0.01),
    )


def draw_needs(rng: np.random.Generator, age: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw a mixture of needs per account: one strong, often a second, sometimes a third; (n, n_needs)."""
    size = len(age)
    liking = age_log_odds(age) + rng.gumbel(size=(size, len(NEEDS)))
    order = np.argsort(-liking, axis=1)
    needs = rng.beta(1.0, 20.0, (size, len(NEEDS)))
    strengths = (
        rng.beta(7.0, 2.0, size),
        np.where(rng.random(size) < 0.6, rng.beta(4.0, 3.0, size), 0.0),
        np.where(rng.random(size) < 0.25, rng.beta(3.0, 3.0, size), 0.0),
    )
    rows = np.arange(size)
    for place, strength in enumerate(strengths):
        needs[rows, order[:, place]] = np.maximum(needs[rows, order[:, place]], strength)
    return needs


def age_log_odds(age: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how likely each need is at an age, as log-odds up to a constant; (n, n_needs)."""
    return np.log(NEED_PRIOR) + np.outer((age - 45.0) / 10.0, NEED_AGE) * 0.5


def accounts(rng: np.random.Generator, people: People) -> pa.Table:
    """Build the rows of the accounts table; some attributes have gaps."""
    n = people.size
    band = np.digitize(people.age, [30, 45, 60, 75])
    family = people.needs[:, column("family")]
    household = 1 + rng.poisson(0.6 + 2.2 * family)
    sensitive = people.price_sensitivity
    return pa.table(
        {
            "account_id": arrow.ids("A", people.number),
            "opened_at": arrow.times(people.opened),
            "segment": arrow.words(_segment(rng, people), ("business", "private", "young", "senior")),
            "recorded_at": arrow.times(people.opened + rng.integers(0, 600, n)),
            "age_band": arrow.words(band, _AGE_BANDS, null=rng.random(n) < 0.06),
            "region": arrow.words(rng.choice(5, n, p=(0.25, 0.3, 0.15, 0.2, 0.1)), _REGIONS),
            "household_size": pa.array(household, pa.int64(), mask=rng.random(n) < 0.12),
            "contract": arrow.words(_graded(rng, sensitive, 3), _CONTRACTS),
            "payment_method": arrow.words(_graded(rng, sensitive, 3), _PAYMENTS, null=rng.random(n) < 0.01),
            "line": arrow.words(rng.choice(4, n, p=(0.35, 0.25, 0.3, 0.1)), _LINES),
            "plan_price": pa.array(people.plan_price / 100.0),
            "has_paper_bill": pa.array(rng.random(n) < np.where(people.age > 60, 0.5, 0.12)),
            "is_vulnerable": pa.array(people.is_vulnerable),
        }
    )


def _segment(rng: np.random.Generator, people: People) -> NDArray[np.int64]:
    business = people.needs[:, column("small_business")] + rng.normal(0.0, 0.15, people.size) > 0.55
    return np.select([business, people.age < 28, people.age > 67], [0, 2, 3], 1)


def _graded(rng: np.random.Generator, trait: NDArray[np.float64], grades: int) -> NDArray[np.int64]:
    noisy = trait + rng.normal(0.0, 0.15, len(trait))
    return np.clip((noisy * grades).astype(np.int64), 0, grades - 1)
