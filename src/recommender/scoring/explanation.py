"""One account in words: what is offered and why, and for every other product why not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from recommender.model import Decision, Model
from recommender.scoring.rows import resolve
from recommender.scoring.telling import chance, explanation_html, in_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "explain"]

_UNSUPPRESSED = {
    "outranked": "Would fit, but better ones come first [outranked]",
    "not_relevant": "Fits this account no better than the average account [not_relevant]",
}
_UNRANKED = "The model has not learnt to rank it [not_relevant]"
_WIDTH = 80


@dataclass(frozen=True)
class Explanation:
    """The decision for one account, and its snapshot `row` (a table of one row).

    As text with `str`, as frames with `offers`, `dispositions` and `contributions`; a notebook shows it as HTML.
    """

    decision: Decision
    model: Model
    row: pa.Table

    @cached_property
    def offers(self) -> "pd.DataFrame":
        """The offers, with the columns `schema.OFFER_COLUMNS`."""
        return self.decision.offers.to_pandas()

    @cached_property
    def dispositions(self) -> "pd.DataFrame":
        """One row per product, with the columns `schema.DISPOSITION_COLUMNS`."""
        return self.decision.dispositions().to_pandas()

    def contributions(self, product: str) -> "pd.DataFrame":
        """Return what adds up to the log-odds of `product`: the columns term, says (in words) and points.

        First the intercept, which the average account has; then the terms that say anything, the strongest first. A
        classifier of one's own has no terms: of it there is the intercept alone, which adds up to nothing.

        Raises
        ------
        DataError
            If the model does not rank the product.
        """
        card, (row,) = self.model.scorecard, self.row.to_pylist()
        points = self.model.contributions(self.row, product)[0]
        order = [j for j in np.argsort(-np.abs(points), kind="stable") if points[j]]
        terms = [card.terms[j] for j in order]
        start = float(card.intercept[card.products.index(product)])
        return pa.table(
            {
                "term": ["intercept", *terms],
                "says": ["the average account", *(in_words(term, row, self.model.words) for term in terms)],
                "points": [start, *points[order].tolist()],
            }
        ).to_pandas()

    def _repr_html_(self) -> str:
        return explanation_html(self)

    def __str__(self) -> str:
        return "\n".join([*self._waived(), *self._offered(), "", *self._not_offered()])

    def in_brief(self) -> str:
        """Return the offers, and how many products each reason speaks against."""
        counts = {**self.decision.counts, **self.decision.suppressions}
        told = ("outranked", "not_relevant", *self.decision.codes)
        against = ", ".join(f"{code} {counts[code]}" for code in told if counts[code])
        return "\n".join([*self._waived(), *self._offered(), *_wrapped(f"Not offered: {against}", indent="   ")])

    def preface(self) -> list[str]:
        """Return what is to be known before the offers: the rules switched off, and why there is no offer."""
        none = [] if self.decision.offers.num_rows else [f"No offer: {self._no_offer()}"]
        return [*self._waived(), *none]

    def against_every_product(self) -> list[str]:
        """Return why nothing is offered at all: a sentence and its reason code each."""
        return [f"{self.model.policy.sentences[code]} [{code}]" for code in self._against_all()]

    def _waived(self) -> Iterable[str]:
        policy = self.model.policy
        if policy.waived:
            yield f"Switched off by the operator: {', '.join(policy.waived)} ({', '.join(policy.waivers)})."

    def _offered(self) -> Iterable[str]:
        offers = self.decision.offers.to_pylist()
        if not offers:
            yield from _wrapped(f"No offer: {self._no_offer()}")
        for offer in offers:
            yield f"{offer['rank']}. {offer['product_name']} ({self.bill(offer)})"
            yield from _wrapped(offer["reason"], indent="   ")
            yield f"   {chance(offer)}"

    def bill(self, offer: Mapping[str, Any]) -> str:
        """Say what an offer does to the monthly bill."""
        change = offer["bill_change"]
        return (
            "effect on the bill unknown" if change is None else f"bill {change:+} {self.model.config.currency} a month"
        )

    def _no_offer(self) -> str:
        sentences = [self.model.policy.sentences[code] for code in self._against_all()]
        return " ".join(sentences) or "nothing that is left fits this account better than the average account."

    def _not_offered(self) -> Iterable[str]:
        for sentence in self.against_every_product():
            yield from _wrapped(f"Every product: {sentence}")
        for reason, names in self.against_some().items():
            yield from _wrapped(f"{reason}:")
            yield from _wrapped(", ".join(sorted(names)), indent="   ")

    def _against_all(self) -> list[str]:
        """Return the codes that stand against every product: they are about the account."""
        return [code for code, count in self.decision.suppressions.items() if count == len(self.decision.product_id)]

    def against_some(self) -> dict[str, list[str]]:
        """Return the names of the products that are not offered, by what stands against them in particular."""
        names = {product.product_id: product.name for product in self.model.catalogue.products}
        against_all, grouped = self._against_all(), dict[str, list[str]]()
        for row in self.decision.dispositions().to_pylist():
            own = [code for code in row["reasons"] if code not in against_all]
            if row["disposition"] != "offered" and (own or row["disposition"] != "suppressed"):
                grouped.setdefault(self._why_not(row, own), []).append(names[row["product_id"]])
        return grouped

    def _why_not(self, row: Mapping[str, Any], codes: list[str]) -> str:
        if row["disposition"] == "suppressed":
            return " ".join(f"{self.model.policy.sentences[code]} [{code}]" for code in codes)
        return _UNSUPPRESSED[row["disposition"]] if row["propensity"] is not None else _UNRANKED


def explain(
    source: Any,
    model: Model | str | Path,
    account: str,
    *,
    as_of: date | str | None = None,
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
    return Explanation(decision, request.model, request.rows)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, width=_WIDTH, initial_indent=indent, subsequent_indent=indent or "   ")
