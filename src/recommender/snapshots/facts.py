"""What the policy reads: per account, the lists and moments that a decision is made on."""

from collections.abc import Mapping
from datetime import datetime

import ibis
from ibis.expr import types as ir

from recommender import schema
from recommender.tables import Tables, known_until
from recommender.usage import Known, complaint_spans, holding_states, unpaid

__all__ = ["fact_tables", "watermarks"]


def fact_tables(known: Known) -> tuple[ir.Table, ...]:
    """Return tables with account_id and facts, one row per account that has any."""
    found = [_products(known), _complaints(known)]
    found += [_contacts(known)] if "contacts" in known.tables else []
    found += [_unpaid(known)] if "bills" in known.tables else []
    return tuple(found)


def watermarks(tables: Tables, as_of: datetime) -> Mapping[str, datetime | None]:
    """Return until when the feeds that decisions need are known; None where one is missing.

    A feed whose absence the config explains counts as known at `as_of`.
    """
    contacts = None if tables.config.contacts.if_missing == "suppress" else as_of
    return {
        schema.COMPLAINTS_KNOWN_UNTIL: known_until(tables, "complaints", as_of),
        schema.CONSENTS_KNOWN_UNTIL: known_until(tables, "consents", as_of) if "consents" in tables else as_of,
        schema.CONTACTS_KNOWN_UNTIL: known_until(tables, "contacts", as_of) if "contacts" in tables else contacts,
    }


def _products(known: Known) -> ir.Table:
    holdings = holding_states(known)
    product = holdings.product_id
    lists = {
        schema.HELD: product.collect(where=holdings.is_held, distinct=True),
        schema.ORDERED: product.collect(where=holdings.is_ordered, distinct=True),
    }
    return holdings.group_by(schema.ACCOUNT).aggregate(**lists)


def _complaints(known: Known) -> ir.Table:
    spans = complaint_spans(known)
    return _logged(spans, ("opened_at", "open_until"), schema.COMPLAINT_SPANS)


def _contacts(known: Known) -> ir.Table:
    made = known.happened("contacts", "contacted_at")
    return _logged(made, ("contacted_at", schema.PRODUCT, "channel", "outcome"), schema.CONTACT_LOG)


def _logged(rows: ir.Table, columns: tuple[str, ...], name: str) -> ir.Table:
    entry = ibis.struct({column: _text(rows[column]) for column in columns})
    return rows.group_by(schema.ACCOUNT).aggregate(**{name: entry.collect()})


def _text(column: ir.Column) -> ir.StringColumn:
    """Return times as text: a struct in an array arrives from PostgreSQL without the types of its fields."""
    return column if column.type().is_string() else column.cast("string")


def _unpaid(known: Known) -> ir.Table:
    bills = known.happened("bills", "issued_at")
    earliest = bills.due_at.min(where=unpaid(known, bills))
    return bills.group_by(schema.ACCOUNT).aggregate(**{schema.UNPAID_DUE_AT: earliest})
