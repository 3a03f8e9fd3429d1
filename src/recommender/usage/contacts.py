"""Offers made to the account, and what came of them."""

from ibis.expr import types as ir

from recommender.usage.cells import LONG, SHORT
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known
from recommender.usage.ratio import ratio
from recommender.usage.rows import Rows, rows

__all__ = ["CONTACTS", "contacts"]


def contacts(known: Known) -> Rows:
    """Give each account the contacts made by `as_of`."""
    return rows(known, "contacts", known.happened("contacts", "contacted_at"))


def contacts_30d(contacts: Rows) -> ir.Value:
    """Count of contacts in the last 30 days; 0 without any."""
    return contacts.count(contacts.within(contacts.table.contacted_at, SHORT))


def contacts_90d(contacts: Rows) -> ir.Value:
    """Count of contacts in the last 90 days; 0 without any."""
    return contacts.count(contacts.within(contacts.table.contacted_at, LONG))


def contacts_accepted(contacts: Rows) -> ir.Value:
    """Count of contacts accepted so far; 0 without any."""
    return contacts.count(contacts.table.outcome == "accepted")


def contacts_declined(contacts: Rows) -> ir.Value:
    """Count of contacts declined so far; 0 without any."""
    return contacts.count(contacts.table.outcome == "declined")


def share_contacts_accepted(contacts: Rows) -> ir.Value:
    """Share of accepted in the contacts accepted or declined so far; null without either."""
    return ratio(contacts_accepted(contacts), contacts_accepted(contacts) + contacts_declined(contacts))


def contacts_interested_90d(contacts: Rows) -> ir.Value:
    """Count of contacts in the last 90 days in which the account was interested; 0 without any."""
    interested = contacts.table.outcome == "interested"
    return contacts.count(interested & contacts.within(contacts.table.contacted_at, LONG))


def share_contacts_unanswered(contacts: Rows) -> ir.Value:
    """Share of the contacts so far without an answer; null without contacts."""
    return ratio(contacts.count(contacts.table.outcome == "no_answer"), contacts.count())


def days_since_last_contact(contacts: Rows) -> ir.Value:
    """Days since the last contact; null without contacts."""
    return contacts.days_since(contacts.table.contacted_at.max())


_WORDS = (
    (contacts_30d, "contacts", "{value} contacts in the last 30 days"),
    (contacts_90d, "contacts", "{value} contacts in the last 90 days"),
    (contacts_accepted, "contacts", "{value} offers accepted so far"),
    (contacts_declined, "contacts", "{value} offers declined so far"),
    (share_contacts_accepted, "share", "{value} of the offers answered were accepted"),
    (contacts_interested_90d, "contacts", "{value} contacts with interest in the last 90 days"),
    (share_contacts_unanswered, "share", "{value} of the contacts were not answered"),
    (days_since_last_contact, "days", "last contact {value} days ago"),
)
CONTACTS = tuple(Indicator(compute, unit, says, "contacts") for compute, unit, says in _WORDS)
