"""Why an offer is made: the contributions that speak for it, in words and with the account's own figures."""

from recommender.reasons.explaining import Part, explain_offers, explain_parts
from recommender.reasons.words import (
    HAS,
    HELD_COUNT,
    HELD_TERM,
    LACKS,
    ORDERED_IT,
    Feature,
    Reason,
    Reasons,
    Words,
    figure,
    say,
)

__all__ = [
    "HAS",
    "HELD_COUNT",
    "HELD_TERM",
    "LACKS",
    "ORDERED_IT",
    "Feature",
    "Part",
    "Reason",
    "Reasons",
    "Words",
    "explain_offers",
    "explain_parts",
    "figure",
    "say",
]
