"""Warm leads: who said "interested" and has not been answered; what needs Ibis stands here, so it is imported late."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from recommender.config import Config
from recommender.errors import DataError
from recommender.files import whole, writing
from recommender.policy import Facts, Policy, Rule, build_policy
from recommender.schema import ACCOUNT, ALL_CHANNELS, CONTACT_LOG, PRODUCT
from recommender.scoring.files import write_parquet
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, catalogue, fetch, read_tables

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["followups", "write_followups"]

_TIME: Final = pa.timestamp("us", "UTC")
_KINDS: Final[dict[str, Any]] = {
    ACCOUNT: pa.string(),
    PRODUCT: pa.string(),
    "channel": pa.string(),
    "contacted_at": _TIME,
}
_COLUMNS: Final = pa.schema(_KINDS)
_INTERESTED: Final = "interested"
_ANSWERS: Final = ("accepted", "declined")
# A follow-up comes from what the account said, not from its usage.
_FROM_USAGE: Final = "needs_usage_consent"


def followups(
    source: Any, as_of: datetime | str, *, config: Config | None = None, rules: Sequence[Rule] = ()
) -> "pd.DataFrame":
    """List the contacts that ended with "interested" and are to be taken up again: interest is not a no.

    Of each account and product the newest such contact counts. It is left out if the account accepted or declined the
    product then or later, or has added it since; and, on the channel of the contact, as long as any rule of the policy
    stands against an offer of that product: over an unresolved complaint, an objection, a contact limit reached, a
    cool-off. Only `needs_usage_consent` does not count, as nothing here is ranked from usage.

    Parameters
    ----------
    source
        `Tables`, or what `recommender.read_tables` reads.
    as_of
        The moment; a naive one is read in the time zone of the settings.
    config
        The settings, where `source` does not bring its own.
    rules
        The operator's own rules, in force after those of the package.

    Returns
    -------
    pandas.DataFrame
        account_id, product_id, channel and contacted_at (UTC), ordered by account and product.

    Raises
    ------
    DataError
        If `source` cannot be read, or a contact names no channel.
    """
    listed, _ = _listed(source, as_of, config, rules)
    found: pd.DataFrame = listed.to_pandas()
    return found


def write_followups(
    source: Any, as_of: datetime | str, out: str | Path, *, config: Config | None = None, rules: Sequence[Rule] = ()
) -> dict[str, Any]:
    """Write the list of `followups` as a CSV or a Parquet file, whole or not at all.

    Returns
    -------
    dict
        `followups`, how many there are; `stale`, the feeds that were missing or too old, so that leads were withheld.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    path = Path(out)
    listed, stale = _listed(source, as_of, config, rules)
    with writing("the list", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(listed, path)
    return {"followups": listed.num_rows, "stale": list(stale)}


def _write(listed: pa.Table, path: Path) -> None:
    if path.suffix == ".parquet":
        write_parquet(path, listed)
        return
    with whole(path) as hidden:
        listed.to_pandas().to_csv(hidden, index=False)


@dataclass(frozen=True, order=True)
class _Lead:
    """A contact that ended with interest."""

    account_id: str
    product_id: str
    channel: str
    contacted_at: datetime

    @property
    def pair(self) -> tuple[str, str]:
        return self.account_id, self.product_id


def _listed(
    source: Any, as_of: datetime | str, config: Config | None, rules: Sequence[Rule]
) -> tuple[pa.Table, tuple[str, ...]]:
    tables = read_tables(source, config)
    moment = tables.config.moment(as_of)
    rows = build_snapshot(tables, moment, indicators=())
    policy = build_policy(tables.config, rules)
    leads = _not_added_since(_unanswered(rows, moment), tables, moment)
    facts = partial(Facts.of, catalogue=catalogue(tables), decided_at=moment)
    allowed = [
        lead
        for channel, ours in _by_channel(leads)
        for lead in _allowed(ours, facts(_of_accounts(rows, ours), channel=channel), policy)
    ]
    listed = pa.Table.from_pylist([asdict(lead) for lead in sorted(allowed)], schema=_COLUMNS)
    return listed, policy.stale(facts(rows, channel=tables.config.offers.channel))


def _unanswered(rows: pa.Table, moment: datetime) -> list[_Lead]:
    """Return the newest interest of each account in each product, where no answer came at that moment or later."""
    interest: dict[tuple[str, str], _Lead] = {}
    answered: dict[tuple[str, str], datetime] = {}
    for account, contact in _contacts(rows, moment):
        lead = _Lead(account, contact[PRODUCT], contact["channel"], contact["contacted_at"])
        if contact["outcome"] == _INTERESTED:
            interest[lead.pair] = max(lead, interest.get(lead.pair, lead), key=_when)
        else:
            answered[lead.pair] = max(lead.contacted_at, answered.get(lead.pair, lead.contacted_at))
    return [lead for pair, lead in interest.items() if pair not in answered or answered[pair] < lead.contacted_at]


def _contacts(rows: pa.Table, moment: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each contact that shows interest or answers it, with its account."""
    log: Any = rows.column(CONTACT_LOG).combine_chunks()
    contacts = pa.Table.from_struct_array(log.flatten())
    owner = rows.column(ACCOUNT).take(pc.list_parent_indices(log))
    telling = contacts.append_column(ACCOUNT, owner).filter(
        pc.field("outcome").isin([_INTERESTED, *_ANSWERS]) & (pc.field("contacted_at") <= pa.scalar(moment, _TIME))
    )
    for contact in telling.to_pylist():
        yield contact[ACCOUNT], contact


def _when(lead: _Lead) -> tuple[datetime, str]:
    return lead.contacted_at, lead.channel


def _not_added_since(leads: Sequence[_Lead], tables: Tables, moment: datetime) -> list[_Lead]:
    """Drop the leads whose product was ordered or started since, even if it was given up again."""
    if not leads:
        return []
    holdings = tables.cut(moment)["holdings"]
    newest = ibis.coalesce(holdings.ordered_at, holdings.started_at).max()
    ours = holdings.filter(holdings[ACCOUNT].isin(sorted({lead.account_id for lead in leads})))
    found = fetch(ours.group_by([ACCOUNT, PRODUCT]).aggregate(added_at=newest), "holdings").to_pylist()
    added = {(one[ACCOUNT], one[PRODUCT]): one["added_at"].replace(tzinfo=UTC) for one in found if one["added_at"]}
    return [lead for lead in leads if lead.pair not in added or added[lead.pair] < lead.contacted_at]


def _by_channel(leads: Sequence[_Lead]) -> Iterator[tuple[str, list[_Lead]]]:
    if nameless := sum((lead.channel or "").strip() in {"", ALL_CHANNELS} for lead in leads):
        raise DataError(f"contacts: {nameless} contacts to follow up name no channel, so no limit can be held.")
    for channel in sorted({lead.channel for lead in leads}):
        yield channel, [lead for lead in leads if lead.channel == channel]


def _of_accounts(rows: pa.Table, leads: Sequence[_Lead]) -> pa.Table:
    wanted = pa.array(sorted({lead.account_id for lead in leads}), pa.string())
    return rows.filter(pc.is_in(rows.column(ACCOUNT), wanted))


def _allowed(leads: Sequence[_Lead], facts: Facts, policy: Policy) -> list[_Lead]:
    """Return the leads that no rule of the policy stands against."""
    against = policy.suppressions(facts) & ~policy.bit(_FROM_USAGE)
    row = {account: i for i, account in enumerate(facts.rows.column(ACCOUNT).to_pylist())}
    column = facts.catalogue.position
    known = [lead for lead in leads if lead.product_id in column]
    return [lead for lead in known if against[row[lead.account_id], column[lead.product_id]] == 0]
