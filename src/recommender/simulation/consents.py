"""Consents: what each account permits, and what it took back."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import PURPOSES
from recommender.simulation import arrow
from recommender.simulation.people import People
from recommender.simulation.timeline import DAY, NEVER

__all__ = ["CHANNELS", "Consents", "consents", "draw_consents"]

CHANNELS: Final = ("phone", "email", "sms", "app")
_GRANTED_SHARES: Final = (0.8, 0.85, 0.75, 0.9)
_EVERY: Final = len(CHANNELS)


@dataclass(frozen=True)
class Consents:
    """Permissions of n accounts; `granted` (n, n_channels), withdrawals in seconds since 1970 or `NEVER`.

    `is_asked` is false where nothing is known; `is_general` where one answer was given for every channel.
    """

    is_asked: NDArray[np.bool_]
    is_general: NDArray[np.bool_]
    granted: NDArray[np.bool_]
    withdrawn: NDArray[np.int64]
    withdrawn_phone: NDArray[np.int64]
    usage: NDArray[np.bool_]
    usage_withdrawn: NDArray[np.int64]

    def permits(
        self, row: NDArray[np.int64], channel: NDArray[np.int64], moment: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Whether accounts may be approached on a channel at a moment; one answer per row."""
        phone = np.where(channel == 0, self.withdrawn_phone[row], NEVER)
        return self.is_asked[row] & self.granted[row, channel] & (moment < np.minimum(self.withdrawn[row], phone))


def draw_consents(rng: np.random.Generator, people: People, until: int) -> Consents:
    """Draw the permissions given when the accounts opened, and withdrawals since."""
    n = people.size
    is_general = rng.random(n) < 0.6
    granted = rng.random((n, len(CHANNELS))) < _GRANTED_SHARES
    granted[is_general] = (rng.random(n) < 0.88)[is_general, None]
    return Consents(
        is_asked=rng.random(n) < 0.975,
        is_general=is_general,
        granted=granted,
        withdrawn=_withdrawal(rng, people, until, 0.04),
        withdrawn_phone=_withdrawal(rng, people, until, 0.03),
        usage=rng.random(n) < 0.93,
        usage_withdrawn=_withdrawal(rng, people, until, 0.03),
    )


def consents(rng: np.random.Generator, people: People, drawn: Consents, until: int) -> pa.Table:
    """Build the rows of the consents table."""
    rows = np.arange(people.size)
    start, never = people.opened, np.full(people.size, -1)
    asked, general = drawn.is_asked, drawn.is_general
    parts = [(rows[asked & general], 0, _EVERY, drawn.granted[:, 0], start)]
    parts += [(rows[asked & ~general], 0, i, drawn.granted[:, i], start) for i in range(len(CHANNELS))]
    parts += [
        (rows[asked], 1, _EVERY, drawn.usage, start),
        (rows[asked & (drawn.withdrawn != NEVER)], 0, _EVERY, never > 0, drawn.withdrawn),
        (rows[asked & (drawn.withdrawn_phone != NEVER)], 0, 0, never > 0, drawn.withdrawn_phone),
        (rows[asked & (drawn.usage_withdrawn != NEVER)], 1, _EVERY, never > 0, drawn.usage_withdrawn),
    ]
    return arrow.known(pa.concat_tables([_rows(rng, people, *part) for part in parts]), until)


def _rows(
    rng: np.random.Generator,
    people: People,
    row: NDArray[np.int64],
    purpose: int,
    channel: int,
    granted: NDArray[np.bool_],
    changed: NDArray[np.int64],
) -> pa.Table:
    codes = np.full(len(row), channel)
    late = np.where(rng.random(len(row)) < 0.03, rng.integers(3600, 2 * DAY, len(row)), 1)
    return pa.table(
        {
            "account_id": arrow.ids("A", people.number[row]),
            "purpose": arrow.words(np.full(len(row), purpose), PURPOSES),
            "channel": arrow.words(np.minimum(codes, _EVERY - 1), CHANNELS, null=codes == _EVERY),
            "granted": pa.array(granted[row]),
            "changed_at": arrow.times(changed[row]),
            "recorded_at": arrow.times(changed[row] + late),
        }
    )


def _withdrawal(rng: np.random.Generator, people: People, until: int, share: float) -> NDArray[np.int64]:
    since = np.maximum(people.opened, until - 500 * DAY)
    moment = (since + rng.random(people.size) * (until - since)).astype(np.int64)
    return np.where(rng.random(people.size) < share, moment, NEVER)
