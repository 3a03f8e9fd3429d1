"""Which rows each group of indicators receives, and the indicators of a group as columns, one row per account."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.errors import FeatureError
from recommender.usage.allowances import allowances
from recommender.usage.bills import bills
from recommender.usage.calls import calls
from recommender.usage.complaints import complaints
from recommender.usage.contacts import contacts
from recommender.usage.days import call_days, session_days
from recommender.usage.events import call_events, message_events, session_events
from recommender.usage.holdings import accounts, holdings
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.messages import messages
from recommender.usage.packages import packages
from recommender.usage.partners import partners
from recommender.usage.ratio import in_full
from recommender.usage.sessions import sessions

__all__ = ["GROUPS", "Group", "summaries"]


@dataclass(frozen=True)
class Group:
    """The `table` that a group reads, and what makes its rows: an object with a `table` that has an account_id."""

    table: str
    rows: Callable[[Known], Any]


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "accounts": Group("accounts", accounts),
        "allowances": Group("holdings", allowances),
        "bills": Group("bills", bills),
        "call_days": Group("calls", call_days),
        "call_events": Group("calls", call_events),
        "calls": Group("calls", calls),
        "complaints": Group("complaints", complaints),
        "contacts": Group("contacts", contacts),
        "holdings": Group("holdings", holdings),
        "message_events": Group("messages", message_events),
        "messages": Group("messages", messages),
        "packages": Group("holdings", packages),
        "partners": Group("calls", partners),
        "session_days": Group("sessions", session_days),
        "session_events": Group("sessions", session_events),
        "sessions": Group("sessions", sessions),
    }
)


def summaries(known: Known, indicators: Sequence[Indicator]) -> tuple[ir.Table, ...]:
    """Compute `indicators`: one table per group, with a column per indicator and account_id, of usage the code if any.

    Raises
    ------
    FeatureError
        If two indicators share a name, one has no name, definition or phrase, or names a group that there is not.
    """
    _check(indicators)
    grouped = groupby(sorted(indicators, key=lambda indicator: indicator.group), key=lambda indicator: indicator.group)
    return tuple(_summary(known, GROUPS[name], tuple(members)) for name, members in grouped)


def _check(indicators: Sequence[Indicator]) -> None:
    names = [indicator.name for indicator in indicators]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FeatureError(f"Each indicator needs a name of its own; these are taken twice: {twice[:5]}.")
    for indicator in indicators:
        if not (indicator.name.isidentifier() and indicator.definition and indicator.says):
            raise FeatureError(f"The indicator {indicator.name!r} needs a name, a docstring and a phrase.")
        if indicator.group not in GROUPS:
            raise FeatureError(f"{indicator.name}: no group {indicator.group!r}; there are {sorted(GROUPS)}.")


def _summary(known: Known, group: Group, indicators: tuple[Indicator, ...]) -> ir.Table:
    if group.table not in known.tables:
        return known.accounts.select(schema.ACCOUNT, **_unknown(known, group, indicators))
    rows = group.rows(known)
    columns = {indicator.name: _column(indicator, rows) for indicator in indicators}
    table: ir.Table = rows.table.group_by(schema.ACCOUNT).aggregate(**columns)
    return table


def _unknown(known: Known, group: Group, indicators: tuple[Indicator, ...]) -> dict[str, ir.Value]:
    """Return nulls of the types that the indicators would have if their table were there."""
    rows = group.rows(known.with_empty(group.table))
    return {indicator.name: ibis.null(_column(indicator, rows).type()) for indicator in indicators}


def _column(indicator: Indicator, rows: Any) -> ir.Value:
    """Compute an indicator in one of the types that a feature may have: int64, float64, boolean or string."""
    value = in_full(indicator.compute(rows))
    kind = value.type()
    if kind.is_boolean() or kind.is_string():
        return value
    if kind.is_integer():
        return value.cast("int64")
    if kind.is_floating() or kind.is_decimal():
        return value.cast("float64")
    raise FeatureError(f"{indicator.name}: a number, a boolean or a text was needed, {kind} came.")
