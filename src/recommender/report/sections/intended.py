"""The model card: what it is for, what it is not for, and what is known to be weak (Mitchell et al., 2019)."""

import pyarrow.compute as pc

from recommender.report.elements import Element, el, section
from recommender.report.run import Run, tally

__all__ = ["intended"]

_FOR = (
    "Choosing which ancillary products, three at most, to speak of with an account that may be approached.",
    "Telling the account why, in words about its own usage, and what the bill would do.",
    "Leaving accounts in peace: an unresolved complaint, an objection or a recent no ends the matter.",
)
_NOT_FOR = (
    "Setting prices, granting or refusing credit, or cancelling anything: nothing here was made or judged for that.",
    "Approaching accounts that the policy has taken out, by another way or from the propensities.",
    "Saying that an offer causes a take-up: the chance is that of taking the product up, offered or not.",
    "Legal advice: each rule names what it rests on, and the operator answers for the settings.",
)


def intended(run: Run) -> Element:
    """Return the section on intended use and limits."""
    return section(
        "limits",
        "Intended use and limits",
        el(
            "div",
            _list("For", _FOR),
            _list("Not for", _NOT_FOR),
            _list("Known limits of this model and run", _limits(run)),
            class_="lists",
        ),
    )


def _limits(run: Run) -> list[str]:
    card, n = run.model.scorecard, len(run.model.scorecard.products)
    few, prior = (sum(flag in card.flags(i) for i in range(n)) for flag in ("few_positives", "prior"))
    cold = tally(pc.list_flatten(run.offers.column("flags"))).get("cold", 0)
    stale = ", ".join(run.summary["stale"])
    said = [
        (
            few,
            f"{few} of {n} products had fewer than 20 take-ups to learn from; their curves lean on the others'.",
        ),
        (prior, f"For {prior} of {n} products no take-up was seen at all; all accounts get the rate of the category."),
        (cold, f"{cold:,} offers go to accounts of which most features are unknown."),
        (not run.model.training.get("figures"), "The ranker was not judged when this model was trained."),
        (stale, f"Feeds that were missing or too old: {stale}; what depends on them was withheld."),
        (True, "The figures are about the months judged on; a new tariff, a campaign or a season may change them."),
    ]
    return [sentence for applies, sentence in said if applies]


def _list(heading: str, items: "tuple[str, ...] | list[str]") -> Element:
    return el("div", el("h3", heading), el("ul", *(el("li", item) for item in items)))
