"""One account's decision as a notebook shows it: the offers, what speaks for each, and why the others are not made."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from recommender import markup
from recommender.reasons import HAS, HELD_COUNT, HELD_TERM, LACKS, ORDERED_IT, Words, say
from recommender.schema import HELD, ORDERED
from recommender.scoring.showing import percent

if TYPE_CHECKING:
    import pandas as pd

    from recommender.scoring.explanation import Explanation

__all__ = ["chance", "explanation_html", "in_words"]

_MOST_TERMS = 5
_UNNAMED = "an attribute that no reason may name"
_NO_TERMS = "The ranker has no terms, and so cannot say what speaks for it."


def explanation_html(told: "Explanation") -> str:
    """Return the story of the account; `Explanation.contributions` has all the terms."""
    account, offers = told.decision.account_id[0].as_py(), told.decision.offers.to_pylist()
    parts = [markup.heading(f"Account {account}: {_counted(len(offers))}")]
    parts += [markup.note(line) for line in told.preface()]
    for offer in offers:
        parts += _offer(told, offer)
    reasons = [("every product", sentence) for sentence in told.against_every_product()]
    reasons += [(", ".join(sorted(names)), reason) for reason, names in told.against_some().items()]
    return markup.panel(*parts, markup.heading("Not offered"), markup.table(("product", "why not"), reasons))


def in_words(term: str, row: Mapping[str, Any], words: Words) -> str:
    """Name a term and, where it is known, the account's figure; a sensitive feature is not named."""
    return " and ".join(_part_in_words(part, row, words) for part in term.split(" & "))


def chance(offer: Mapping[str, Any]) -> str:
    """Say how likely an offer is to be taken up, and how that stands against the average account."""
    return f"chance of take-up {percent(offer['propensity'])}, {offer['lift']:.1f} times the average account's"


def _offer(told: "Explanation", offer: Mapping[str, Any]) -> list[str]:
    adds = told.contributions(offer["product_id"])
    head = [
        markup.heading(f"{offer['rank']}. {offer['product_name']}"),
        markup.note(offer["reason"]),
        markup.note(f"{chance(offer).capitalize()}; {told.bill(offer)}."),
    ]
    return [*head, *(_terms(adds) if len(adds) > 1 else [markup.note(_NO_TERMS)])]


def _terms(adds: "pd.DataFrame") -> list[str]:
    widest, others = adds.iloc[1 : 1 + _MOST_TERMS], adds["points"].iloc[1 + _MOST_TERMS :]
    said = [*zip(widest["says"], widest["points"], strict=True), (f"{len(others)} further terms", float(others.sum()))]
    most = max(abs(points) for _, points in said)
    rows = [(says, f"{points:+.2f}", markup.bar(points, most)) for says, points in said]
    start = f"In log-odds, from {adds['points'].iloc[0]:.2f}, which the average account has:"
    return [markup.note(start), markup.table(("what", "adds", ""), rows, figures=(1,))]


def _counted(offers: int) -> str:
    return {0: "no offer", 1: "1 offer"}.get(offers, f"{offers} offers")


def _part_in_words(part: str, row: Mapping[str, Any], words: Words) -> str:
    if part == HELD_COUNT:
        return f"{len({*row[HELD], *row[ORDERED]})} products held or on order"
    if part.startswith(HELD_TERM):
        product = part.removeprefix(HELD_TERM)
        return say(part, HAS if product in row[HELD] else ORDERED_IT if product in row[ORDERED] else LACKS, words)
    feature = words.features[part]
    if feature.is_sensitive:
        return _UNNAMED
    if row[part] is None:
        return f"{part} unknown"
    return say(part, row[part], words)
