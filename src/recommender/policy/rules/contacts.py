"""Rules on contacts: a no is an answer, and enough is enough."""

from dataclasses import dataclass
from typing import ClassVar

from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask

__all__ = ["ContactLimit", "ContactStatusStale", "RecentlyDeclined"]


@dataclass(frozen=True)
class RecentlyDeclined:
    """The account declined the product, or one much like it, not long ago: a no is an answer.

    A product rests for `cool_off_days` after it was declined, the others of its category for
    `category_cool_off_days`, each times 24 hours, the last moment exclusive. `interested`, `no_answer` and `shown`
    are no refusals.

    Basis: the operator's policy; UCPD (2005/29/EC) Annex I no. 26 on persistent and unwanted solicitation; promise P4
    of this package.
    """

    reason: ClassVar[str] = "recently_declined"
    cool_off_days: int = 90
    category_cool_off_days: int = 30

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products declined, and those of a category declined in, within the cool-off; (n, P)."""
        declined = facts.contacts.declined_within(self.cool_off_days)
        in_category = facts.contacts.declined_within(self.category_cool_off_days)
        if not in_category.any():
            return declined
        return declined | facts.anywhere_in_category(in_category)


@dataclass(frozen=True)
class ContactLimit:
    """The account was offered enough of late.

    Every contact counts, whatever came of it: `max_contacts` in `window_days` on all channels together and, where
    it is set, `max_contacts_on_channel` on the channel of the decision.

    Basis: the operator's policy; UCPD (2005/29/EC) Annex I no. 26 on persistent and unwanted solicitation; promise P4
    of this package.
    """

    reason: ClassVar[str] = "contact_limit"
    max_contacts: int = 3
    window_days: int = 30
    max_contacts_on_channel: int | None = None

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts contacted as often as the limit allows; (n, 1)."""
        reached = facts.contacts.counted_within(self.window_days) >= self.max_contacts
        if self.max_contacts_on_channel is not None:
            reached |= facts.contacts.counted_on_channel_within(self.window_days) >= self.max_contacts_on_channel
        return reached[:, None]


@dataclass(frozen=True)
class ContactStatusStale:
    """The contacts are missing or too old, so that there may be a no that is not yet known.

    Too old: known until strictly more than `max_age_hours` before the decision.

    Basis: promise P2 of this package; the setting is `contacts_max_age_hours` of `[feeds]`.
    """

    reason: ClassVar[str] = "contact_status_stale"
    feed: ClassVar[str] = "contacts"
    max_age_hours: float = 72.0

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts whose contacts are not known well enough; (n, 1)."""
        return facts.feeds.contacts_older_than(self.max_age_hours)[:, None]
