"""Rules on complaints: no offer over one that is unresolved, or that may be."""

from dataclasses import dataclass
from typing import ClassVar

from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask

__all__ = ["ComplaintStatusStale", "OpenComplaint"]


@dataclass(frozen=True)
class OpenComplaint:
    """The account has an unresolved complaint, or one resolved only just now: what is wrong is put right first.

    Unresolved at the moment t of decision: opened_at <= t and not resolved_at <= t, where a resolution counts only
    with a status that is known to mean resolved and a moment not before the opening. The cool-off runs from the
    resolution, `cool_off_days` times 24 hours, its last moment exclusive.

    Basis: the operator's policy, and promise P1 of this package.
    """

    reason: ClassVar[str] = "open_complaint"
    cool_off_days: int = 7

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts with a complaint unresolved less than `cool_off_days` ago; (n, 1)."""
        return facts.complaints.unresolved_within(self.cool_off_days)[:, None]


@dataclass(frozen=True)
class ComplaintStatusStale:
    """The complaints are missing or too old, so that there may be an unresolved one that is not yet known.

    Too old: known until strictly more than `max_age_hours` before the decision.

    Basis: promise P2 of this package; the setting is `complaints_max_age_hours` of `[feeds]`.
    """

    reason: ClassVar[str] = "complaint_status_stale"
    feed: ClassVar[str] = "complaints"
    max_age_hours: float = 24.0

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts whose complaints are not known well enough; (n, 1)."""
        return facts.feeds.complaints_older_than(self.max_age_hours)[:, None]
