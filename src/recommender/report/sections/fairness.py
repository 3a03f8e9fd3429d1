"""Whether groups of accounts are treated alike, before and after the policy."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

from recommender.report.charts import pairs_of_dots
from recommender.report.elements import Child, Element, el, figure, section, table
from recommender.report.groups import FEWEST, Group, group_rates
from recommender.report.run import Run
from recommender.report.words import count, percent, plain

__all__ = ["fairness"]

_NO_GROUPS: Final = (
    "No groups were given. `recommender report ... --data SNAPSHOT --by segment --by region` compares them: the data "
    "that were scored, and columns of the accounts."
)
_NO_PAIRS: Final = "The run kept no dispositions of every pair, so that rates before the policy are not known."
_HOW: Final = (
    "Before the policy: the share of the accounts scored for which some product that they could take fits. After: the "
    "share of all accounts that is offered one. Each ratio is to the same share of all other accounts; outside 0.8 to "
    "1.25 somebody should look into why. A difference may have a good reason, such as fewer consents, and this page "
    "cannot tell."
)


def fairness(run: Run, groups: Mapping[str, Sequence[str]] | None) -> Element:
    """Return the section on groups; `groups` are the names of the columns with the group of each account."""
    heading = "Are groups treated alike?"
    if run.outcome is None or not groups:
        return section("groups", heading, el("p", _NO_GROUPS if run.outcome else _NO_PAIRS))
    parts = [part for name, levels in groups.items() for part in _compared(name, group_rates(levels, run.outcome))]
    return section("groups", heading, el("p", _HOW), *parts)


def _compared(name: str, rates: list[Group]) -> list[Child]:
    apart = [group for group in rates if group.is_apart]
    note = [el("p", _warning(name, apart), class_="warning", role="note")] if apart else []
    return [
        el("h3", f"By {plain(name)}"),
        *note,
        el("div", _drawing(name, rates), _table(name, rates), class_="charts"),
    ]


def _warning(name: str, apart: list[Group]) -> str:
    said = [f"{g.name} ({_ratio(g.ratio_before)} before, {_ratio(g.ratio_after)} after)" for g in apart]
    return f"Outside 0.8 to 1.25 by {plain(name)}: {', '.join(said)}."


def _drawing(name: str, rates: list[Group]) -> Element:
    rows = [(g.name, g.before, g.after, _says(g)) for g in rates if not isnan(g.before)]
    says = "; ".join(f"{g.name}: {percent(g.before, 0)} before, {percent(g.after, 0)} after" for g in rates)
    names = ("something fits (before the policy)", "is offered something (after)")
    drawing = pairs_of_dots(f"Rates by {plain(name)}", says, rows, names, "share of the accounts")
    return figure(drawing, "Each line joins a group's share before the policy with that after it.")


def _says(group: Group) -> str:
    mark = "⚠ " if group.is_apart else ""
    return f"{mark}{count(group.accounts)} accounts"


def _table(name: str, rates: list[Group]) -> Element:
    rows = [
        [
            g.name,
            count(g.accounts),
            _ratio(g.ratio_before),
            f"{_ratio(g.ratio_after)} ({_ratio(g.low)} to {_ratio(g.high)})",
            _verdict(g),
        ]
        for g in rates
    ]
    return table([plain(name), "accounts", "ratio before", "ratio after (95 %)", ""], rows)


def _verdict(group: Group) -> str:
    if group.accounts < FEWEST:
        return "too few to say"
    return "⚠ look into it" if group.is_apart else "within"


def _ratio(value: float) -> str:
    return "unknown" if isnan(value) else f"{value:.2f}"
