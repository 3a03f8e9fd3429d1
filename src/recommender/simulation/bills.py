"""Monthly bills: the plan, the products and the charges; paid on time, late or not at all."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.simulation import arrow
from recommender.simulation.people import People
from recommender.simulation.timeline import DAY, NEVER, Step

__all__ = ["Bills", "bills", "draw_bills"]

_DUE_DAYS: Final = 14


@dataclass(frozen=True)
class Bills:
    """Bills of one step, one row each; `cents` first asked for and as corrected, `NEVER` where none was."""

    row: NDArray[np.int64]
    issued: NDArray[np.int64]
    paid: NDArray[np.int64]
    cents: NDArray[np.int64]
    corrected: NDArray[np.int64]
    corrected_cents: NDArray[np.int64]


def draw_bills(
    rng: np.random.Generator, step: Step, people: People, product_cents: NDArray[np.int64], charges: NDArray[np.int64]
) -> Bills:
    """Draw the bills of a step from the prices of what is held and the charges of calls, both in cents."""
    day = people.number * 7919 % step.days
    issued = step.start + day * DAY + 6 * 3600
    row = np.flatnonzero(people.opened < issued)
    cents = people.plan_price[row] + product_cents[row] + charges[row]
    wrong = rng.random(len(row)) < 0.01
    return Bills(
        row=row,
        issued=issued[row],
        paid=_paid(rng, issued[row], people.price_sensitivity[row], people.satisfaction[row]),
        cents=cents,
        corrected=np.where(wrong, issued[row] + rng.integers(2 * DAY, 12 * DAY, len(row)), NEVER),
        corrected_cents=np.asarray(cents * rng.uniform(0.5, 0.95, len(row))).astype(np.int64),
    )


def bills(rng: np.random.Generator, drawn: list[Bills], number: NDArray[np.int64], until: int) -> pa.Table:
    """Build the versions of the bills that were recorded by `until`."""
    return arrow.known(pa.concat_tables([_versions(rng, batch, number) for batch in drawn]), until)


def _versions(rng: np.random.Generator, batch: Bills, number: NDArray[np.int64]) -> pa.Table:
    n = len(batch.row)
    never = np.full(n, NEVER)
    late = np.where(rng.random(n) < 0.05, rng.integers(3600, 3 * DAY, n), 30)
    paid_before = np.where(batch.paid < batch.corrected, batch.paid, never)
    amount_paid = np.where(batch.corrected < batch.paid, batch.corrected_cents, batch.cents)
    versions = (
        (batch.issued, batch.cents, never),
        (batch.corrected, batch.corrected_cents, paid_before),
        (batch.paid, amount_paid, batch.paid),
    )
    return pa.concat_tables([_version(batch, number, late, *version) for version in versions])


def _version(
    batch: Bills,
    number: NDArray[np.int64],
    late: NDArray[np.int64],
    at: NDArray[np.int64],
    cents: NDArray[np.int64],
    paid: NDArray[np.int64],
) -> pa.Table:
    real = at != NEVER
    return pa.table(
        {
            "account_id": arrow.ids("A", number[batch.row[real]]),
            "issued_at": arrow.times(batch.issued[real]),
            "due_at": arrow.times(batch.issued[real] + _DUE_DAYS * DAY),
            "amount": arrow.money(cents[real]),
            "paid_at": arrow.times(paid[real]),
            "recorded_at": arrow.times(at[real] + late[real]),
        }
    )


def _paid(
    rng: np.random.Generator,
    issued: NDArray[np.int64],
    price_sensitivity: NDArray[np.float64],
    satisfaction: NDArray[np.float64],
) -> NDArray[np.int64]:
    slack = np.clip(0.02 + 0.25 * price_sensitivity**2 + 0.1 * (0.7 - satisfaction), 0.01, 0.5)
    lot = rng.random(len(issued))
    days = np.where(lot < slack, rng.uniform(_DUE_DAYS, 60, len(issued)), rng.uniform(1, _DUE_DAYS, len(issued)))
    return np.where(lot < 0.1 * slack, NEVER, issued + (days * DAY).astype(np.int64))
