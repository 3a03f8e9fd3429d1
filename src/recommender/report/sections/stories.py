"""Accounts in words, without their ids unless they are asked for."""

from typing import Any

import numpy as np
import pyarrow.compute as pc

from recommender.report.elements import Element, el, section
from recommender.report.run import Run
from recommender.report.words import percent

__all__ = ["stories"]

_OFFERED, _WITHHELD = 4, 3


def stories(run: Run, *, with_ids: bool) -> Element:
    """Return the section of examples: accounts with offers, each led by another product, and accounts with none."""
    told = [_offers(run, account, i, with_ids=with_ids) for i, account in enumerate(_worth_telling(run))]
    kept = [_nothing(run, code, account, with_ids=with_ids) for code, account in _left_in_peace(run)]
    return section(
        "stories",
        "Accounts in words",
        el(
            "p",
            "Each offer carries its reason: what of this account spoke for the product most, from the very points that "
            "were added up. " + ("" if with_ids else "The examples are real accounts; their ids are left out."),
        ),
        el("div", *told, class_="stories"),
        el("div", *kept, class_="stories"),
    )


def _worth_telling(run: Run) -> list[str]:
    """Pick the accounts whose best offer has the highest propensity of its product; ties by id."""
    first = run.offers.filter(pc.field("rank") == 1)
    ranked = first.sort_by([("propensity", "descending"), ("account_id", "ascending")])
    _, places = np.unique(np.asarray(ranked.column("product_id").to_numpy(zero_copy_only=False)), return_index=True)
    return [str(ranked.column("account_id")[int(i)]) for i in sorted(places)[:_OFFERED]]


def _left_in_peace(run: Run) -> list[tuple[str, str]]:
    """Pick one account for each of the first reasons that stand against every product."""
    outcome = run.outcome
    if outcome is None:
        return []
    found = [(code, np.flatnonzero(outcome.stands_against(code))) for code in outcome.codes]
    return [(code, str(outcome.account_id[int(rows[0])])) for code, rows in found if len(rows)][:_WITHHELD]


def _offers(run: Run, account: str, i: int, *, with_ids: bool) -> Element:
    rows = sorted(run.offers_of(account).to_pylist(), key=lambda row: row["rank"])
    name = f"Account {account}" if with_ids else f"An account, example {i + 1}"
    return el("article", el("h3", name), el("ol", *(_offer(row, run) for row in rows)), class_="story")


def _offer(row: Any, run: Run) -> Element:
    bill = (
        "effect on the bill unknown"
        if row["bill_change"] is None
        else f"{row['bill_change']:+} {run.config.currency} a month"
    )
    chance = f"chance of take-up {percent(row['propensity'])}, {row['lift']:.1f} times the average account's"
    return el(
        "li",
        el("strong", row["product_name"]),
        f" ({bill})",
        el("span", row["reason"] + ".", class_="reason"),
        el("span", chance, class_="chance"),
    )


def _nothing(run: Run, code: str, account: str, *, with_ids: bool) -> Element:
    name = f"Account {account}" if with_ids else "An account that is left in peace"
    sentence = run.model.policy.sentences.get(code, code)
    return el("article", el("h3", name), el("p", "No offer. ", sentence), class_="story quiet")
