"""The facts of some accounts at one moment and on one channel, taken out of snapshot rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender import schema
from recommender.catalogue import Catalogue
from recommender.errors import DataError, FeatureError
from recommender.policy.facts.arrow import FACT_TYPES, Mask, microseconds, whole
from recommender.policy.facts.complaints import Complaints
from recommender.policy.facts.consents import Consents
from recommender.policy.facts.contacts import Contacts
from recommender.policy.facts.feeds import Feeds
from recommender.policy.facts.fresh import FreshComplaints, fresh_complaints
from recommender.policy.facts.holdings import Holdings
from recommender.policy.facts.moments import BEFORE_ALL, micros
from recommender.policy.facts.standing import Standing

__all__ = ["Facts"]

_TIME: Final = pa.timestamp("us", "UTC")


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts of n accounts about P products, by subject; each is computed when a rule first asks for it.

    An account's arrays have shape (n,), those of pairs (n, P) with the products in catalogue order. They are shared
    between rules and never changed. `decided_at` and `complaints_known_until` are microseconds since 1970 in UTC;
    `rows` are the snapshot's, for an operator's own rules.
    """

    rows: pa.Table
    catalogue: Catalogue
    decided_at: int
    channel: str
    fresh: FreshComplaints | None = None
    complaints_known_until: int | None = None

    @classmethod
    def of(
        cls,
        rows: pa.Table,
        catalogue: Catalogue,
        *,
        decided_at: datetime,
        channel: str,
        complaints: pa.Table | None = None,
        complaints_known_until: datetime | None = None,
    ) -> "Facts":
        """Take the facts out of snapshot `rows`.

        `complaints` are fresh ones (account_id, opened_at, resolved_at, status), which add to the snapshot's and
        take nothing away; about accounts that are not among the rows they say nothing. One that is opened after
        `decided_at` has not happened yet and does not count, so the moment of decision must not be set back.
        `complaints_known_until` says until when the feed is complete with them, and moves only forward.

        Raises
        ------
        FeatureError
            If the rows lack a fact.
        DataError
            If a moment is naive, the decision lies before the snapshot, no channel is named, or the complaints
            cannot be read.
        """
        _check_facts(rows)
        _check_moment(rows, decided_at)
        return cls(
            rows=rows,
            catalogue=catalogue,
            decided_at=micros(decided_at),
            channel=_one_channel(channel),
            fresh=fresh_complaints(complaints),
            complaints_known_until=None if complaints_known_until is None else micros(complaints_known_until),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """How many accounts and products there are."""
        return self.rows.num_rows, len(self.catalogue.products)

    @property
    def held(self) -> Mask:
        """What each account surely holds; (n, P)."""
        return self.holdings.held

    @cached_property
    def holdings(self) -> Holdings:
        """What each account has."""
        return Holdings(self.rows, self.catalogue)

    @cached_property
    def complaints(self) -> Complaints:
        """What each account complained of, in the snapshot and since."""
        return Complaints(self.rows, self.decided_at, self.fresh)

    @cached_property
    def contacts(self) -> Contacts:
        """What each account was offered."""
        return Contacts(self.rows, self.catalogue.ids, self.decided_at, self.channel)

    @cached_property
    def consents(self) -> Consents:
        """What each account permits."""
        return Consents(self.rows, self.channel)

    @cached_property
    def standing(self) -> Standing:
        """How each account stands."""
        return Standing(self.rows, self.decided_at)

    @cached_property
    def feeds(self) -> Feeds:
        """How fresh the feeds are."""
        return Feeds(self.rows, self.decided_at, self.complaints_known_until)

    def anywhere_in_category(self, pairs: Mask) -> Mask:
        """Mark all products of a category where `pairs` (n, P) marks one; (n, P)."""
        marked = np.zeros((self._category.max(initial=-1) + 1, len(pairs)), dtype=bool)
        for product, category in enumerate(self._category):
            marked[category] |= pairs[:, product]
        spread: Mask = marked[self._category].T
        return spread

    def parts(self, n_rows: int) -> Iterator["Facts"]:
        """Cut the accounts into runs of `n_rows`, so that the pairs of a run stay in the processor's cache."""
        if self.rows.num_rows <= n_rows:
            yield self
            return
        for start in range(0, self.rows.num_rows, n_rows):
            yield replace(self, rows=self.rows.slice(start, n_rows))

    @cached_property
    def _category(self) -> NDArray[np.int64]:
        names = sorted({product.category for product in self.catalogue.products})
        return np.array([names.index(product.category) for product in self.catalogue.products], dtype=np.int64)


def _check_facts(rows: pa.Table) -> None:
    if missing := [name for name in FACT_TYPES if rows.schema.get_field_index(name) < 0]:
        raise FeatureError(f"The policy reads facts that the snapshot must have once each; it lacks {missing}.")


def _check_moment(rows: pa.Table, decided_at: datetime) -> None:
    if rows.num_rows == 0 or rows.schema.get_field_index(schema.AS_OF) < 0:
        return
    column: Any = rows.column(schema.AS_OF)
    known = column.cast(_TIME, safe=False) if column.type != _TIME else column
    newest = microseconds(whole(known), missing=BEFORE_ALL).max()
    if micros(decided_at) < newest:
        raise DataError(
            f"A decision at {decided_at.isoformat()} would use what became known later: the snapshot is newer."
        )


def _one_channel(channel: str) -> str:
    one = channel.strip().lower()
    if one in {"", schema.ALL_CHANNELS}:
        raise DataError(f"One channel on which the offer is made was needed, {channel!r} came.")
    return one
