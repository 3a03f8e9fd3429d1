"""Which permissions stand at a moment: the newest change of each counts, and a tie is a no."""

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.errors import DataError
from recommender.tables import Tables

__all__ = ["marketing", "usage_consent"]

_EVERYWHERE = ("all", "any")
_MISSING = (
    "There is no consents table. State what holds instead by if_missing under [consents] of recommender.toml: "
    '"granted" or "withheld".'
)


def usage_consent(tables: Tables, accounts: ir.Table, as_of: ir.TimestampScalar) -> ir.Table:
    """Return account_id and usage_consent; an account that is not there never said.

    Raises
    ------
    DataError
        If there is no consents table and the config does not say what holds instead.
    """
    if "consents" not in tables:
        return accounts.select(schema.ACCOUNT, **{schema.USAGE_CONSENT: _instead(tables)})
    changes = _standing(_changes(tables, "usage_data", as_of).mutate(channel=ibis.literal(schema.ALL_CHANNELS)))
    return changes.select(schema.ACCOUNT, **{schema.USAGE_CONSENT: changes.granted})


def marketing(tables: Tables, accounts: ir.Table, as_of: ir.TimestampScalar) -> ir.Table:
    """Return account_id and the channels granted and refused, `*` being every channel.

    A change for every channel supersedes older changes of single channels.

    Raises
    ------
    DataError
        If there is no consents table and the config does not say what holds instead.
    """
    if "consents" not in tables:
        return _everywhere(accounts, granted=_instead(tables))
    standing = _unsuperseded(_standing(_changes(tables, "marketing", as_of)))
    granted, channel = standing.granted, standing.channel
    lists = {
        schema.MARKETING_GRANTED: channel.collect(where=granted),
        schema.MARKETING_REFUSED: channel.collect(where=~granted),
    }
    return standing.group_by(schema.ACCOUNT).aggregate(**lists)


def _instead(tables: Tables) -> bool:
    answer = tables.config.consents.if_missing
    if answer == "refuse":
        raise DataError(_MISSING)
    return answer == "granted"


def _everywhere(accounts: ir.Table, *, granted: bool) -> ir.Table:
    everywhere, nowhere = ibis.array([ibis.literal(schema.ALL_CHANNELS)]), ibis.null("array<string>")
    lists = (everywhere, nowhere) if granted else (nowhere, nowhere)
    columns = dict(zip((schema.MARKETING_GRANTED, schema.MARKETING_REFUSED), lists, strict=True))
    return accounts.select(schema.ACCOUNT, **columns)


def _changes(tables: Tables, purpose: str, as_of: ir.TimestampScalar) -> ir.Table:
    consents = tables["consents"]
    changes = consents.filter(consents.purpose == purpose, consents.changed_at <= as_of)
    granted = changes.granted.coalesce(False)
    named = changes.channel.coalesce(schema.ALL_CHANNELS)
    # a word for every channel is taken as one where it refuses; a permission holds for what it names
    is_everywhere = named.lower().isin(_EVERYWHERE) & ~granted
    return changes.mutate(channel=ibis.ifelse(is_everywhere, schema.ALL_CHANNELS, named), granted=granted)


def _standing(changes: ir.Table) -> ir.Table:
    """Return one row per account and channel: when it was changed last, and whether it was granted then."""
    newest = changes.group_by([schema.ACCOUNT, "channel"]).aggregate(
        changed_at=changes.changed_at.max(), refused_at=changes.changed_at.max(where=~changes.granted)
    )
    granted = newest.refused_at.isnull() | (newest.refused_at < newest.changed_at)
    return newest.select(schema.ACCOUNT, "channel", "changed_at", granted=granted)


def _unsuperseded(standing: ir.Table) -> ir.Table:
    everywhere = standing.changed_at.max(where=standing.channel == schema.ALL_CHANNELS)
    dated = standing.mutate(everywhere_at=everywhere.over(group_by=standing.account_id))
    tied = (dated.changed_at == dated.everywhere_at) & ~dated.granted
    kept = dated.everywhere_at.isnull() | (dated.changed_at > dated.everywhere_at) | tied
    return dated.filter(kept | (dated.channel == schema.ALL_CHANNELS))
