"""Rules on consent: no offer without permission, none over an objection, none from usage that may not be read."""

from dataclasses import dataclass
from typing import ClassVar

from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask

__all__ = ["ConsentStatusStale", "DoNotContact", "NeedsUsageConsent", "NoConsent"]


@dataclass(frozen=True)
class NoConsent:
    """The account did not permit marketing on this channel: silence is no permission.

    The newest change counts, whether it was made for this channel or for every channel; of two made at the same moment
    the refusal. With `unless_refused` silence is enough, where the law leaves it at a right to object; a refusal
    still counts.

    Basis: GDPR Art. 6(1)(a) and 7; ePrivacy Directive Art. 13; PECR reg. 21 (calls) and 22 (electronic mail; its
    paragraph 3 is the case for `unless_refused`).
    """

    reason: ClassVar[str] = "no_consent"
    unless_refused: bool = False

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts without permission on the channel; (n, 1)."""
        refused = facts.consents.refused
        return (refused if self.unless_refused else refused | ~facts.consents.granted)[:, None]


@dataclass(frozen=True)
class ConsentStatusStale:
    """The consents are missing or too old, so that there may be an objection that is not yet known.

    Too old: known until strictly more than `max_age_hours` before the decision.

    Basis: GDPR Art. 7(3) and 21(3), as a withdrawal or an objection counts from when it is made; promise P2 of this
    package; the setting is `consents_max_age_hours` of `[feeds]`.
    """

    reason: ClassVar[str] = "consent_status_stale"
    feed: ClassVar[str] = "consents"
    max_age_hours: float = 168.0

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts whose consents are not known well enough; (n, 1)."""
        return facts.feeds.consents_older_than(self.max_age_hours)[:, None]


@dataclass(frozen=True)
class DoNotContact:
    """The account objected to marketing altogether, which ends it on every channel.

    Such an account is not scored either. What the account said last counts: a later permission for every channel lifts
    the objection, and one for a single channel lifts it there. Of two changes made at the same moment the objection
    stands.

    Basis: GDPR Art. 21(2) and (3), an unconditional right to object to direct marketing and to profiling for it;
    PECR reg. 21(1)(a) and 22.
    """

    reason: ClassVar[str] = "do_not_contact"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts that refused marketing on every channel and did not permit it on this one since; (n, 1)."""
        return facts.consents.refused_everywhere[:, None]


@dataclass(frozen=True)
class NeedsUsageConsent:
    """The product is ranked from usage, which the account did not permit to be used for marketing.

    With `existing_category_needs_no_consent` a product of a category the account already buys from is exempt.

    Basis: PECR reg. 7(3) and ePrivacy Directive Art. 6(3) for traffic data; 47 CFR 64.2005 to 64.2009 for customer
    proprietary network information, whose 64.2005(a) is the case for the exemption (the US rule).
    """

    reason: ClassVar[str] = "needs_usage_consent"
    existing_category_needs_no_consent: bool = False

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products ranked from usage where usage may not be used; (n, P)."""
        needs = facts.catalogue.uses_usage_data & ~facts.consents.usage[:, None]
        if not self.existing_category_needs_no_consent:
            return needs
        exempt: Mask = needs & ~facts.anywhere_in_category(facts.holdings.held)
        return exempt
