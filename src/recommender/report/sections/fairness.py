"""Whether groups of accounts are treated alike, before and after the policy."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Final

from recommender.report.charts import pairs_of_dots
from recommender.report.elements import Child, Element, el, figure, section, table
from recommender.report.groups import FEWEST, Group, Rate, group_rates
from recommender.report.run import Run
from recommender.report.words import count, percent, plain

__all__ = ["fairness"]

_NO_GROUPS: Final = (
    "No groups were given. `recommender report ... --data SNAPSHOT --by segment --by region` compares them: the data "
    "that were scored, and columns of the accounts."
)
_NO_PAIRS: Final = "The run kept no dispositions of every pair, so that rates before the policy are not known."
_HOW: Final = (
    "Before the policy: of the products that an account could take, because it has not got them and has all that they "
    "need, the share that fits; on average over the accounts scored. After: the share that fits and that no rule "
    "forbids, over all accounts. Offered: the share of all accounts that is offered something. Each ratio is to the "
    "same figure of all other accounts; outside 0.8 to 1.25 somebody should look into why. A difference may have a "
    "good reason, such as less use or fewer consents, and this page cannot tell."
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
    return f"Outside 0.8 to 1.25 by {plain(name)}: {'; '.join(map(_where, apart))}."


def _where(group: Group) -> str:
    rates = {"before": group.fits, "after": group.passes, "offered": group.offered}
    return f"{group.name}, {', '.join(f'{when} {_ratio(r.ratio)}' for when, r in rates.items() if r.is_apart)}"


def _drawing(name: str, rates: list[Group]) -> Element:
    rows = [(g.name, g.fits.value, g.passes.value, _says(g)) for g in rates if not isnan(g.fits.value)]
    says = "; ".join(f"{g.name}: {percent(g.fits.value, 0)} before, {percent(g.passes.value, 0)} after" for g in rates)
    names = ("fit (before the policy)", "fit and may be offered (after)")
    axis = "share of the products that an account could take"
    drawing = pairs_of_dots(f"Rates by {plain(name)}", says, rows, names, axis)
    return figure(drawing, "Each line joins a group's share before the policy with that after it.")


def _says(group: Group) -> str:
    mark = "⚠ " if group.is_apart else ""
    return f"{mark}{count(group.accounts)} accounts, {percent(group.offered.value, 0)} offered something"


def _table(name: str, rates: list[Group]) -> Element:
    rows = [[g.name, *(_with_interval(r, g) for r in (g.fits, g.passes, g.offered))] for g in rates]
    about = f"Ratios (95 % interval); no warning below {FEWEST} accounts"
    return table([plain(name), "before", "after", "offered"], rows, about)


def _with_interval(rate: Rate, group: Group) -> str:
    mark = "⚠ " if rate.is_apart and group.accounts >= FEWEST else ""
    return f"{mark}{_ratio(rate.ratio)} ({_ratio(rate.low)}, {_ratio(rate.high)})"


def _ratio(value: float) -> str:
    return "unknown" if isnan(value) else f"{value:.2f}"
