"""Interest is not a no: it is followed up, unless something stands against it."""

import pandas as pd
import pytest

import recommender
from recommender.config import Config
from recommender.errors import DataError

AS_OF = "2026-07-01T00:00+00:00"
FEEDS = [{"feed": name, "known_until": "2026-07-01"} for name in ("complaints", "consents", "contacts")]


def contact(outcome, at, product="p", channel="phone", account="a"):
    return {
        "contact_id": f"{account}{product}{outcome}{at}",
        "account_id": account,
        "product_id": product,
        "channel": channel,
        "contacted_at": at,
        "outcome": outcome,
    }


@pytest.fixture
def leads(small_tables):
    def leads(*contacts, **tables):
        given = {"contacts": contacts, "feeds": FEEDS} | tables
        found = recommender.followups(small_tables(**given), AS_OF)
        return list(zip(found["account_id"], found["product_id"], found["channel"], strict=True))

    return leads


INTERESTED = contact("interested", "2026-06-10")
A_LEAD = [("a", "p", "phone")]


def test_interest_is_followed_up_on_its_channel_with_its_moment(small_tables):
    tables = small_tables(contacts=[INTERESTED, contact("interested", "2026-06-12")], feeds=FEEDS)
    found = recommender.followups(tables, AS_OF)
    assert found.to_dict("records") == [
        {"account_id": "a", "product_id": "p", "channel": "phone", "contacted_at": pd.Timestamp("2026-06-12", tz="UTC")}
    ]


@pytest.mark.parametrize("outcome", ["no_answer", "shown"])
def test_other_outcomes_are_no_interest_and_no_answer(leads, outcome):
    assert leads(contact(outcome, "2026-06-12")) == []
    assert leads(INTERESTED, contact(outcome, "2026-06-12")) == A_LEAD


@pytest.mark.parametrize("outcome", ["accepted", "declined"])
@pytest.mark.parametrize(("at", "listed"), [("2026-06-12", False), ("2026-06-10", False)])
def test_an_answer_then_or_later_ends_it(leads, outcome, at, *, listed):
    assert bool(leads(INTERESTED, contact(outcome, at))) is listed


def test_an_answer_from_before_does_not_end_it(leads):
    assert leads(INTERESTED, contact("accepted", "2026-06-09")) == A_LEAD
    assert leads(INTERESTED, contact("declined", "2026-01-01")) == A_LEAD


def test_an_answer_about_another_product_does_not_end_it(leads):
    assert leads(INTERESTED, contact("accepted", "2026-06-12", "q")) == A_LEAD


@pytest.mark.parametrize(
    ("holding", "listed"),
    [
        ({"started_at": "2026-06-11"}, False),
        ({"started_at": "2026-06-11", "ended_at": "2026-06-20"}, False),
        ({"started_at": "2026-01-01", "ended_at": "2026-02-01"}, True),
        ({"started_at": "2026-01-01"}, False),
        ({"started_at": None, "ordered_at": "2026-06-11"}, False),
    ],
)
def test_what_was_added_since_or_is_held_is_not_followed_up(leads, holding, *, listed):
    row = {"account_id": "a", "product_id": "p", "ended_at": None} | holding
    assert bool(leads(INTERESTED, holdings=[row])) is listed


@pytest.mark.parametrize(("status", "listed"), [("open", False), ("closed", True)])
def test_no_lead_over_an_unresolved_complaint(leads, status, *, listed):
    complaint = {
        "complaint_id": "1",
        "account_id": "a",
        "opened_at": "2026-06-01",
        "resolved_at": "2026-06-02",
        "status": status,
    }
    assert bool(leads(INTERESTED, complaints=[complaint])) is listed


def test_no_lead_over_an_objection(leads):
    yes = {"account_id": "a", "purpose": "marketing", "granted": True, "changed_at": "2026-01-01"}
    no = yes | {"granted": False, "changed_at": "2026-06-11", "channel": "phone"}
    assert leads(INTERESTED, consents=[yes | {"channel": None}, no]) == []
    by_mail = contact("interested", "2026-06-10", channel="email")
    assert leads(by_mail, consents=[yes | {"channel": None}, no]) == [("a", "p", "email")]


def test_a_contact_limit_holds_for_leads_too(leads):
    more = [contact("shown", f"2026-06-{day}", "r") for day in (12, 13)]
    assert leads(INTERESTED, more[0]) == A_LEAD
    assert leads(INTERESTED, *more) == []


def test_what_is_known_later_changes_nothing_before(leads):
    late = contact("interested", "2026-06-10") | {"recorded_at": "2026-07-02"}
    assert leads(late) == []


def test_stale_complaints_withhold_every_lead(leads):
    stale = [feed | {"known_until": "2026-06-20"} if feed["feed"] == "complaints" else feed for feed in FEEDS]
    assert leads(INTERESTED, feeds=stale) == []


@pytest.mark.parametrize("channel", ["", "*"])
def test_a_missing_channel_is_an_error_and_not_no_limit(leads, channel):
    with pytest.raises(DataError, match="1 contacts to follow up name no channel"):
        leads(contact("interested", "2026-06-10", channel=channel))


def test_no_contacts_give_an_empty_list(leads):
    assert leads() == []


@pytest.mark.parametrize("name", ["leads.csv", "leads.parquet"])
def test_the_list_is_written_as_a_file(small_tables, tmp_path, name):
    tables = small_tables(contacts=[INTERESTED], feeds=FEEDS)
    assert recommender.write_followups(tables, AS_OF, tmp_path / name) == {"followups": 1, "stale": []}
    found = (pd.read_csv if name.endswith("csv") else pd.read_parquet)(tmp_path / name)
    assert found.astype({"contacted_at": "str"}).to_numpy().tolist() == [
        ["a", "p", "phone", "2026-06-10 00:00:00+00:00"]
    ]


def test_the_policy_of_the_settings_holds(small_tables):
    config = Config.from_dict({"time_zone": "UTC", "policy": {"contact_limit": {"max_contacts": 1}}})
    tables = small_tables(contacts=[INTERESTED], feeds=FEEDS, config=config)
    assert recommender.followups(tables, AS_OF).empty
