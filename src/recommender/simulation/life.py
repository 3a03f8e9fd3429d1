"""The life of the accounts, step by step: needs drift, products come and go, satisfaction and complaints meet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.schema import OUTCOMES
from recommender.simulation.appetite import Appeal, Moment, draw, fit, probability
from recommender.simulation.assortment import ASSORTMENT
from recommender.simulation.consents import Consents
from recommender.simulation.contacts import Contacts, Situation, draw_contacts
from recommender.simulation.holdings import Holdings
from recommender.simulation.people import People, draw_needs
from recommender.simulation.service import Complaints, draw_complaints, resolved_for_good
from recommender.simulation.timeline import DAY, NEVER, Step

__all__ = ["Chapter", "State", "chances", "live", "needed", "standing"]

_PAST_PACE: Final = 0.3
_END_RATE: Final = 0.03
_NEW_NEED: Final = 0.03
_LOST_NEED: Final = 0.02
_CALLED_OFF: Final = 0.04


@dataclass(frozen=True)
class State:
    """Accounts at one moment; (n,) traits, (n, n_products) orders, starts and fading memory of contacts.

    `needs` shape the usage of the coming step, `settled` its take-ups: those of the step before, as habits come first.
    """

    needs: NDArray[np.float64]
    settled: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    complains_until: NDArray[np.int64]
    ordered: NDArray[np.int64]
    started: NDArray[np.int64]
    declined: NDArray[np.float64]
    interested: NDArray[np.float64]


@dataclass(frozen=True)
class Chapter:
    """What happened in one step: the state at its start, the chances then, and what came of them."""

    step: Step
    state: State
    chance: NDArray[np.float64]
    ended: Holdings
    complaints: Complaints
    contacts: Contacts | None


def newborn(people: People, products: int) -> State:
    """Return the state before the first step: nothing is held."""
    shape = people.size, products
    return State(
        needs=people.needs,
        settled=people.needs,
        satisfaction=people.satisfaction,
        complains_until=np.zeros(people.size, np.int64),
        ordered=np.full(shape, NEVER),
        started=np.full(shape, NEVER),
        declined=np.zeros(shape),
        interested=np.zeros(shape),
    )


def standing(people: People, state: State, at: int, month: int) -> Moment:
    """Return what take-up depends on at the moment `at`."""
    return Moment(
        needs=state.settled,
        age=people.age,
        price_sensitivity=people.price_sensitivity,
        satisfaction=state.satisfaction,
        complains=state.complains_until > at,
        tenure_s=np.maximum(at - people.opened, 0),
        holds=state.started <= at,
        has=state.ordered <= at,
        declined=state.declined,
        interested=state.interested,
        month=month,
    )


def chances(appeal: Appeal, people: People, state: State, step: Step) -> NDArray[np.float64]:
    """Return the true probability of each product within 30 days after the start of `step`; (n, P).

    It is 0 for accounts that are not open yet.
    """
    sold = np.ones(appeal.size, dtype=bool) if step.is_past else appeal.catalogue.is_offered
    chance = probability(appeal, standing(people, state, step.start, step.month), sold=sold)
    return chance * (people.opened <= step.start)[:, None]


def live(
    rng: np.random.Generator, appeal: Appeal, people: People, consents: Consents, steps: Sequence[Step]
) -> tuple[tuple[Chapter, ...], State]:
    """Return a chapter per step, and the state in which the accounts are left."""
    state, chapters = newborn(people, appeal.size), []
    for step in steps:
        chapter, state = _live(rng, appeal, people, consents, state, step)
        chapters.append(chapter)
    return tuple(chapters), state


def _live(
    rng: np.random.Generator, appeal: Appeal, people: People, consents: Consents, state: State, step: Step
) -> tuple[Chapter, State]:
    chance = chances(appeal, people, state, step)
    taken = draw(rng, appeal, _over(chance, step.horizons * _PAST_PACE) if step.is_past else chance)
    ordered = np.where(taken, _moments(rng, step, taken), NEVER)
    started = np.where(taken, ordered + _delivery(rng, taken), NEVER)
    complaints = draw_complaints(rng, step, state.satisfaction, people.opened)
    contacts = _contacts(rng, step, people, state, ordered, consents) if step.is_contacted else None
    complete = replace(
        state, ordered=np.where(taken, ordered, state.ordered), started=np.where(taken, started, state.started)
    )
    gone = _gone(rng, appeal, complete, step, taken)
    row, product = np.nonzero(gone != NEVER)
    ended = Holdings(row, product, complete.ordered[row, product], complete.started[row, product], gone[row, product])
    after = _remember(_cleared(complete, gone != NEVER), complaints, contacts)
    return Chapter(step, state, chance, ended, complaints, contacts), _drift(rng, people, after, step)


def _over(chance: NDArray[np.float64], horizons: float) -> NDArray[np.float64]:
    return np.asarray(np.minimum(1.0 - (1.0 - chance) ** horizons, 0.3))


def _moments(rng: np.random.Generator, step: Step, taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    moments = np.full(taken.shape, NEVER)
    moments[taken] = step.moments(rng, int(taken.sum()), 7, 23)
    return moments


def _delivery(rng: np.random.Generator, taken: NDArray[np.bool_]) -> NDArray[np.int64]:
    days = np.array([article.delivery_days for article in sorted(ASSORTMENT, key=lambda a: a.product.product_id)])
    return np.asarray((np.minimum(rng.gamma(2.0, 0.5, taken.shape) * days, 25.0) * DAY * taken).astype(np.int64))


def _gone(
    rng: np.random.Generator, appeal: Appeal, state: State, step: Step, taken: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Draw which products end when: what another one needs stays, and some orders are called off before they start."""
    held = (state.started <= step.start) & ~needed(appeal, state.ordered != NEVER)
    leaving = held & (rng.random(held.shape) < _over(_end_rate(appeal, state), step.horizons))
    ends = np.where(leaving, _moments(rng, step, leaving), NEVER)
    waits = np.minimum(state.started, step.end) - state.ordered
    off = taken & (state.started > state.ordered) & (rng.random(taken.shape) < _CALLED_OFF)
    return np.where(off, state.ordered + np.where(off, waits, 0) // 2, ends)


def needed(appeal: Appeal, has: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark what a product of the account requires, and the bundles that hold it; (n, P)."""
    known = appeal.catalogue
    wants = np.array([np.any([np.zeros(appeal.size, bool), *groups], axis=0) for groups in known.requires])
    direct = has.astype(np.float32) @ wants.astype(np.float32) > 0
    return np.asarray(direct | (direct.astype(np.float32) @ known.contains.T.astype(np.float32) > 0))


def _end_rate(appeal: Appeal, state: State) -> NDArray[np.float64]:
    inside = (state.ordered != NEVER).astype(np.float32) @ appeal.catalogue.contains.astype(np.float32) > 0
    unfit = 1.7 - 1.4 * fit(appeal, state.settled)
    unhappy = 1.6 - state.satisfaction[:, None]
    return np.asarray(np.minimum(_END_RATE * unfit * unhappy * (1.0 + 4.0 * inside), 0.5))


def _contacts(
    rng: np.random.Generator,
    step: Step,
    people: People,
    state: State,
    ordered: NDArray[np.int64],
    consents: Consents,
) -> Contacts:
    situation = Situation(step, people.opened, ordered, state.complains_until > step.start, consents)
    return draw_contacts(rng, situation)


def _cleared(state: State, gone: NDArray[np.bool_]) -> State:
    return replace(state, ordered=np.where(gone, NEVER, state.ordered), started=np.where(gone, NEVER, state.started))


def _remember(state: State, complaints: Complaints, contacts: Contacts | None) -> State:
    until = state.complains_until.copy()
    until[complaints.row] = np.maximum(until[complaints.row], resolved_for_good(complaints))
    content = state.satisfaction.copy()
    content[complaints.row] -= 0.2
    declined, interested = 0.6 * state.declined, 0.6 * state.interested
    if contacts is not None:
        for memory, word in ((declined, "declined"), (interested, "interested")):
            said = contacts.outcome == OUTCOMES.index(word)
            memory[contacts.row[said], contacts.product[said]] += 1.0
    return replace(state, complains_until=until, satisfaction=content, declined=declined, interested=interested)


def _drift(rng: np.random.Generator, people: People, state: State, step: Step) -> State:
    home = people.satisfaction - 0.1 * (people.price_sensitivity - 0.5)
    pulled = state.satisfaction + 0.3 * (home - state.satisfaction) + rng.normal(0.0, 0.05, people.size)
    unsolved = state.complains_until > step.end
    needs = state.needs if step.is_past else _changed(rng, people, state.needs)
    content = np.clip(pulled - 0.05 * unsolved, 0.02, 0.99)
    return replace(state, needs=needs, settled=state.needs, satisfaction=content)


def _changed(rng: np.random.Generator, people: People, needs: NDArray[np.float64]) -> NDArray[np.float64]:
    gains = rng.random(people.size) < _NEW_NEED
    loses = rng.random(people.size) < _LOST_NEED
    fresh = draw_needs(rng, people.age)
    kept = np.where(loses[:, None] & (needs == needs.max(axis=1, keepdims=True)), 0.1 * needs, needs)
    return np.where(gains[:, None], np.maximum(kept, fresh), kept)
