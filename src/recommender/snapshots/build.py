"""One row per account as known at a moment: features for the ranker, facts for the policy."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr import types as ir

from recommender import schema
from recommender.errors import AccountNotFoundError, DataError
from recommender.snapshots.consents import marketing, usage_consent
from recommender.snapshots.facts import fact_tables, watermarks
from recommender.snapshots.fields import FACT_TYPES, MOMENT, feature_field, in_type, words
from recommender.snapshots.settled import coded, settled
from recommender.tables import Tables, as_flag, fetch
from recommender.usage import INDICATORS, Indicator, Known, moment, summaries

__all__ = ["Plan", "build_snapshot", "finished", "plan"]

_NO_FEATURES = (schema.ACCOUNT, "opened_at", schema.RECORDED_AT)
_FEW = 1_000


def build_snapshot(
    tables: Tables,
    as_of: datetime | str,
    *,
    accounts: Sequence[str] | None = None,
    indicators: Sequence[Indicator] = INDICATORS,
) -> pa.Table:
    """Describe each account by what was recorded by `as_of`.

    The columns are account_id, as_of (UTC), the attributes of the accounts table, the indicators, and the facts of
    `schema.FACTS`. A feature is int64, float64, boolean or text; unknown is null. Its field carries `definition`,
    `unit` and `says` as metadata. The usage of an account that does not consent to its use is not read; of tables that
    were cut at a later moment, as a training's are, neither is that of an account that does not consent then.

    Parameters
    ----------
    tables
        Raw tables, see `read_tables`; they need not be cut.
    as_of
        The moment of decision; a naive one is read in the time zone of the settings.
    accounts
        The accounts wanted; all those known at `as_of` by default.
    indicators
        What to compute besides the indicators that `tables` bring: `INDICATORS`, or a selection of it.

    Returns
    -------
    pyarrow.Table
        One row per account, sorted by account_id.

    Raises
    ------
    AccountNotFoundError
        If an account asked for is not known at `as_of`.
    ConfigError
        If indicators need local time and the settings name no time zone.
    DataError
        If a needed table is missing, or an attribute has the name of an indicator.
    FeatureError
        If an indicator lacks a name, a definition or a phrase, or gives no number, boolean or text.
    """
    at = tables.config.moment(as_of)
    with _uncollected(), settled(tables.cut(at)) as cut, coded(_known(cut, at, accounts, tables)) as known:
        draft = _planned(known, indicators)
        rows = fetch(draft.table, "snapshot").sort_by(schema.ACCOUNT)
    _check_found(rows, accounts)
    return finished(rows, draft.words, at, watermarks(tables, at))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the garbage collector: it walks a growing expression over and over, a fifth of all the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class Plan:
    """A snapshot before it is taken: the expression that gives its rows, and the words of its features."""

    table: ir.Table
    words: dict[str, dict[str, str]]


def plan(tables: Tables, at: datetime, accounts: Sequence[str] | None, indicators: Sequence[Indicator]) -> Plan:
    """Write the snapshot at `at` as one expression; see `build_snapshot`."""
    return _planned(_known(tables.cut(at), at, accounts, tables), indicators)


def _planned(known: Known, indicators: Sequence[Indicator]) -> Plan:
    tables = known.tables
    named = tuple(one.under(tables.config) for one in dict.fromkeys((*indicators, *tables.indicators)))
    attributes = _attributes(known, named)
    return Plan(_joined(known, named, attributes), words(named, attributes))


def _known(cut: Tables, at: datetime, wanted: Sequence[str] | None, source: Tables | None = None) -> Known:
    described = cut["accounts"]
    if wanted is not None:
        described = described.filter(described[schema.ACCOUNT].isin(_asked(wanted)))
    consenting = _consenting(cut, described, at)
    if source and source.history and source.history[1] > at:
        consenting = _consenting(source, consenting, source.history[1])
    return Known(cut, at, described, consenting)


def _consenting(tables: Tables, accounts: ir.Table, at: datetime) -> ir.Table:
    consents = usage_consent(tables, accounts, moment(at))
    return accounts.semi_join(consents.filter(consents[schema.USAGE_CONSENT]), schema.ACCOUNT)


def _asked(wanted: Sequence[str]) -> Any:
    """Return the ids asked for: a few as they are, as not every database lets its readers make a table of them."""
    ids = sorted({one.strip() for one in wanted})
    return ids if len(ids) <= _FEW else ibis.memtable(pa.table({schema.ACCOUNT: ids}))[schema.ACCOUNT]


def _attributes(known: Known, indicators: Sequence[Indicator]) -> tuple[str, ...]:
    settings = known.config.features
    left_out = {*_NO_FEATURES, *settings.exclude, settings.vulnerable}
    # by name: a table whose columns come in another order gives the same rows to learn from, and so the same model
    attributes = tuple(sorted(name for name in known.accounts.columns if name not in left_out))
    if taken := sorted({one.name for one in indicators} & set(attributes)):
        raise DataError(f"accounts: the attributes {taken[:5]} have names of indicators; rename or exclude them.")
    return attributes


def _joined(known: Known, indicators: Sequence[Indicator], attributes: tuple[str, ...]) -> ir.Table:
    base = known.accounts.select(schema.ACCOUNT, *attributes, **{schema.VULNERABLE: _vulnerable(known)})
    consents = (
        usage_consent(known.tables, known.accounts, moment(known.as_of)),
        marketing(known.tables, known.accounts, moment(known.as_of)),
    )
    return _beside(base, (*summaries(known, indicators), *consents, *fact_tables(known)), known.codes)


def _beside(base: ir.Table, pieces: Sequence[ir.Table], codes: ir.Table | None) -> ir.Table:
    """Put the columns of `pieces` beside those of `base`, in one flat chain of joins: nested ones take long to plan."""
    numbered = () if codes is None else (codes,)
    keys = [f"account of piece {i}" for i in range(len(numbered) + len(pieces))]
    joined = base
    for key, piece in zip(keys, (*numbered, *pieces), strict=True):
        by = "code" if piece[schema.ACCOUNT].type().is_integer() else schema.ACCOUNT
        joined = joined.left_join(piece.rename({key: schema.ACCOUNT}), [(by, key)])
    return joined.drop(*keys, *(["code"] if numbered else []))


def _vulnerable(known: Known) -> ir.Value:
    name = known.config.features.vulnerable
    if name not in known.accounts.columns:
        return ibis.null("boolean")
    return as_flag(known.accounts[name])


def _check_found(rows: pa.Table, wanted: Sequence[str] | None) -> None:
    missing = 0 if wanted is None else len({one.strip() for one in wanted}) - rows.num_rows
    if missing:
        raise AccountNotFoundError(f"{missing} of the accounts asked for are not among the accounts known by then.")


def finished(
    rows: pa.Table, said: dict[str, dict[str, str]], at: datetime, known_until: Mapping[str, datetime | None]
) -> pa.Table:
    """Put the columns that an engine gives for a `Plan` in order, in their types: account, as_of, features, facts."""
    fields: list[pa.Field[Any]] = [pa.field(schema.ACCOUNT, pa.string()), pa.field(schema.AS_OF, MOMENT)]
    fields += [feature_field(name, rows.schema.field(name).type, text) for name, text in said.items()]
    fields += [pa.field(name, kind) for name, kind in FACT_TYPES.items()]
    constant = {schema.AS_OF: at, **known_until}
    columns = [
        pa.repeat(pa.scalar(constant[field.name], MOMENT), rows.num_rows)
        if field.name in constant
        else in_type(rows, field)
        for field in fields
    ]
    return pa.table(columns, schema=pa.schema(fields))
