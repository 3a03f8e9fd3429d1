"""One block of accounts: from their needs to the rows of every table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.simulation import arrow
from recommender.simulation.appetite import Appeal, appeal
from recommender.simulation.bills import Bills, bills, draw_bills
from recommender.simulation.calls import Calls, calls, covered, draw_calls
from recommender.simulation.consents import consents, draw_consents
from recommender.simulation.contacts import contacts
from recommender.simulation.events import Happening, Users
from recommender.simulation.holdings import Holdings, holdings
from recommender.simulation.life import Chapter, State, chances, live
from recommender.simulation.needs import NEEDS
from recommender.simulation.people import People, accounts, draw_people
from recommender.simulation.service import complaints
from recommender.simulation.sessions import Sessions, draw_messages, draw_sessions, messages, sessions
from recommender.simulation.timeline import DAY, HORIZON_DAYS, NEVER, Step
from recommender.simulation.trips import draw_trips

__all__ = ["BLOCK", "LATENT", "TAKE_UP_PROBABILITY", "block"]

BLOCK: Final = 2500
TAKE_UP_PROBABILITY: Final = "truth/take_up_probability"
LATENT: Final = "truth/latent"


@dataclass(frozen=True)
class _Month:
    """What was itemised and billed in one step."""

    calls: Calls
    sessions: Sessions
    messages: Happening
    bills: Bills


def block(seed: int, number: int, size: int, steps: Sequence[Step]) -> dict[str, pa.Table]:
    """Simulate the accounts of a block; the same whatever the other blocks are.

    `number` is the block's place; its accounts are numbered from `number * BLOCK + 1`.
    """
    who, permits, life, usage, clerk, travel = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed, spawn_key=(number,)).spawn(6)
    )
    known = appeal()
    until = steps[-1].end
    start = next(step.start for step in steps if not step.is_past)
    people = draw_people(who, number * BLOCK + 1, size, start, until)
    allowed = draw_consents(permits, people, until)
    chapters, last = live(life, known, people, allowed, steps)
    itemised = [chapter for chapter in chapters if not chapter.step.is_past]
    months = _months(usage, known, people, itemised)
    trips = draw_trips(travel, people.needs, itemised[0].step, itemised[-1].step)
    names = pa.array(known.catalogue.ids, pa.string())
    told = [chapter.contacts for chapter in chapters if chapter.contacts is not None]
    return {
        "accounts": accounts(clerk, people),
        "holdings": holdings(
            clerk, [*(chapter.ended for chapter in chapters), _left(last)], people.number, names, start, until
        ),
        "complaints": complaints(clerk, [chapter.complaints for chapter in chapters], people.number, until),
        "calls": calls(clerk, [month.calls for month in months], people.number, trips, until),
        "sessions": sessions(clerk, [month.sessions for month in months], people.number, trips, until),
        "messages": messages(clerk, [month.messages for month in months], people.number, until),
        "contacts": contacts(told, people.number, names, until, clerk),
        "consents": consents(clerk, people, allowed, until),
        "bills": bills(clerk, [month.bills for month in months], people.number, until),
        TAKE_UP_PROBABILITY: _truth(known, people, chapters, last),
        LATENT: _latent(people, last),
    }


def _months(rng: np.random.Generator, known: Appeal, people: People, chapters: Sequence[Chapter]) -> list[_Month]:
    months: list[_Month] = []
    charges = np.zeros(people.size, np.int64)
    for chapter in chapters:
        months.append(_month(rng, known, people, chapter, charges))
        charges = np.bincount(months[-1].calls.row, months[-1].calls.cents, people.size).astype(np.int64)
    return months


def _month(
    rng: np.random.Generator, known: Appeal, people: People, chapter: Chapter, charges: NDArray[np.int64]
) -> _Month:
    step, users = chapter.step, Users(chapter.state.needs, people.liveliness, people.opened)
    holds = chapter.state.started <= step.start
    prices = np.array([int(100 * (product.monthly_price or 0)) for product in known.catalogue.products])
    hotspot = np.array([product.category == "hotspot" for product in known.catalogue.products])
    return _Month(
        calls=draw_calls(rng, step, users, covered(holds, known.catalogue.position)),
        sessions=draw_sessions(rng, step, users, np.any(holds[:, hotspot], axis=1)),
        messages=draw_messages(rng, step, users),
        bills=draw_bills(rng, step, people, holds @ prices, charges),
    )


def _left(state: State) -> Holdings:
    row, product = np.nonzero(state.ordered != NEVER)
    ordered, started = state.ordered[row, product], state.started[row, product]
    return Holdings(row, product, ordered, started, np.full(len(row), NEVER))


def _truth(known: Appeal, people: People, chapters: Sequence[Chapter], last: State) -> pa.Table:
    told = [(chapter.step, chapter.state, chapter.chance) for chapter in chapters if not chapter.step.is_past]
    end = told[-1][0].end
    coming = Step(len(told), end, end + HORIZON_DAYS * DAY)
    told.append((coming, last, chances(known, people, last, coming)))
    return pa.concat_tables([_truth_at(known, people, *each) for each in told])


def _truth_at(known: Appeal, people: People, step: Step, state: State, chance: NDArray[np.float64]) -> pa.Table:
    there = people.opened <= step.start
    columns: dict[str, pa.Array[Any]] = {
        "account_id": arrow.ids("A", people.number[there]),
        "as_of": arrow.times(np.full(int(there.sum()), step.start)),
    }
    for i, product_id in enumerate(known.catalogue.ids):
        has = state.ordered[there, i] <= step.start
        columns[product_id] = pa.array(chance[there, i], pa.float64(), mask=has)
    return pa.table(columns)


def _latent(people: People, last: State) -> pa.Table:
    columns: dict[str, pa.Array[Any]] = {
        "account_id": arrow.ids("A", people.number),
        "price_sensitivity": pa.array(people.price_sensitivity),
        "satisfaction": pa.array(last.satisfaction),
    }
    return pa.table(columns | {need: pa.array(last.settled[:, i]) for i, need in enumerate(NEEDS)})
