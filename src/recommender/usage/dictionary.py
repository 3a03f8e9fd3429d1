"""The feature dictionary: every indicator in words, as a page of Markdown."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from recommender.usage.groups import GROUPS
from recommender.usage.indicator import Indicator

__all__ = ["dictionary"]

_HEAD: Final = """# Features

Made from the code by `recommender.usage.dictionary`; do not edit.

Each indicator is one value per account, from what was recorded by the moment of the snapshot (`as_of`). The windows
are 30 and 90 days of 24 hours that end at `as_of`; where the config sets other days, names and definitions say those.
By day, in the evening and at night are bands of the operator's local time from Monday to Friday; Saturday and Sunday
are the weekend at every hour.

Unknown is null and never 0. A count is 0 where the table is there and has no row of the account; it is null where the
table is missing and, for calls, sessions and messages, where the account does not consent to the use of its usage data.
A share or a mean of nothing is null. Shares are 0 to 1, and more where an allowance is exceeded. A ratio is a
rate of the last 30 days over that of the last 90, so 1 is no change. Use abroad is told from the calls and sessions
that say where they were, and is null where none of the window does.

Attributes of the accounts table are features under their own names. `tables.with_indicators(own)` adds indicators of
one's own, each a `recommender.Indicator`: a function with a docstring, a unit, a phrase and the group whose rows it
receives. `recommender.check_leakage(tables, as_of)` tells whether any of them peeks past its moment.
"""


def dictionary(indicators: Sequence[Indicator]) -> str:
    """Describe `indicators` by group, in Markdown.

    Examples
    --------
    >>> from recommender.usage import INDICATORS
    >>> print(dictionary(INDICATORS[:1]).splitlines()[-1])
    | `tenure_months` | months | Months of 30 days since the account was opened; null where unknown. | \
a customer for {value} months |
    """
    grouped = groupby(indicators, key=lambda indicator: indicator.group)
    return "\n".join([_HEAD, *(_section(group, tuple(members)) for group, members in grouped)])


def _section(group: str, indicators: tuple[Indicator, ...]) -> str:
    title = f"## {group}" if group == GROUPS[group].table else f"## {group} (table {GROUPS[group].table})"
    lines = [title, "", "| feature | unit | definition | as a reason |", "|---|---|---|---|"]
    lines += [f"| `{one.name}` | {one.unit} | {one.definition} | {one.says} |" for one in indicators]
    return "\n".join(lines) + "\n"
