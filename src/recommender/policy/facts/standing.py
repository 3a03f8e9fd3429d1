"""How an account stands: its unpaid bills and its mark of vulnerability."""

from dataclasses import dataclass

import pyarrow as pa

from recommender import schema
from recommender.policy.facts.arrow import Mask, fact, flags, is_null, microseconds
from recommender.policy.facts.moments import DAY, FOREVER

__all__ = ["Standing"]


@dataclass(frozen=True, eq=False)
class Standing:
    """The standing of n accounts at the moment `decided_at`; every mask has shape (n,)."""

    rows: pa.Table
    decided_at: int

    def unpaid_for(self, days: float) -> Mask:
        """Whether a bill is unpaid `days` or more after it was due; no where no bill is known."""
        due_at = microseconds(fact(self.rows, schema.UNPAID_DUE_AT), missing=FOREVER)
        unpaid: Mask = due_at <= self.decided_at - days * DAY
        return unpaid

    @property
    def vulnerable(self) -> Mask:
        """Whether the account is marked as vulnerable."""
        return flags(fact(self.rows, schema.VULNERABLE))

    @property
    def vulnerability_unknown(self) -> Mask:
        """Whether the account is marked neither way."""
        return is_null(fact(self.rows, schema.VULNERABLE))
