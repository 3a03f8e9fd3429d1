"""Why nothing is offered: the waterfall of the policy, and until when each feed is known."""

import numpy as np

from recommender.report.charts import Bar, bars
from recommender.report.elements import Element, el, figure, section, table
from recommender.report.run import Outcome, Run
from recommender.report.words import count, moment, percent, plain

__all__ = ["withheld"]


def withheld(run: Run) -> Element:
    """Return the section on suppressions."""
    by_account = [] if run.outcome is None else [_accounts(run.outcome)]
    return section(
        "withheld",
        "What is not offered, and why",
        el(
            "p",
            "Every rule is always asked and every reason kept. The pictures count each account or pair once, under the "
            "first reason in the order of the policy; the table counts it for every reason.",
        ),
        *_waivers(run),
        el("div", *by_account, _pairs(run), class_="charts"),
        el("h3", "Until when each feed is known"),
        _watermarks(run),
        el("details", el("summary", "Every reason in words"), _table(run)),
    )


def _waivers(run: Run) -> list[Element]:
    policy = run.summary["policy"]
    stated = [f"{name} = {value}" for name, value in run.summary["stated"].items() if value in {"granted", "none_made"}]
    said = [*(f"switched off by {name}" for name in policy["waivers"] or policy["switched_off"]), *stated]
    if not said:
        return []
    return [el("p", f"The operator answers for this: {'; '.join(said)}.", class_="warning", role="note")]


def _accounts(outcome: Outcome) -> Element:
    left = np.ones(len(outcome.account_id), dtype=bool)
    rows = [_level("accounts looked at", left, len(left))]
    for code in outcome.codes:
        if (gone := left & outcome.stands_against(code)).any():
            rows.append(_drop(plain(code), int(left.sum()), int(gone.sum()), len(left)))
            left &= ~gone
    if (nothing := left & (outcome.offers == 0)).any():
        rows.append(_drop("nothing that is left fits well enough", int(left.sum()), int(nothing.sum()), len(left)))
        left &= ~nothing
    rows.append(_level("accounts with an offer", left, len(left)))
    says = "; ".join(f"{row.name}: {row.says}" for row in rows)
    caption = "An account drops out where a reason stands against every product, or nothing that is left fits it."
    return figure(bars("Waterfall of the accounts", says, rows), caption, "Accounts")


def _pairs(run: Run) -> Element:
    total, left = run.summary["candidates"], run.summary["candidates"]
    rows = [Bar("(account, product) pairs", 0, total, count(total), "left")]
    dispositions = run.summary["dispositions"]
    drops = {plain(code): n for code, n in run.summary["waterfall"].items()}
    drops |= {
        "fits no better than the average account": dispositions["not_relevant"],
        "better ones come first": dispositions["outranked"],
    }
    for name, n in drops.items():
        if n:
            rows.append(_drop(name, left, n, total))
            left -= n
    rows.append(Bar("offers", 0, left, f"{count(left)}, {percent(left / max(total, 1))}", "left"))
    says = "; ".join(f"{row.name}: {row.says}" for row in rows)
    return figure(
        bars("Waterfall of the pairs", says, rows),
        "From all pairs to the offers, rule by rule.",
        "Pairs of account and product",
    )


def _level(name: str, left: np.ndarray, total: int) -> Bar:
    return Bar(name, 0, int(left.sum()), f"{count(int(left.sum()))}, {percent(left.sum() / max(total, 1), 0)}", "left")


def _drop(name: str, left: int, n: int, total: int) -> Bar:
    return Bar(name, left - n, left, f"−{count(n)}, {percent(n / max(total, 1))}", "gone")


def _watermarks(run: Run) -> Element:
    feeds, config = run.summary["known_until"], run.config
    limits = {feed: getattr(config.feeds, f"{feed}_max_age_hours", None) for feed in feeds}
    rows = [
        [feed, moment(until, config), f"{limits[feed]:g} hours" if limits[feed] is not None else "", _state(run, feed)]
        for feed, until in feeds.items()
    ]
    return table(["feed", "known until", "may be as old as", "at the decision"], rows)


def _state(run: Run, feed: str) -> str:
    return "too old: offers withheld" if feed in run.summary["stale"] else "fresh enough"


def _table(run: Run) -> Element:
    sentences = run.model.policy.sentences
    found = sorted(run.summary["suppressions"].items(), key=lambda item: -item[1])
    return table(["reason", "pairs", "why"], [[plain(code), count(n), sentences.get(code, "")] for code, n in found])
