"""One account in words: what is offered and why, and for every other product why not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.model import Decision, Model
from recommender.scoring.rows import resolve

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "explain"]

_UNSUPPRESSED = {
    "outranked": "would fit, but better ones come first",
    "not_relevant": "fits this account no better than the average account",
}


@dataclass(frozen=True)
class Explanation:
    """The decision for one account; as text with `str`, as frames with `offers` and `dispositions`."""

    decision: Decision
    model: Model

    @cached_property
    def offers(self) -> "pd.DataFrame":
        """The offers, with the columns `schema.OFFER_COLUMNS`."""
        return self.decision.offers.to_pandas()

    @cached_property
    def dispositions(self) -> "pd.DataFrame":
        """One row per product, with the columns `schema.DISPOSITION_COLUMNS`."""
        return self.decision.dispositions().to_pandas()

    def __str__(self) -> str:
        return "\n".join([*self._waived(), *self._offered(), "", *self._not_offered()])

    def in_brief(self) -> str:
        """Return the offers, and how many products each reason speaks against."""
        counts = {**self.decision.counts, **self.decision.suppressions}
        told = ("outranked", "not_relevant", *self.decision.codes)
        against = ", ".join(f"{code} {counts[code]}" for code in told if counts[code])
        return "\n".join([*self._waived(), *self._offered(), f"   Not offered: {against}"])

    def _waived(self) -> Iterable[str]:
        policy = self.model.policy
        if policy.waived:
            yield f"Switched off by the operator: {', '.join(policy.waived)} ({', '.join(policy.waivers)})."

    def _offered(self) -> Iterable[str]:
        offers = self.decision.offers.to_pylist()
        if not offers:
            yield "No offer: " + _no_offer(self.decision, self.model.policy.sentences)
        for offer in offers:
            bill = _bill(offer["bill_change"], self.model.config.currency)
            yield f"{offer['rank']}. {offer['product_name']} ({bill})"
            yield f"   {offer['reason']}"
            yield f"   chance of take-up {offer['propensity']:.1%}, {offer['lift']:.1f} times the average account's"

    def _not_offered(self) -> Iterable[str]:
        names = {product.product_id: product.name for product in self.model.catalogue.products}
        for row in self.decision.dispositions().to_pylist():
            if row["disposition"] != "offered":
                yield f"   {names[row['product_id']]}: {_why_not(row, self.model.policy.sentences)}"


def explain(
    source: Any,
    account: str,
    model: Model | str | Path,
    *,
    as_of: datetime | str | None = None,
    complaints: Any = None,
    complaints_known_until: datetime | str | None = None,
) -> Explanation:
    """Decide for one account and say in words what became of every product.

    Parameters
    ----------
    source, model, as_of, complaints, complaints_known_until
        As for `recommender.recommend`.
    account
        The account's id.

    Raises
    ------
    AccountNotFoundError
        If there is no such account.
    """
    request = resolve(
        source,
        model,
        accounts=[account],
        as_of=as_of,
        complaints=complaints,
        complaints_known_until=complaints_known_until,
    )
    decision = request.model.decide(request.rows, decided_at=request.decided_at, complaints=request.complaints)
    return Explanation(decision, request.model)


def _no_offer(decision: Decision, sentences: Mapping[str, str]) -> str:
    everywhere = [code for code, count in decision.suppressions.items() if count == len(decision.product_id)]
    if everywhere:
        return " ".join(sentences[code] for code in everywhere)
    return "nothing that is left fits this account better than the average account."


def _why_not(row: Mapping[str, Any], sentences: Mapping[str, str]) -> str:
    if row["disposition"] == "suppressed":
        return "; ".join(f"{sentences[code]} [{code}]" for code in row["reasons"])
    return _UNSUPPRESSED[row["disposition"]]


def _bill(change: Any, currency: str) -> str:
    return "effect on the bill unknown" if change is None else f"bill {change:+} {currency} a month"
