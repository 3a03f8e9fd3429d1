"""The contract, checked: every rule of a table in one pass, and a sentence for each that is broken."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from recommender.errors import DataError
from recommender.schema import ACCOUNTS, PRODUCTS, RECORDED_AT, TABLES, Column
from recommender.tables.casts import as_flag
from recommender.tables.cut import key_columns
from recommender.tables.drafts import Draft, given_name, raw_name
from recommender.tables.engine import fetch
from recommender.tables.examples import rows_of, values_of

__all__ = ["Breach", "Rule", "Verdict", "breaches", "judge", "misnamed_tables", "missing_tables", "rules"]

_NOT: dict[str, str] = {
    "time": "cannot be read as a time in ISO 8601, such as 2026-06-30 08:00 or 2026-06-30T08:00:00+02:00",
    "flag": "cannot be read as true or false",
    "seconds": "cannot be read as whole seconds",
    "bytes": "cannot be read as whole bytes",
    "count": "cannot be read as a whole number",
    "money": "cannot be read as an amount with as many decimals as minor_digits in recommender.toml says",
}
# What no single event reaches; sums of such values stay within whole numbers of 64 bits.
_MOST: dict[str, tuple[int, str]] = {
    "seconds": (2**31, "2^31 seconds"),
    "bytes": (2**50, "2^50 bytes"),
    "count": (2**40, "2^40"),
    "money": (2**43, "2^43 minor units"),
}
_NEVER_EMPTY = (ACCOUNTS.name, PRODUCTS.name)


@dataclass(frozen=True)
class Rule:
    """What no row of a table may do.

    `is_broken` marks the rows of a draft's staged table that do it; `says` is the sentence, with `{rows}` or
    `{values}` for their number. `shown` is the column whose values are the examples; without one the rows are named,
    as the id of an account belongs in no message.
    """

    says: str
    is_broken: Callable[[ir.Table], ir.BooleanValue]
    shown: str = ""


@dataclass(frozen=True)
class Breach:
    """One way to break the contract, as said of a single row, and what finds those rows in a staged table."""

    rule: str
    find: Callable[[ir.Table], ir.Table]


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a table, and which of its columns of text hold no blanks that need stripping."""

    problems: tuple[str, ...]
    clean: frozenset[str] = frozenset()


def missing_tables(present: Collection[str], hints: Mapping[str, str]) -> list[str]:
    """Return a sentence for each needed table that is not `present`, with the file that may be it by `hints`."""
    needed = [name for name, contract in TABLES.items() if contract.required and name not in present]
    return [f"{name}: the table is needed, and there is none{_perhaps(name, hints.get(name))}." for name in needed]


def misnamed_tables(hints: Mapping[str, str]) -> list[str]:
    """Return a sentence for each table that is not needed, and that a file of another name may be."""
    free = {name: file for name, file in hints.items() if not TABLES[name].required}
    return [f"{name}: there is no such table{_perhaps(name, file)}." for name, file in free.items()]


def _perhaps(name: str, file: str | None) -> str:
    return f", but {file} may be it: name the file {name}.{file.partition('.')[2]}" if file else ""


def judge(draft: Draft, others: Mapping[str, Draft]) -> Verdict:
    """Check a table against its contract, and the tables it refers to among `others`."""
    found = rules(draft)
    try:
        counts = _counts(draft, found)
        problems = [*_broken(draft, found, counts), *_twice(draft), *_unknown(draft, others)]
    except DataError as error:
        return Verdict((str(error),))
    clean = {name for name in draft.spelt if draft.is_embedded and not counts[raw_name(name)]}
    return Verdict(tuple(problems), frozenset(clean))


def rules(draft: Draft) -> tuple[Rule, ...]:
    """Return the rules that a row alone can break."""
    columns = [draft.contract.column(name) for name in draft.present]
    ordered = [pair for pair in draft.contract.ordered if {*pair} <= {*draft.present}]
    of_columns = (rule for column in columns for rule in _rules_of(column))
    return (*of_columns, *(_in_order(*pair) for pair in ordered), *map(_is_flag, draft.flags))


def breaches(draft: Draft, others: Mapping[str, Draft]) -> Iterator[Breach]:
    """Yield every rule of a table, those that other rows and tables are needed for included."""
    for rule in rules(draft):
        yield Breach(rule.says.format(rows="this row", values="a value"), _rows(rule))
    if _is_keyed(draft):
        yield Breach(f"the key ({_spelt_key(draft)}) is shared with another row", _shared(draft))
    for name, parent, key in _references(draft, others):
        yield Breach(_names_unknown(name, parent), _unknown_rows(name, parent, key))


def _rules_of(column: Column) -> Iterator[Rule]:
    name, given = column.name, given_name(column.name)
    if not column.nullable:
        yield Rule(f"the column {name!r} is empty in {{rows}}", lambda table: table[given].isnull())
    if column.type in _NOT:
        says = f"the column {name!r} holds {{values}} that {_NOT[column.type]}"
        yield Rule(says, lambda table: table[given].notnull() & table[name].isnull(), given)
    if column.one_of:
        says = f"the column {name!r} holds {{values}} other than {', '.join(column.one_of)}"
        yield Rule(says, lambda table: ~table[name].isin(column.one_of), name)
    if column.minimum is not None:
        says = f"the column {name!r} holds {{values}} below {column.minimum}"
        yield Rule(says, lambda table: table[name] < column.minimum, given)
    if column.type in _MOST:
        most, spelt = _MOST[column.type]
        says = f"the column {name!r} holds {{values}} beyond {spelt}"
        yield Rule(says, lambda table: ~table[name].between(-most, most), given)


