"""How fresh the feeds are."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from recommender import schema
from recommender.policy.facts.arrow import Mask, fact, is_null, microseconds
from recommender.policy.facts.moments import BEFORE_ALL, HOUR

__all__ = ["Feeds"]


@dataclass(frozen=True, eq=False)
class Feeds:
    """Until when the feeds were known to n accounts' rows; `complaints_known_until` moves theirs forward only.

    Every mask has shape (n,): whether the feed is missing, or more than so many hours old at the decision. An age of
    exactly the limit is not too old.
    """

    rows: pa.Table
    decided_at: int
    complaints_known_until: int | None

    def complaints_older_than(self, hours: float) -> Mask:
        """Whether the complaints are."""
        return self._older_than(schema.COMPLAINTS_KNOWN_UNTIL, hours, self.complaints_known_until)

    def consents_older_than(self, hours: float) -> Mask:
        """Whether the consents are."""
        return self._older_than(schema.CONSENTS_KNOWN_UNTIL, hours)

    def contacts_older_than(self, hours: float) -> Mask:
        """Whether the contacts are."""
        return self._older_than(schema.CONTACTS_KNOWN_UNTIL, hours)

    def _older_than(self, name: str, hours: float, at_least: int | None = None) -> Mask:
        known = fact(self.rows, name)
        known_until = microseconds(known, missing=BEFORE_ALL)
        missing = is_null(known)
        if at_least is not None:
            known_until, missing = np.maximum(known_until, at_least), np.zeros(len(missing), dtype=bool)
        # Turned round so that a limit that is no number finds everything too old.
        return ~(self.decided_at - known_until <= hours * HOUR) | missing
