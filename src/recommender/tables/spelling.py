"""Texts that write dates and amounts in another way than ours, as [formats] says, in our own."""

from typing import Any, Final

import ibis
import ibis.expr.types as ir

from recommender.config import Config, Formats
from recommender.schema import TableContract

__all__ = ["AMOUNTS", "DATE", "respelt"]

DATE: Final = (
    r"^\s*([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4}|[0-9]{2})"
    r"(?:[ T]+([0-9]{1,2}):([0-9]{2})((?::[0-9]{2})?(?:[.][0-9]+)?)(?: ?([AaPp])[.]?[Mm][.]?)?)?\s*$"
)
# By format: what groups thousands, what precedes decimals, and what an amount looks like.
AMOUNTS: Final = {
    "1,234.56": (",", ".", r"^\s*[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]+)?\s*$"),
    "1.234,56": (".", ",", r"^\s*[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+)(,[0-9]+)?\s*$"),
    "1 234,56": (" ", ",", r"^\s*[+-]?([0-9]+|[0-9]{1,3}([ \x{a0}\x{202f}'][0-9]{3})+)(,[0-9]+)?\s*$"),
}
_SPACES: Final = r"[ \x{a0}\x{202f}']"
_UNCLEAR: Final = "70"
_NUMBERS: Final = frozenset({"money", "seconds", "bytes", "count"})


def respelt(table: ir.Table, contract: TableContract, config: Config) -> ir.Table:
    """Write dates and amounts that are text as we do; what does not look like one stays as it is, for the check.

    Attributes are rewritten where they look like amounts: a column of numbers is then one.
    """
    formats = config.formats
    if formats == Formats():
        return table
    kinds: dict[str, str] = {column.name: column.type for column in contract.columns}
    changed = {
        name: value
        for name in table.columns
        if table[name].type().is_string()
        and (value := _respelt(table[name], kinds.get(name, "attribute"), formats)) is not None
    }
    return table.mutate(**changed) if changed else table


def _respelt(text: Any, kind: str, formats: Formats) -> ir.Value | None:
    if kind == "time" and formats.dates != "2026-06-30":
        return _iso(text, day_first=formats.dates == "30.06.2026")
    if kind == "attribute" and formats.amounts != "1234.56":
        return _decimal(text, formats.amounts, otherwise=text)
    if kind in _NUMBERS and formats.amounts != "1234.56":
        # 12.34 beside 1.234,56 would else be read as it stands, and be a hundredfold or a hundredth
        refused = ibis.ifelse(text.strip() == "", text, text + f" (not as {formats.amounts})")
        return _decimal(text, formats.amounts, otherwise=refused)
    return None


def _iso(text: Any, *, day_first: bool) -> ir.Value:
    first, second, year, hour, minute, rest, half = (text.re_extract(DATE, i) for i in range(1, 8))
    day, month = (first, second) if day_first else (second, first)
    full = ibis.ifelse(year.length() == 2, ibis.literal("20") + year, year)
    date = full + "-" + month.lpad(2, "0") + "-" + day.lpad(2, "0")
    time = ibis.ifelse(hour == "", "", ibis.literal(" ") + _of_24(hour, half.lower()) + ":" + minute + rest)
    # 98 is 1998 where someone joined, and 99 is 2099 where something ends: neither is guessed
    is_clear = (year.length() == 4) | (year < _UNCLEAR)
    return ibis.ifelse(text.re_search(DATE) & is_clear, date + time, text)


def _of_24(hour: Any, half: Any) -> ir.Value:
    """Return the hour of 24; one of 13 or more beside AM or PM stays, and is refused as no time."""
    number = hour.try_cast("int64")
    clock = number % 12 + ibis.ifelse(half == "p", 12, 0)
    known = ibis.ifelse((half == "") | (number > 12), number + ibis.ifelse(half == "", 0, 100), clock)
    return known.cast("string").lpad(2, "0")


def _decimal(text: Any, form: str, otherwise: Any) -> ir.Value:
    group, point, pattern = AMOUNTS[form]
    bare = text.strip().re_replace(_SPACES if group == " " else f"[{group}]", "")
    return ibis.ifelse(text.re_search(pattern), bare.replace(point, "."), otherwise)
