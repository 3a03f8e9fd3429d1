"""Contacts: the scripted calls of old, whose outcomes follow from what was taken up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import OUTCOMES
from recommender.simulation import arrow
from recommender.simulation.assortment import ASSORTMENT
from recommender.simulation.consents import CHANNELS, Consents
from recommender.simulation.timeline import DAY, NEVER, Step

__all__ = ["Contacts", "Situation", "contacts", "draw_contacts"]

_PER_HORIZON: Final = 0.3
_ASKED_FIRST: Final = 0.35
_CHANNEL_SHARES: Final = (0.55, 0.25, 0.15, 0.05)
_PHONE: Final = CHANNELS.index("phone")
_ACCEPTED, _DECLINED, _INTERESTED, _NO_ANSWER, _SHOWN = range(len(OUTCOMES))


@dataclass(frozen=True)
class Contacts:
    """Contacts of one step, one row each; `row` is the account's place in its block."""

    step: int
    row: NDArray[np.int64]
    product: NDArray[np.int64]
    channel: NDArray[np.int64]
    moment: NDArray[np.int64]
    outcome: NDArray[np.int64]


@dataclass(frozen=True)
class Situation:
    """What a contact meets: when each product was ordered (`NEVER`: not), complaint or not, and the permissions."""

    step: Step
    opened: NDArray[np.int64]
    ordered: NDArray[np.int64]
    complains: NDArray[np.bool_]
    consents: Consents


def draw_contacts(rng: np.random.Generator, situation: Situation) -> Contacts:
    """Draw contacts: some of the take-ups were asked for, and a script asks at random, at times for what is held."""
    parts = _asked(rng, situation), _scripted(rng, situation)
    row, product, moment, outcome = (np.concatenate(both) for both in zip(*parts, strict=True))
    channel = rng.choice(len(CHANNELS), len(row), p=_CHANNEL_SHARES)
    outcome = np.where((outcome == _NO_ANSWER) & (channel != _PHONE), _SHOWN, outcome)
    permitted = situation.consents.permits(row, channel, moment) & (moment > situation.opened[row])
    kept = (part[permitted] for part in (row, product, channel, moment, outcome))
    return Contacts(situation.step.number, *kept)


def contacts(
    drawn: Sequence[Contacts], number: NDArray[np.int64], products: pa.StringArray, until: int, rng: np.random.Generator
) -> pa.Table:
    """Build the rows of the contacts table; a few are recorded days late."""
    row, product, channel, moment, outcome = (
        np.concatenate([getattr(batch, name) for batch in drawn])
        for name in ("row", "product", "channel", "moment", "outcome")
    )
    serial = np.concatenate([(batch.step + 50) * 1000 + np.arange(len(batch.row)) for batch in drawn])
    late = np.where(rng.random(len(row)) < 0.03, rng.integers(DAY, 4 * DAY, len(row)), rng.integers(5, 900, len(row)))
    table = pa.table(
        {
            "contact_id": arrow.ids("C", number[row] * 100_000 + serial % 100_000, 12),
            "account_id": arrow.ids("A", number[row]),
            "product_id": arrow.coded(product, products),
            "channel": arrow.words(channel, CHANNELS),
            "contacted_at": arrow.times(moment),
            "outcome": arrow.words(outcome, OUTCOMES),
            "recorded_at": arrow.times(moment + late),
        }
    )
    return arrow.known(table, until)


def _asked(rng: np.random.Generator, situation: Situation) -> tuple[NDArray[np.int64], ...]:
    row, product = np.nonzero((situation.ordered != NEVER) & (rng.random(situation.ordered.shape) < _ASKED_FIRST))
    before = (rng.exponential(0.4 * DAY, len(row)) + 120).astype(np.int64)
    moment = np.maximum(situation.ordered[row, product] - before, situation.step.start + 1)
    return row, product, moment, np.where(rng.random(len(row)) < 0.85, _ACCEPTED, _INTERESTED)


def _scripted(rng: np.random.Generator, situation: Situation) -> tuple[NDArray[np.int64], ...]:
    popularity = _popularity()
    row = np.repeat(
        np.arange(len(situation.opened)), rng.poisson(_PER_HORIZON * situation.step.horizons, len(situation.opened))
    )
    product = rng.choice(len(popularity), len(row), p=popularity / popularity.sum())
    idle = situation.ordered[row, product] == NEVER
    row, product = row[idle], product[idle]
    return row, product, situation.step.moments(rng, len(row)), _answers(rng, situation.complains[row])


def _popularity() -> NDArray[np.float64]:
    articles = sorted(ASSORTMENT, key=lambda article: article.product.product_id)
    return np.array([article.monthly_rate * article.product.is_offered for article in articles])


def _answers(rng: np.random.Generator, complains: NDArray[np.bool_]) -> NDArray[np.int64]:
    lot = rng.random(len(complains))
    declined = np.where(complains, 0.65, 0.4)
    interested = np.where(complains, 0.01, 0.06)
    return np.select([lot < declined, lot < declined + interested], [_DECLINED, _INTERESTED], _NO_ANSWER)
