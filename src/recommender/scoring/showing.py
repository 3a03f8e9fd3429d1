"""Offers and what became of the rest, as a notebook shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recommender import markup
from recommender.errors import DataError
from recommender.frames import to_arrow

if TYPE_CHECKING:
    from recommender.scoring.faces import Recommendation

__all__ = ["Shown", "percent", "recommendation_html", "show"]

_NEEDED = ("account_id", "rank", "product_name", "propensity", "lift", "reason", "bill_change")
_HEADER = ("account", "rank", "product", "chance", "lift", "on the bill", "why")


@dataclass(frozen=True)
class Shown:
    """Offers that a notebook shows as a table; `frame` is what they were given as."""

    frame: Any
    html: str

    def __repr__(self) -> str:
        return repr(self.frame)

    def _repr_html_(self) -> str:
        return self.html


def show(offers: Any, *, most: int = 20) -> Shown:
    """Let a notebook show offers as a table that a person reads: chances in percent, reasons whole.

    Parameters
    ----------
    offers
        A frame with the columns `schema.OFFER_COLUMNS`, as `predict` returns it; it stays as it is.
    most
        How many offers are shown.

    Raises
    ------
    DataError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame({"account_id": ["007"], "rank": [1], "product_name": ["<Hotspots>"], "propensity": [0.08],
    ...                        "lift": [2.0], "reason": ["12 sessions"], "bill_change": [9.99]})
    >>> html = show(offers)._repr_html_()
    >>> "&lt;Hotspots&gt;" in html, "8.0 %" in html, "+9.99" in html
    (True, True, True)
    """
    table = to_arrow(offers)
    if missing := [name for name in _NEEDED if name not in table.column_names]:
        raise DataError(f"show: offers were needed, but the columns {missing} are missing.")
    rows = table.select(list(_NEEDED)).slice(0, most).to_pylist()
    more = table.num_rows - len(rows)
    return Shown(offers, markup.panel(_offers(rows), *([markup.note(f"and {more:,} more offers")] if more else [])))


def recommendation_html(found: "Recommendation") -> str:
    """Return what was offered, what became of every pair, and which rule kept how many back."""
    decision = found.decision
    n, p = decision.disposition.shape
    counts = [(name, f"{count:,}", percent(count / max(n * p, 1))) for name, count in decision.counts.items()]
    hits = [
        (code, found.model.policy.sentences.get(code, ""), f"{count:,}", f"{decision.waterfall[code]:,}")
        for code, count in decision.suppressions.items()
        if count
    ]
    stale = [markup.heading(f"Offers were withheld: {', '.join(decision.stale)} missing or too old")]
    rows = decision.offers.select(list(_NEEDED)).slice(0, 5).to_pylist()
    return markup.panel(
        *(stale if decision.stale else []),
        markup.heading(f"{decision.offers.num_rows:,} offers to {n:,} accounts, of {p} products"),
        *([_offers(rows)] if rows else []),
        markup.heading("What became of every pair of account and product"),
        markup.table(("disposition", "pairs", "share"), counts, figures=(1, 2)),
        markup.heading("What keeps offers back"),
        markup.table(("reason", "why", "pairs it hits", "pairs no reason above hits"), hits, figures=(2, 3)),
    )


def percent(share: float | None) -> str:
    """Write a share, 0 to 1, in percent."""
    return "" if share is None else f"{share * 100:.1f} %"


def _offers(rows: Sequence[Mapping[str, Any]]) -> str:
    return markup.table(_HEADER, [_line(row) for row in rows], figures=(1, 3, 4, 5))


def _line(offer: Mapping[str, Any]) -> tuple[Any, ...]:
    bill = offer["bill_change"]
    return (
        offer["account_id"],
        offer["rank"],
        offer["product_name"],
        percent(offer["propensity"]),
        f"{offer['lift']:.1f}",
        "unknown" if bill is None else f"{bill:+}",
        offer["reason"],
    )
