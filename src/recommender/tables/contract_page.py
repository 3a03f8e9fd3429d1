"""The data contract in words, made from `schema` so that the two cannot differ."""

from recommender.schema import TABLES, Column, TableContract

__all__ = ["contract_page"]

_TYPES = {
    "id": "id",
    "ids": "list of ids",
    "text": "text",
    "time": "time",
    "flag": "true or false",
    "seconds": "whole seconds",
    "bytes": "whole bytes",
    "count": "whole number",
    "money": "amount",
}
_HEAD = """\
# Data contract

What the raw tables have to look like. `recommender check <data>` holds them to it and names every problem at once.
This page is made from `src/recommender/schema.py`: `python -m recommender.tables.contract_page > data/README.md`.

## Where tables are read from

A folder, a DuckDB file, a mapping of names to pandas, Arrow or Polars frames (or to Ibis tables), or an Ibis
connection. In a folder each table is one file, `calls.parquet`, `calls.csv` or `calls.csv.gz`, or a folder `calls/` of
part files of one kind; files whose names begin with `.` or `_` are passed over. CSV files are in UTF-8 (a byte order
mark is fine), have a header, and are separated by comma, semicolon, tab or bar. `recommender.toml` beside the tables
holds the settings. Nothing is written to the source, and a database file is opened for reading only.

## Tables that look otherwise

Columns of other names, and dates and amounts written in another way, are read as `recommender.toml` says; `recommender
check` proposes these settings where it finds that tables need them:

```toml
[columns.accounts] # our name = the name in the source; attributes can be renamed as well
account_id = "Customer no."
opened_at = "Joined"

[formats] # by example; a date in ISO 8601 is read in any case
dates = "30.06.2026" # or "06/30/2026": one or two digits, `.`, `/` or `-` between, years of two digits are 20..
amounts = "1.234,56" # or "1,234.56", "1 234,56"
```

An amount that is not written as the format says is refused: 12.34 beside 1.234,56 is nobody's guess.

## How values are read

- **Names** of tables and columns are compared exactly, blanks and a byte order mark around a column name aside. Two
  columns that differ in small and capital letters alone are refused. Further columns are ignored, but in `accounts`.
- **Ids** are compared exactly after stripping blanks; a blank id is null. In CSV they are text, so that leading zeros
  stay. Whole numbers are taken as their decimal text. Floating-point ids are refused: a gap turned them into floats,
  leading zeros are lost, and above 2^53 they are wrong already.
- **Lists of ids** are lists, or text with `;` between the ids. An empty list is null.
- **Text** is stripped of blanks, and blank text is null; everything else is exact, small and capital letters too.
- **Times** are timestamps or ISO 8601 text (`2026-06-30`, `2026-06-30 08:00:00`, `2026-06-30T08:00:00+02:00`). A naive
  time is read in `time_zone` of the settings, and refused where none is named. A wall time that the clock shows twice
  (autumn) is the first of the two; one that it never shows (spring) is moved forward by the hour that was skipped.
  A date alone is the first moment of its day: at midnight all that is dated the day that begins counts already, so
  where `recorded_at` holds dates, name the last second of a day as the moment of a decision.
- **True or false** are booleans, 0 and 1, or true/false, t/f, yes/no, y/n in any letters.
- **Whole seconds, bytes and numbers** are whole; floats and decimals pass where they are. What no event reaches is
  refused: over 2^31 seconds, 2^50 bytes, 2^40 of anything else, and amounts over 2^43 minor units.
- **Amounts** are decimals, floats, whole numbers or text, in the operator's currency with a decimal point. They become
  whole minor units (`minor_digits` in the settings: 2 for cents). A finer amount is refused, not rounded: set
  `minor_digits` to the decimals that charges are rated in. Less than a thousandth of a minor unit is taken for the
  noise of binary floats.
- **Not-a-number** is null.
- **`recorded_at`**, in any table but `feeds`, is when the row became known, and then holds a value in every row. A
  decision at a moment uses rows recorded by then only, and of rows with equal key the one recorded last. Where a table
  has no `recorded_at`, its event time serves, and later moments in the row are unknown until they have passed.
- **Attributes**, the further columns of `accounts`, are numbers, flags or text; of CSV files the narrowest of these
  that every value fits, and text where a number has leading zeros. Others are refused unless `exclude` in `[features]`
  names them. The names of a snapshot's own facts are refused.

Examples in messages are values, or row numbers counted from 1 without the header: never the id of an account.
"""


def contract_page() -> str:
    """Return the page, in Markdown."""
    return "\n".join([_HEAD, "## Tables", *(_section(contract) for contract in TABLES.values())])


def _section(contract: TableContract) -> str:
    needed = "needed" if contract.required else "optional"
    rows = [_row(column) for column in contract.columns]
    head = [f"\n### {contract.name} ({needed})\n", f"{contract.about[0].upper()}{contract.about[1:]}.\n"]
    table = ["| column | type | needed | may be null | about |", "|---|---|---|---|---|", *rows]
    return "\n".join([*head, *table, *(f"\n{sentence}" for sentence in _sentences(contract))])


def _row(column: Column) -> str:
    about = [column.about, f"one of {', '.join(column.one_of)}" if column.one_of else ""]
    about += [f"at least {column.minimum}" if column.minimum is not None else ""]
    said = "; ".join(part for part in about if part).replace("|", "\\|")
    needed, null = ("yes" if flag else "no" for flag in (column.required, column.nullable))
    return f"| `{column.name}` | {_TYPES[column.type]} | {needed} | {null} | {said} |"


def _sentences(contract: TableContract) -> list[str]:
    happened, foreseen = _named(contract.happened, ", else "), _named(contract.foreseen)
    said = [
        (contract.key, f"A row is identified by {_named(contract.key)}; {_again(contract)}"),
        (contract.happened, f"Event time: {happened}."),
        (contract.foreseen, f"Unknown until they have passed, without `recorded_at`: {foreseen}."),
        (contract.ordered, f"In order: {', '.join(_named(pair, ' before ') for pair in contract.ordered)}."),
        (
            contract.references,
            f"Must exist: {', '.join(f'`{name}` in {there}' for name, there in contract.references)}.",
        ),
    ]
    return [sentence for applies, sentence in said if applies]


def _again(contract: TableContract) -> str:
    if contract.keeps_twins:
        return "rows of equal key recorded at the same moment are all kept."
    return "two rows of equal key and equal `recorded_at` are refused."


def _named(names: tuple[str, ...], between: str = ", ") -> str:
    return between.join(f"`{name}`" for name in names)


if __name__ == "__main__":
    print(contract_page())  # noqa: T201 (this is what the module is run for)
