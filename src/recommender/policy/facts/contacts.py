"""Which offers were made to an account, and which of them it declined."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender import schema
from recommender.policy.facts.arrow import Mask, fact, flat, frozen, is_null, microseconds, places_among, words
from recommender.policy.facts.moments import DAY, FOREVER

__all__ = ["Contacts"]

# Surely no refusal; an outcome that is null or not known here counts as one.
_NOT_A_NO = frozenset(schema.OUTCOMES) - {"declined"}
_BEYOND_ANY_LIMIT = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class _Log:
    """One value per contact: the row it belongs to, when it was, its product (-1: none of ours), what came of it."""

    owner: NDArray[np.int64]
    contacted_at: NDArray[np.int64]
    product: NDArray[np.int64]
    any_product: Mask
    on_channel: Mask
    declined: Mask


@dataclass(frozen=True, eq=False)
class Contacts:
    """The contacts of n accounts, looked back on from `decided_at`.

    A contact is within a number of days if it is less than that long ago; one dated later than the decision is.
    Unknown counts against the offer: a null list is a decline of everything and more contacts than any limit, a null
    time is now, a null product every product, a null channel every channel, an unknown outcome a decline. `ids` are
    the catalogue's.
    """

    rows: pa.Table
    ids: tuple[str, ...]
    decided_at: int
    channel: str

    def declined_within(self, days: float) -> Mask:
        """Which products were declined less than `days` ago; (n, P), laid out product by product."""
        log = self._log
        hit = log.declined & self._within(days)
        declined = np.zeros((len(self.ids), self.rows.num_rows), dtype=bool)
        if hit.any():
            ours = hit & (log.product >= 0)
            declined[log.product[ours], log.owner[ours]] = True
            declined[:, log.owner[hit & log.any_product]] = True
        declined[:, self._unknown] = True
        return declined.T

    def counted_within(self, days: float) -> NDArray[np.int64]:
        """How many contacts there were less than `days` ago, on any channel; (n,)."""
        return self._count(self._within(days))

    def counted_on_channel_within(self, days: float) -> NDArray[np.int64]:
        """How many contacts there were less than `days` ago, on the channel of the decision; (n,)."""
        return self._count(self._within(days) & self._log.on_channel)

    def _within(self, days: float) -> Mask:
        within: Mask = self._log.contacted_at > self.decided_at - days * DAY
        return within

    def _count(self, hit: Mask) -> NDArray[np.int64]:
        counts = np.bincount(self._log.owner[hit], minlength=self.rows.num_rows)
        return np.where(self._unknown, _BEYOND_ANY_LIMIT, counts)

    @cached_property
    def _unknown(self) -> Mask:
        return frozen(is_null(fact(self.rows, schema.CONTACT_LOG)))

    @cached_property
    def _log(self) -> _Log:
        owner, contacts = flat(fact(self.rows, schema.CONTACT_LOG))
        contacted_at, product, channel, outcome = contacts.flatten()
        return _Log(
            owner=owner,
            contacted_at=microseconds(contacted_at, missing=FOREVER),
            product=places_among(product, self.ids),
            any_product=is_null(product),
            on_channel=words(channel, frozenset({self.channel})) | is_null(channel),
            declined=~words(outcome, _NOT_A_NO),
        )
