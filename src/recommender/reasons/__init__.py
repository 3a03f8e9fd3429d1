"""Why an offer is made: the contributions that speak for it, in words and with the account's own figures."""

from recommender.reasons.explaining import Part, explain_offers, explain_parts
from recommender.reasons.words import HELD_COUNT, HELD_TERM, Feature, Reason, Reasons, Words, figure

__all__ = [
    "HELD_COUNT",
    "HELD_TERM",
    "Feature",
    "Part",
    "Reason",
    "Reasons",
    "Words",
    "explain_offers",
    "explain_parts",
    "figure",
]