def _is_flag(name: str) -> Rule:
    """Return the rule of the attribute that says who is vulnerable: a mark that nobody understands protects nobody."""
    says = f"the attribute {name!r} holds {{values}} that {_NOT['flag']}"
    return Rule(says, lambda table: table[name].notnull() & as_flag(table[name]).isnull(), name)


def _in_order(first: str, second: str) -> Rule:
    return Rule(f"{first} is later than {second} in {{rows}}", lambda table: table[first] > table[second])


def _counts(draft: Draft, found: tuple[Rule, ...]) -> dict[str, int]:
    """Count rows, broken rules and padded texts in one pass."""
    staged = draft.staged
    asked = {f"rule {i}": rule.is_broken(staged).sum() for i, rule in enumerate(found)}
    if draft.is_embedded:
        asked |= {raw_name(one): (~staged[raw_name(one)].identical_to(staged[one])).sum() for one in draft.spelt}
    counts: dict[str, int] = fetch(staged.aggregate(rows=staged.count(), **asked), draft.contract.name).to_pylist()[0]
    return counts


def _broken(draft: Draft, found: tuple[Rule, ...], counts: Mapping[str, int]) -> Iterator[str]:
    name = draft.contract.name
    if name in _NEVER_EMPTY and not counts["rows"]:
        yield f"{name}: there are no rows, and at least one is needed."
    for i, rule in enumerate(found):
        if count := counts[f"rule {i}"]:
            examples = values_of(draft, _rows(rule), rule.shown) if rule.shown else rows_of(draft, _rows(rule))
            yield f"{name}: {rule.says.format(rows=_counted(count, 'row'), values=_counted(count, 'value'))}{examples}."


def _rows(rule: Rule) -> Callable[[ir.Table], ir.Table]:
    return lambda table: table.filter(rule.is_broken(table))


def _twice(draft: Draft) -> Iterator[str]:
    """Yield a sentence where rows share key and `recorded_at`, unless twins are kept."""
    if not _is_keyed(draft):
        return
    keyed = draft.narrow(*_key_parts(draft))
    sizes = keyed.group_by(**_version(draft, keyed)).aggregate(size=ibis._.count())
    again = sizes.filter(sizes["size"] > 1)
    if count := _number(again.aggregate(count=again["size"].sum()), draft):
        told = f"{draft.contract.name}: {count} rows share their key ({_spelt_key(draft)}) with another"
        yield f"{told}{rows_of(draft, _shared(draft))}."


def _is_keyed(draft: Draft) -> bool:
    return bool(draft.contract.key) and not draft.contract.keeps_twins and _has_key(draft)


def _spelt_key(draft: Draft) -> str:
    return ", ".join((*draft.contract.key, *_recorded(draft)))


def _key_parts(draft: Draft) -> list[str]:
    return [*(name for part in draft.contract.key for name in part.split("|")), *_recorded(draft)]


def _recorded(draft: Draft) -> tuple[str, ...]:
    return (RECORDED_AT,) if draft.is_recorded else ()


def _has_key(draft: Draft) -> bool:
    return all({*part.split("|")} & {*draft.present} for part in draft.contract.key)


def _version(draft: Draft, table: ir.Table) -> dict[str, ir.Value]:
    return key_columns(table, draft.contract) | {name: table[name] for name in _recorded(draft)}


def _shared(draft: Draft) -> Callable[[ir.Table], ir.Table]:
    def find(table: ir.Table) -> ir.Table:
        size = table.count().over(group_by=list(_version(draft, table).values()))
        return table.mutate(**{"same key": size}).filter(ibis._["same key"] > 1)

    return find


def _unknown(draft: Draft, others: Mapping[str, Draft]) -> Iterator[str]:
    """Yield a sentence for each column that names what its table does not have."""
    for name, parent, key in _references(draft, others):
        find = _unknown_rows(name, parent, key)
        if count := _number(find(draft.narrow(name)).aggregate(count=ibis._.count()), draft):
            examples = rows_of(draft, find) if parent.contract is ACCOUNTS else values_of(draft, find, name)
            yield f"{draft.contract.name}: {_names_unknown(name, parent)}, in {_counted(count, 'row')}{examples}."


def _references(draft: Draft, others: Mapping[str, Draft]) -> Iterator[tuple[str, Draft, str]]:
    for name, parent in draft.contract.references:
        key = TABLES[parent].key[0]
        if name in draft.present and parent in others and key in others[parent].present:
            yield name, others[parent], key


def _names_unknown(name: str, parent: Draft) -> str:
    return f"the column {name!r} names {parent.contract.name} that do not exist"


def _unknown_rows(name: str, parent: Draft, key: str) -> Callable[[ir.Table], ir.Table]:
    known = parent.narrow(key).rename({"known id": key})

    def find(table: ir.Table) -> ir.Table:
        named = _one_each(table, name).filter(ibis._[name].notnull())
        return named.anti_join(known, named[name] == known["known id"])

    return find


def _one_each(table: ir.Table, name: str) -> ir.Table:
    """Return a row for each id in a column of lists, alternatives apart."""
    if not table[name].type().is_array():
        return table
    groups = table.mutate(**{name: table[name].unnest()})
    # Spark takes what to split at for a pattern, in which the bar has a meaning of its own.
    return groups.mutate(**{name: groups[name].replace("|", ";").split(";").unnest()})


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(expression: ir.Table, draft: Draft) -> int:
    return fetch(expression, draft.contract.name)["count"][0].as_py() or 0
