"""Columns under their own names in the source: what [columns] says of them, and which of them a missing one may be."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

import ibis.expr.types as ir

from recommender.config import Config
from recommender.errors import ConfigError
from recommender.schema import TABLES, TableContract

__all__ = ["alike", "closest", "renamed"]

# What others call our columns, in letters and digits alone; the surest first, as a table of products may well have
# both "Product code" and "Product".
_WORDS: Final = {
    "account_id": "accountno accountnumber acctid customerid custid customerno customernumber clientid subscriberid "
    "userid kundennummer kundennr msisdn contractid account customer",
    "product_id": "productcode productno sku serviceid produktnr offerid product service produkt",
    "complaint_id": "ticketno ticketid ticketnumber caseid caseno incidentid ticket id",
    "contact_id": "campaignid callid interactionid contact id",
    "opened_at": "opened openedon opendate created createdat createdon date joined regdate since "
    "customersince activationdate reportedat reported startdate",
    "resolved_at": "resolved resolvedon closed closedat closedon closedate solvedat enddate",
    "started_at": "started start startdate starttime begin from activatedat calldate date sessiondate "
    "timestamp datetime subscribedon",
    "ended_at": "ended end enddate endtime until to cancelledat churndate deactivatedat",
    "ordered_at": "ordered orderdate orderedon",
    "sent_at": "sent messagedate date timestamp datetime",
    "contacted_at": "contacted contactdate date calledat timestamp",
    "changed_at": "changed date timestamp givenat updatedat",
    "issued_at": "issued billdate invoicedate date issuedon",
    "due_at": "due duedate dueon payby",
    "paid_at": "paid paiddate paymentdate paidon",
    "recorded_at": "recorded loadedat insertedat loaddate",
    "known_until": "completeuntil watermark until",
    "name": "productname title label description product produkt",
    "category": "group type productgroup family kategorie",
    "monthly_price": "price monthlyfee monthlycharge fee preis priceeur pricepermonth rate",
    "segment": "customersegment type customertype plan tariff segmentname",
    "status": "state complaintstatus ticketstatus",
    "duration_s": "duration durationsec durationseconds seconds secs callduration length",
    "direction": "inout type calltype",
    "destination": "desttype calledtype zone to",
    "charge": "cost price amount fee",
    "bytes": "volume volumebytes databytes traffic datavolume",
    "network": "carrier access bearer accesstype networktype",
    "roaming": "isroaming roamingflag abroad",
    "included_minutes": "minutesincluded freeminutes",
    "included_messages": "messagesincluded freemessages freesms",
    "amount": "total sum invoiceamount billamount betrag",
    "channel": "medium via receivedvia contactchannel",
    "outcome": "result response reaction",
    "purpose": "consenttype kind consentfor",
    "granted": "consent given optin value allowed",
    "feed": "table source tablename",
}
_ALSO: Final = MappingProxyType({name: words.split() for name, words in _WORDS.items()})
_NEAR: Final = 0.75


def renamed(table: ir.Table, contract: TableContract, config: Config) -> tuple[list[str], ir.Table]:
    """Give the columns that [columns] names our own names.

    Returns
    -------
    A sentence for each column that is not there, and the table.

    Raises
    ------
    ConfigError
        If [columns] names a table or, but of accounts, a column that the contract does not know.
    """
    _check_columns(config)
    own, there = config.columns.get(contract.name, {}), set(table.columns)
    found = {name: theirs for name, theirs in own.items() if theirs in there}
    covered = {name for name in found if name in there - set(found.values())}
    said = f"[columns.{contract.name}] says that {{!r}} stands as {{!r}}, "
    absent = [said.format(*pair) + "and there is no such column." for pair in own.items() if pair[0] not in found]
    twice = [said.format(name, found[name]) + "but a column of our name is there as well." for name in sorted(covered)]
    kept = {name: table[name] for name in table.columns if name not in {*found, *found.values()}}
    return [*absent, *twice], table.select(**kept, **{name: table[theirs] for name, theirs in found.items()})


def _check_columns(config: Config) -> None:
    """Refuse names in [columns] that the contract does not know, and two of ours for one of theirs."""
    for table, names in config.columns.items():
        if table not in TABLES:
            raise ConfigError(f"[columns.{table}]: there is no such table; the contract knows {', '.join(TABLES)}.")
        if odd := [name for name, theirs in dict[str, Any](names).items() if not isinstance(theirs, str)]:
            raise ConfigError(f"[columns.{table}] {odd[0]}: the name of a column was needed.")
        known = [column.name for column in TABLES[table].columns]
        if unknown := [name for name in names if name not in known and not TABLES[table].attributes]:
            raise ConfigError(f"[columns.{table}]: unknown {unknown}; known are {known}.")


def alike(name: str, names: Iterable[str]) -> str | None:
    """Return which of `names` has the same letters as our `name`, or is another word for it."""
    plain = {_letters(one): one for one in reversed(list(names))}
    return next((plain[word] for word in (_letters(name), *_ALSO.get(name, ())) if word in plain), None)


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return which of `names` may be what the contract calls `name`: another word for it, or nearly the same letters.

    Examples
    --------
    >>> closest("account_id", ["Customer No.", "Joined"]), closest("opened_at", ["OPEND-AT"]), closest("status", ["x"])
    ('Customer No.', 'OPEND-AT', None)
    """
    plain = {_letters(one): one for one in names}
    near = get_close_matches(_letters(name), list(plain), n=1, cutoff=_NEAR)
    return alike(name, plain.values()) or (plain[near[0]] if near else None)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
