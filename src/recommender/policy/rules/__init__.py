"""The rules, by subject; `RULES` has them in the order of their bits, which is public and only ever grows."""

from types import MappingProxyType
from typing import Final

from recommender.policy.rules.complaints import ComplaintStatusStale, OpenComplaint
from recommender.policy.rules.consents import ConsentStatusStale, DoNotContact, NeedsUsageConsent, NoConsent
from recommender.policy.rules.contacts import ContactLimit, ContactStatusStale, RecentlyDeclined
from recommender.policy.rules.products import (
    AlreadyHeld,
    ExcludedByHolding,
    InBundle,
    LacksPrerequisite,
    NotOffered,
    OnOrder,
)
from recommender.policy.rules.rule import Rule, sentence
from recommender.policy.rules.standing import InArrears, Vulnerable

__all__ = [
    "CODES",
    "EXCLUDED_BY_OFFER",
    "RULES",
    "SENTENCES",
    "AlreadyHeld",
    "ComplaintStatusStale",
    "ConsentStatusStale",
    "ContactLimit",
    "ContactStatusStale",
    "DoNotContact",
    "ExcludedByHolding",
    "InArrears",
    "InBundle",
    "LacksPrerequisite",
    "NeedsUsageConsent",
    "NoConsent",
    "NotOffered",
    "OnOrder",
    "OpenComplaint",
    "RecentlyDeclined",
    "Rule",
    "Vulnerable",
    "sentence",
]

RULES: Final[tuple[type[Rule], ...]] = (
    OpenComplaint,
    ComplaintStatusStale,
    NoConsent,
    ConsentStatusStale,
    DoNotContact,
    AlreadyHeld,
    OnOrder,
    InBundle,
    LacksPrerequisite,
    ExcludedByHolding,
    RecentlyDeclined,
    ContactLimit,
    InArrears,
    Vulnerable,
    NotOffered,
    NeedsUsageConsent,
    ContactStatusStale,
)

# No rule of the policy finds this one: it is known only once the offers of an account stand side by side.
EXCLUDED_BY_OFFER: Final = "excluded_by_offer"

# Bit i of a decision means CODES[i]. Append only: bits are stored with decisions.
CODES: Final = (*(rule.reason for rule in RULES), EXCLUDED_BY_OFFER)

# Why each reason of the package stands against an offer.
SENTENCES: Final = MappingProxyType(
    {rule.reason: sentence(rule) for rule in RULES}
    | {EXCLUDED_BY_OFFER: "The product may not be combined with one that is offered before it."}
)
