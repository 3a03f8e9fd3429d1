"""Complaints: drawn from satisfaction, and written as the versions in which they became known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.simulation import arrow
from recommender.simulation.timeline import DAY, HOUR, NEVER, Step

__all__ = ["Complaints", "complaints", "draw_complaints", "resolved_for_good"]

_OPEN_WORDS: Final = ("open", "Open", "OPEN", "in progress", "pending customer", "waiting for part", "escalated", "???")
_OPEN_SHARES: Final = (0.4, 0.2, 0.05, 0.2, 0.06, 0.05, 0.035, 0.005)
_RESOLVED_WORDS: Final = ("resolved", "Resolved", "RESOLVED ", "closed", "Closed")
_RESOLVED_SHARES: Final = (0.5, 0.2, 0.05, 0.2, 0.05)
_REOPENED: Final = "reopened"
_CONTRADICTING: Final = 0.003
_STATUSES: Final = (*_OPEN_WORDS, *_RESOLVED_WORDS, _REOPENED)
_CATEGORIES: Final = ("network", "billing", "delivery", "service", "device")
_SEVERITIES: Final = ("low", "medium", "high")


@dataclass(frozen=True)
class Complaints:
    """Complaints of one step, one row each; moments in seconds since 1970, `NEVER` where it does not come to that.

    `row` is the account's place in its block.
    """

    step: int
    row: NDArray[np.int64]
    opened: NDArray[np.int64]
    resolved: NDArray[np.int64]
    reopened: NDArray[np.int64]
    resolved_again: NDArray[np.int64]


def draw_complaints(
    rng: np.random.Generator, step: Step, satisfaction: NDArray[np.float64], opened: NDArray[np.int64]
) -> Complaints:
    """Draw at most one complaint per account; the less content, the more of them and the longer they take."""
    monthly = 0.01 + 0.13 * (1.0 - satisfaction) ** 2
    chance = 1.0 - (1.0 - monthly) ** step.horizons
    row = np.flatnonzero((rng.random(len(satisfaction)) < chance) & (opened <= step.start))
    moment = step.moments(rng, len(row), 7, 22)
    unhappy = 1.0 - satisfaction[row]
    resolved = _after(rng, moment, 4.0 + 7.0 * unhappy, share=0.996)
    reopened = _after(rng, resolved, 3.0, share=0.08)
    return Complaints(step.number, row, moment, resolved, reopened, _after(rng, reopened, 6.0, share=0.97))


def resolved_for_good(complaints: Complaints) -> NDArray[np.int64]:
    """Return from when each complaint is no longer open; `NEVER` where it stays open."""
    return np.where(complaints.reopened == NEVER, complaints.resolved, complaints.resolved_again)


def complaints(
    rng: np.random.Generator, drawn: Sequence[Complaints], number: NDArray[np.int64], until: int
) -> pa.Table:
    """Build the versions of the complaints that were recorded by `until`."""
    parts = [_versions(rng, batch, number) for batch in drawn]
    table = pa.concat_tables(parts).combine_chunks()
    return arrow.known(table, until)


def _versions(rng: np.random.Generator, batch: Complaints, number: NDArray[np.int64]) -> pa.Table:
    n = len(batch.row)
    account = number[batch.row]
    complaint = account * 100 + batch.step + 50
    delay = np.where(rng.random(n) < 0.05, rng.integers(DAY, 3 * DAY, n), 60)
    category, severity = rng.integers(5, size=n), rng.choice(3, n, p=(0.5, 0.35, 0.15))
    never = np.full(n, NEVER)
    proper = len(_OPEN_WORDS) + rng.choice(len(_RESOLVED_WORDS), n, p=_RESOLVED_SHARES)
    resolved_word = np.where(rng.random(n) < _CONTRADICTING, 0, proper)
    versions = (
        (batch.opened, never, rng.choice(len(_OPEN_WORDS), n, p=_OPEN_SHARES)),
        (batch.resolved, batch.resolved, resolved_word),
        (batch.reopened, never, np.full(n, len(_STATUSES) - 1)),
        (batch.resolved_again, batch.resolved_again, resolved_word),
    )
    return pa.concat_tables(
        [
            _version(rng, happened, ended, status, (complaint, account, batch.opened, category, severity, delay))
            for happened, ended, status in versions
        ]
    )


def _version(
    rng: np.random.Generator,
    happened: NDArray[np.int64],
    resolved: NDArray[np.int64],
    status: NDArray[np.int64],
    rest: tuple[NDArray[np.int64], ...],
) -> pa.Table:
    real = happened != NEVER
    complaint, account, opened, category, severity, delay = (values[real] for values in rest)
    return pa.table(
        {
            "complaint_id": arrow.ids("K", complaint, 9),
            "account_id": arrow.ids("A", account),
            "opened_at": arrow.times(opened),
            "resolved_at": arrow.times(resolved[real]),
            "status": arrow.words(status[real], _STATUSES, null=rng.random(len(complaint)) < 0.004),
            "category": arrow.words(category, _CATEGORIES),
            "severity": arrow.words(severity, _SEVERITIES),
            "recorded_at": arrow.times(happened[real] + delay),
        }
    )


def _after(
    rng: np.random.Generator, moment: NDArray[np.int64], days: NDArray[np.float64] | float, *, share: float
) -> NDArray[np.int64]:
    wait = HOUR + (rng.lognormal(0.0, 0.9, len(moment)) * days * DAY).astype(np.int64)
    comes = (rng.random(len(moment)) < share) & (moment != NEVER)
    return np.where(comes, np.where(comes, moment, 0) + wait, NEVER)
