"""From a source to canonical tables, and what is wrong with it."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from recommender.config import Config, settings_in
from recommender.errors import ConfigError, ContractError, DataError
from recommender.schema import RECORDED_AT, TABLES
from recommender.tables.checks import Verdict, judge, misnamed_tables, missing_tables
from recommender.tables.drafts import Draft, draft
from recommender.tables.proposing import Proposal, propose
from recommender.tables.quarantine import set_aside
from recommender.tables.sources import Source, open_source
from recommender.tables.table import Tables

__all__ = ["check_tables", "propose_settings", "read_tables"]

_LOG = logging.getLogger(__name__)

_UNSTATED = (
    "consents: there is no such table, and no setting says what holds instead: "
    'set if_missing in [consents] of recommender.toml to "granted" or "withheld".'
)


def read_tables(source: Any, config: Config | None = None, *, check: bool = True) -> Tables:
    """Read raw tables into canonical form (see `Tables`), lazily.

    Parameters
    ----------
    source
        A folder of Parquet or CSV files, a DuckDB file, a mapping of table names to pandas, Arrow or Polars frames (or
        to Ibis tables), or an Ibis connection. `Tables` come back as they are, with the settings that they have.
    config
        The settings; where there are none, those in the `recommender.toml` of the folder.
    check
        Whether to hold every row to the contract. Tables, columns and types are judged in any case.

    Raises
    ------
    ContractError
        If the tables break their contract; every problem of every table is in it.
    DataError
        If `source` is nothing that tables can be read from.
    ConfigError
        If there are naive times and the settings name no time zone.

    Examples
    --------
    >>> import pandas as pd
    >>> frames = {
    ...     "accounts": pd.DataFrame({"account_id": ["007"], "opened_at": [None], "segment": ["home"], "age": [41]}),
    ...     "products": pd.DataFrame(
    ...         {"product_id": ["wifi"], "name": ["Hotspots"], "category": ["data"], "monthly_price": [9.99]}
    ...     ),
    ...     "holdings": pd.DataFrame({"account_id": [], "product_id": [], "started_at": [], "ended_at": []}, dtype=str),
    ...     "complaints": pd.DataFrame(
    ...         {"complaint_id": [], "account_id": [], "opened_at": [], "resolved_at": [], "status": []}, dtype=str
    ...     ),
    ... }
    >>> tables = read_tables(frames)
    >>> tables["products"].monthly_price.to_pyarrow().to_pylist()
    [999]
    """
    if isinstance(source, Tables):
        return source
    given = config or settings_in(source)
    settings = given or Config()
    opened = open_source(source, settings)
    for sentence in misnamed_tables(opened.hints):
        _LOG.warning(sentence)
    drafts, problems = _drafts(opened, settings)
    verdicts = _verdicts(drafts) if check else {}
    problems += [problem for verdict in verdicts.values() for problem in verdict.problems]
    if problems:
        raise ContractError(_in_order(problems))
    clean = {name: verdict.clean for name, verdict in verdicts.items()}
    tables = {name: one.table(clean.get(name, ())) for name, one in drafts.items()}
    recorded = frozenset(name for name, one in drafts.items() if one.is_recorded)
    return Tables(tables, settings, recorded, of_text=drafts["accounts"].of_text, has_settings=given is not None)


def check_tables(source: Any, config: Config | None = None, *, quarantine: str | Path | None = None) -> list[str]:
    """Return a sentence for each way in which a source breaks the contract; none where it is good.

    Parameters
    ----------
    source
        Whatever `read_tables` reads, or `Tables`.
    config
        As for `read_tables`.
    quarantine
        A folder for the rows that break a rule, a Parquet file for each table: the rule, and the row as it was given.

    Raises
    ------
    ConfigError
        If the settings cannot be read.
    OutputError
        If the folder of the quarantine cannot be written to, or holds one already.
    """
    if isinstance(source, Tables):
        return check_tables(_bare(source), replace(source.config, time_zone="UTC"), quarantine=quarantine)
    settings = config or settings_in(source) or Config()
    try:
        opened = open_source(source, settings)
    except DataError as error:
        return [str(error)]
    settings, problems = _zoned(opened, settings)
    drafts, found = _drafts(opened, settings)
    problems += found
    problems += [problem for verdict in _verdicts(drafts).values() for problem in verdict.problems]
    if quarantine is not None:
        set_aside(drafts, quarantine)
    there = opened.tables.keys() | opened.unreadable
    return _in_order([*problems, *_unstated(there, settings), *misnamed_tables(opened.hints)])


def propose_settings(source: Any, config: Config | None = None) -> Proposal:
    """Return the settings under which a source would keep the contract, as far as names and texts tell.

    Parameters
    ----------
    source, config
        As for `read_tables`.

    Raises
    ------
    DataError
        If `source` is nothing that tables can be read from.

    Examples
    --------
    >>> import pandas as pd
    >>> bills = pd.DataFrame({"Customer": ["007"], "issued_at": ["31.12.2025"], "due_at": [None], "amount": ["9,99"]})
    >>> print(propose_settings({"bills": bills.assign(paid_at=None)}).as_toml(), end="")
    [columns.bills]
    account_id = "Customer"
    <BLANKLINE>
    [formats]
    dates = "30.06.2026"
    amounts = "1.234,56"
    """
    settings = config or settings_in(source) or Config()
    return propose(open_source(source, settings), settings)


def _drafts(opened: Source, settings: Config) -> tuple[dict[str, Draft], list[str]]:
    """Cast every table, and list what is wrong with tables, columns and types."""
    drafts: dict[str, Draft] = {}
    problems = [*opened.unreadable.values(), *missing_tables(opened.tables.keys() | opened.unreadable, opened.hints)]
    for name, raw in opened.tables.items():
        try:
            drafts[name] = draft(name, raw, settings)
            problems += drafts[name].problems
        except DataError as error:
            problems.append(str(error))
    return drafts, problems


def _zoned(opened: Source, settings: Config) -> tuple[Config, list[str]]:
    """Return settings that name a time zone, so that all else can be checked, and a sentence where they did not."""
    try:
        _drafts(opened, settings)
    except ConfigError as error:
        if settings.time_zone is not None:
            raise
        return replace(settings, time_zone="UTC"), [str(error)]
    return settings, []


def _verdicts(drafts: Mapping[str, Draft]) -> dict[str, Verdict]:
    return {name: judge(one, drafts) for name, one in drafts.items()}


def _in_order(problems: list[str]) -> list[str]:
    """Order the sentences by the table that each begins with."""
    place = {name: i for i, name in enumerate(TABLES)}
    return sorted(problems, key=lambda problem: place.get(problem.partition(":")[0], -1))


def _unstated(present: Collection[str], settings: Config) -> list[str]:
    if "consents" in present or settings.consents.if_missing != "refuse":
        return []
    return [_UNSTATED]


def _bare(tables: Tables) -> dict[str, Any]:
    """Return the tables without the `recorded_at` that reading filled in."""
    filled = {name for name in tables.by_name if name not in tables.recorded and RECORDED_AT in tables[name].columns}
    return {name: table.drop(RECORDED_AT) if name in filled else table for name, table in tables.by_name.items()}
