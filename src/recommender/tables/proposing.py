"""Settings under which raw tables would keep their contract, as far as names and texts tell; to be looked over."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import ibis.expr.types as ir

from recommender.config import Config
from recommender.errors import DataError
from recommender.schema import TABLES, TableContract
from recommender.tables.engine import fetch
from recommender.tables.renaming import alike, closest
from recommender.tables.sources import Source
from recommender.tables.spelling import AMOUNTS, DATE

__all__ = ["Proposal", "propose"]

_MOST: Final = 5_000
_WRITTEN: Final = frozenset({"time", "money", "seconds", "bytes", "count"})
_BY_MONTH, _BY_DAY = "06/30/2026", "30.06.2026"
_COMMA_GROUPS, _COMMA_DECIMALS = "1,234.56", "1.234,56"
_PLAIN: Final = r"^\s*[+-]?[0-9]+([.][0-9]+)?\s*$"


@dataclass(frozen=True)
class Proposal:
    """What `recommender.toml` would have to say besides what it says; `doubts` are what a person has to decide."""

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.columns or self.formats or self.doubts)

    def applied_to(self, config: Config) -> Config:
        """Return `config` with what is proposed."""
        columns = {table: {**config.columns.get(table, {}), **names} for table, names in self.columns.items()}
        plain = config.to_dict()
        return Config.from_dict(
            {**plain, "columns": {**plain["columns"], **columns}, "formats": {**plain["formats"], **self.formats}}
        )

    def as_toml(self) -> str:
        """Return the settings as they would stand in the file."""
        tables = {f"columns.{table}": names for table, names in self.columns.items()}
        tables |= {"formats": self.formats} if self.formats else {}
        lines = [f"# {doubt}" for doubt in self.doubts]
        for table, values in tables.items():
            lines += ["", f"[{table}]"]
            # TOML spells texts as JSON does
            lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
        return "\n".join(lines).strip() + "\n"


def propose(opened: Source, config: Config) -> Proposal:
    """Look for the columns that a table lacks among those it has, and for how its texts write dates and amounts.

    Only names and up to 5,000 texts of a column are looked at; a name is never taken for two columns.
    """
    tables = {name: _stripped(raw.table) for name, raw in opened.tables.items()}
    columns = {name: _names(TABLES[name], there, config) for name, there in tables.items()}
    texts = [
        (kind, text)
        for name, there in tables.items()
        for kind, some in _texts(TABLES[name], there, {**config.columns.get(name, {}), **columns[name]})
        for text in some
    ]
    dates, doubts = _dates([text for kind, text in texts if kind == "time"])
    amounts, unsure = _amounts([text for kind, text in texts if kind != "time"])
    found = {"dates": (dates, doubts), "amounts": (amounts, unsure)}
    new = {key: said for key, said in found.items() if said[0] != getattr(config.formats, key)}
    return Proposal(
        columns={name: names for name, names in columns.items() if names},
        formats={key: form for key, (form, _) in new.items() if form},
        doubts=tuple(doubt for _, doubts in new.values() for doubt in doubts),
    )


def _stripped(table: ir.Table) -> Mapping[str, ir.Column]:
    return {name.strip(" \t\r\n\ufeff"): table[name] for name in table.columns}


def _names(contract: TableContract, there: Mapping[str, Any], config: Config) -> dict[str, str]:
    known = {column.name for column in contract.columns}
    named = config.columns.get(contract.name, {})
    free = [name for name in there if name not in known and name not in named.values()]
    found: dict[str, str] = {}
    for column in sorted(contract.columns, key=lambda one: not one.required):
        if column.name in there or column.name in named:
            continue
        if theirs := (closest if column.required else alike)(column.name, free):
            found[column.name] = theirs
            free.remove(theirs)
    return found


def _texts(
    contract: TableContract, there: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield the texts of each column that holds times or numbers, as far as it is text."""
    for column in contract.columns:
        theirs = there.get(names.get(column.name, column.name))
        if column.type in _WRITTEN and theirs is not None and theirs.type().is_string():
            some = theirs.as_table().distinct().limit(_MOST)
            try:
                found = fetch(some, contract.name).column(0).to_pylist()
            except DataError:
                continue
            yield column.type, [text for text in found if text and text.strip()]


def _dates(texts: list[str]) -> tuple[str, list[str]]:
    """Return in which order dates stand, "" where they are as ours or no one order fits; and what is in doubt."""
    parts = [found.groups() for text in texts if (found := re.match(DATE, text))]
    if not parts:
        return "", []
    day_first = any(int(first) > 12 for first, *_ in parts)
    month_first = any(int(second) > 12 for _, second, *_ in parts)
    if day_first and month_first:
        return "", ["Some dates begin with the day and others with the month: no one setting reads them."]
    if day_first or month_first:
        return _BY_DAY if day_first else _BY_MONTH, []
    return _BY_DAY, [f'No date tells whether the day or the month comes first: "{_BY_DAY}" is a guess, look it over.']


def _amounts(texts: list[str]) -> tuple[str, list[str]]:
    """Return a form that fits every amount, "" where ours does or none; and what is in doubt."""
    if not texts or all(re.match(_PLAIN, text) for text in texts):
        return "", []
    fit = [form for form, (_, _, pattern) in AMOUNTS.items() if all(re.match(_here(pattern), text) for text in texts)]
    if {_COMMA_GROUPS, _COMMA_DECIMALS} <= set(fit):
        return _COMMA_GROUPS, [f'No amount tells whether a comma groups or divides: "{_COMMA_GROUPS}" is a guess.']
    return (fit or [""])[0], []


def _here(pattern: str) -> str:
    """Return a pattern of the engine's in Python's spelling of code points."""
    return re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), pattern)
