"""What an indicator is: a function, and the words that go with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ibis.expr import types as ir

from recommender.config import Config, Windows

__all__ = ["Indicator"]


@dataclass(frozen=True)
class Indicator:
    """One feature of a snapshot.

    `compute` takes the rows of its `group` (see `GROUPS`) and returns one value per account, an aggregate of them. Its
    name is the column, the first line of its docstring the definition. `unit` is a word ("share" is 0 to 1, of an
    allowance also more, "yes or no" a boolean), `says` the phrase in which a reason says it, with `{value}` in it.
    `{currency}` in any of them is the operator's. In a name, a definition and a phrase, `30d`, `30 days`, `90d` and
    `90 days` mean the short and the long window and are rewritten where the config sets other days.

    Examples
    --------
    >>> from recommender.usage import SHORT
    >>> def calls_in_30d(calls):
    ...     '''Calls received in the last 30 days.'''
    ...     return calls.total("calls", SHORT, direction="in")
    >>> Indicator(calls_in_30d, unit="calls", says="{value} calls received in the last 30 days", group="calls").name
    'calls_in_30d'
    """

    compute: Callable[[Any], ir.Value]
    unit: str
    says: str
    group: str
    as_name: str = ""
    as_definition: str = ""

    @property
    def name(self) -> str:
        """The column."""
        return self.as_name or str(getattr(self.compute, "__name__", ""))

    @property
    def definition(self) -> str:
        """The first line of the docstring."""
        lines = (self.as_definition or self.compute.__doc__ or "").strip().splitlines()
        return lines[0].strip() if lines else ""

    def under(self, config: Config) -> "Indicator":
        """Return the indicator with the windows and the currency of `config` in its words."""
        return replace(
            self,
            unit=_worded(self.unit, config),
            says=_worded(self.says, config),
            as_name=_worded(self.name, config),
            as_definition=_worded(self.definition, config),
        )


_DAYS = re.compile(r"(?<=[_ ])(30|90)(?=d\b| days?\b)")


def _worded(text: str, config: Config) -> str:
    usual = Windows()
    days = {str(usual.short_days): config.windows.short_days, str(usual.long_days): config.windows.long_days}
    return _DAYS.sub(lambda found: str(days[found[1]]), text).replace("{currency}", config.currency)
