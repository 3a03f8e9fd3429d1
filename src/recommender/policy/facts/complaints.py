"""When the complaints of an account are, or were, unresolved."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender import schema
from recommender.policy.facts.arrow import Mask, fact, flat, frozen, is_null, microseconds, places
from recommender.policy.facts.fresh import FreshComplaints
from recommender.policy.facts.moments import BEFORE_ALL, DAY, FOREVER

__all__ = ["Complaints"]

Times = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Complaints:
    """The complaints of n accounts at the moment `decided_at`; every mask has shape (n,).

    A complaint is unresolved from `opened_at`, inclusive, until `open_until`, exclusive. A null `opened_at` means
    always, a null `open_until` never, and a null list that there is an unresolved complaint. One that is opened
    after `decided_at` has not happened yet.
    """

    rows: pa.Table
    decided_at: int
    fresh: FreshComplaints | None

    @cached_property
    def unresolved(self) -> Mask:
        """Whether a complaint is unresolved, or it is unknown whether one is."""
        return frozen(self._any_open_after(self.decided_at) | is_null(fact(self.rows, schema.COMPLAINT_SPANS)))

    def unresolved_within(self, days: float) -> Mask:
        """Whether a complaint is unresolved, or was less than `days` ago."""
        return self.unresolved | self._any_open_after(self.decided_at - days * DAY)

    def _any_open_after(self, moment: float) -> Mask:
        """Mark the accounts with a complaint opened by the decision and unresolved at some time after `moment`."""
        owner, opened_at, open_until = self._spans
        found = np.zeros(self.rows.num_rows, dtype=bool)
        found[owner[(opened_at <= self.decided_at) & (open_until > moment)]] = True
        return found if self.fresh is None else found | self._any_fresh(self.fresh, moment)

    def _any_fresh(self, fresh: FreshComplaints, moment: float) -> Mask:
        hit = np.zeros(len(fresh.accounts) + 1, dtype=bool)
        hit[fresh.owner[(fresh.opened_at <= self.decided_at) & (fresh.open_until > moment)]] = True
        return hit[self._place_in(fresh)]

    def _place_in(self, fresh: FreshComplaints) -> Times:
        """Return where each account stands among the fresh ones; the place after the last where it does not."""
        accounts = pc.utf8_trim_whitespace(fact(self.rows, schema.ACCOUNT))  # as those of the complaints are
        place = pc.index_in(accounts, value_set=fresh.accounts)
        return places(place, missing=len(fresh.accounts))

    @cached_property
    def _spans(self) -> tuple[Times, Times, Times]:
        owner, spans = flat(fact(self.rows, schema.COMPLAINT_SPANS))
        opened_at, open_until = spans.flatten()
        return owner, microseconds(opened_at, missing=BEFORE_ALL), microseconds(open_until, missing=FOREVER)
