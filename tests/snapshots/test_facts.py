from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from recommender.config import Config, Consents, Contacts
from recommender.errors import DataError
from recommender.schema import RESOLVED_STATUSES
from recommender.snapshots import build_snapshot
from recommender.tables import Tables

Facts = Callable[..., dict[str, Any]]
Make = Callable[..., Tables]

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def day(number: int, month: int = 6) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def holding(product: str, start: str | None, end: str | None = None, ordered: str | None = None) -> dict[str, Any]:
    return {"account_id": "a", "product_id": product, "started_at": start, "ended_at": end, "ordered_at": ordered}


def complaint(
    status: str | None, resolved: str | None = "2026-06-05", opened: str = "2026-06-01", name: str = "1"
) -> dict[str, Any]:
    return {"complaint_id": name, "account_id": "a", "opened_at": opened, "resolved_at": resolved, "status": status}


def consent(
    purpose: str, at: str, channel: str | None = None, *, granted: bool = True, account: str = "a"
) -> dict[str, Any]:
    return {"account_id": account, "purpose": purpose, "channel": channel, "granted": granted, "changed_at": at}


def test_held_is_started_and_not_ended(facts: Facts):
    holdings = [
        holding("r", "2026-07-01"),  # starts at the very moment
        holding("p", "2020-01-01"),
        holding("q", "2020-01-01", "2026-07-01"),  # ends at the very moment
    ]
    assert facts(holdings=holdings)["held_products"] == ["p", "r"]


def test_a_holding_without_any_date_is_held(facts: Facts):
    assert facts(holdings=[holding("p", None)])["held_products"] == ["p"]


def test_a_holding_without_any_date_that_ended_is_not_held(facts: Facts):
    assert facts(holdings=[holding("p", None, "2020-01-01")])["held_products"] == []


def test_on_order_is_ordered_and_neither_started_nor_ended(facts: Facts):
    holdings = [
        holding("p", None, ordered="2026-06-30"),
        holding("q", "2026-07-02", ordered="2026-06-30"),
        holding("r", None, "2026-06-30", ordered="2026-06-29"),
    ]
    row = facts(holdings=holdings)
    assert (row["held_products"], row["ordered_products"]) == ([], ["p", "q"])


def test_a_start_that_lies_ahead_and_is_known_is_on_order(facts: Facts):
    row = facts(holdings=[{**holding("p", "2026-08-01"), "recorded_at": "2026-06-01"}])
    assert (row["held_products"], row["ordered_products"]) == ([], ["p"])


def test_a_product_held_twice_stands_once(facts: Facts):
    assert facts(holdings=[holding("p", "2020-01-01"), holding("p", "2021-01-01")])["held_products"] == ["p"]


def spans_of(small_tables: Make, **complaints: dict[str, Any]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Give each complaint an account of its own and return that account's spans."""
    accounts = [{"account_id": name, "opened_at": "2020-01-01"} for name in complaints]
    rows = [{**row, "account_id": name, "complaint_id": name} for name, row in complaints.items()]
    table = build_snapshot(small_tables(accounts=accounts, complaints=rows), AS_OF, indicators=())
    return {
        row["account_id"]: [(span["opened_at"], span["open_until"]) for span in row["complaint_spans"]]
        for row in table.to_pylist()
    }


def test_a_known_word_ends_a_complaint(small_tables: Make):
    words = [*RESOLVED_STATUSES, " Closed ", "SOLVED"]
    spans = spans_of(small_tables, **{f"is {word.strip()}": complaint(word) for word in words})
    assert list(spans.values()) == [[(day(1), day(5))]] * len(words)


def test_any_other_word_leaves_a_complaint_open(small_tables: Make):
    words = ["open", "pending", "reopened", "unresolved", "resolved?", "", " ", None]
    spans = spans_of(small_tables, **{f"is {word!r}": complaint(word) for word in words})
    assert list(spans.values()) == [[(day(1), NEVER)]] * len(words)


def test_a_resolution_without_a_date_or_before_the_opening_is_none(small_tables: Make):
    spans = spans_of(small_tables, undated=complaint("closed", None), early=complaint("closed", "2026-05-31"))
    assert spans == {"early": [(day(1), NEVER)], "undated": [(day(1), NEVER)]}


def test_a_complaint_may_end_the_moment_it_opens(facts: Facts):
    spans = facts(complaints=[complaint("closed", "2026-06-01")])["complaint_spans"]
    assert spans == [{"opened_at": day(1), "open_until": day(1)}]


def test_an_open_twin_keeps_a_complaint_open(facts: Facts):
    spans = facts(complaints=[complaint("closed"), complaint("open", None, "2026-06-02")])["complaint_spans"]
    assert spans == [{"opened_at": day(1), "open_until": NEVER}]


def test_spans_are_sorted(facts: Facts):
    complaints = [complaint("open", None, "2026-06-03", "1"), complaint("closed", name="2")]
    spans = facts(complaints=complaints)["complaint_spans"]
    assert [span["opened_at"] for span in spans] == [day(1), day(3)]


def test_contacts_are_logged_in_order(facts: Facts):
    of = {"account_id": "a", "product_id": "p"}
    contacts = [
        {**of, "contact_id": "1", "contacted_at": "2026-06-02", "channel": "sms", "outcome": "accepted"},
        {**of, "contact_id": "2", "contacted_at": "2026-06-02", "channel": "email", "outcome": "declined"},
        {**of, "contact_id": "3", "contacted_at": "2026-06-01", "channel": "phone", "outcome": "shown"},
    ]
    log = facts(contacts=contacts)["contact_log"]
    assert [(entry["contacted_at"], entry["channel"]) for entry in log] == [
        (day(1), "phone"),
        (day(2), "email"),
        (day(2), "sms"),
    ]
    assert log[0] == {"contacted_at": day(1), "product_id": "p", "channel": "phone", "outcome": "shown"}


# What happened -> (changes, channels granted, channels refused)
PERMISSIONS: dict[str, tuple[list[dict[str, Any]], list[str], list[str]]] = {
    "never said": ([], [], []),
    "granted": ([consent("marketing", "2026-01-01")], ["*"], []),
    "refused": ([consent("marketing", "2026-01-01", granted=False)], [], ["*"]),
    "withdrawn": (
        [consent("marketing", "2026-01-01", "sms"), consent("marketing", "2026-02-01", "sms", granted=False)],
        [],
        ["sms"],
    ),
    "granted again": (
        [consent("marketing", "2026-01-01", "sms", granted=False), consent("marketing", "2026-02-01", "sms")],
        ["sms"],
        [],
    ),
    "a tie is a no": (
        [consent("marketing", "2026-01-01", "sms"), consent("marketing", "2026-01-01", "sms", granted=False)],
        [],
        ["sms"],
    ),
    "every channel supersedes older changes": (
        [consent("marketing", "2026-01-01", "sms"), consent("marketing", "2026-02-01", granted=False)],
        [],
        ["*"],
    ),
    "every channel leaves newer changes": (
        [consent("marketing", "2026-02-01", "sms", granted=False), consent("marketing", "2026-01-01")],
        ["*"],
        ["sms"],
    ),
    "a grant of one channel after a refusal of all stands beside it": (
        [consent("marketing", "2026-02-01", "sms"), consent("marketing", "2026-01-01", granted=False)],
        ["sms"],
        ["*"],
    ),
    "a refusal of every channel beats a grant of one at the same time": (
        [consent("marketing", "2026-01-01", "sms"), consent("marketing", "2026-01-01", granted=False)],
        [],
        ["*"],
    ),
    "a refusal of one channel stands beside a grant of all at the same time": (
        [consent("marketing", "2026-01-01", "sms", granted=False), consent("marketing", "2026-01-01")],
        ["*"],
        ["sms"],
    ),
    "a refusal of every channel may say so in a word": (
        [consent("marketing", "2026-02-01", "All", granted=False), consent("marketing", "2026-01-01")],
        [],
        ["*"],
    ),
    "a permission holds for what it names": ([consent("marketing", "2026-01-01", "any")], ["any"], []),
    "what lies ahead is not yet so": ([consent("marketing", "2026-08-01", "sms")], [], []),
}


def test_the_newest_change_of_a_permission_counts(small_tables: Make):
    rows = rows_with(small_tables, {name: changes for name, (changes, _, _) in PERMISSIONS.items()})
    lists = {name: (row["marketing_granted"], row["marketing_refused"]) for name, row in rows.items()}
    assert lists == {name: (granted, refused) for name, (_, granted, refused) in PERMISSIONS.items()}


def test_usage_consent_is_unknown_until_the_account_says(small_tables: Make):
    yes, no = consent("usage_data", "2026-01-01"), consent("usage_data", "2026-01-01", granted=False)
    later_no = consent("usage_data", "2026-02-01", "web", granted=False)
    marketing = consent("marketing", "2026-01-01")
    said = {"nothing": [marketing], "yes": [yes], "yes, then no": [yes, later_no], "both at once": [yes, no]}
    rows = rows_with(small_tables, said)
    given = {name: row["usage_consent"] for name, row in rows.items()}
    assert given == {"nothing": None, "yes": True, "yes, then no": False, "both at once": False}


def rows_with(small_tables: Make, changes: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Give each list of consents an account of its own and return that account's row."""
    accounts = [{"account_id": name, "opened_at": "2020-01-01"} for name in changes]
    consents = [{**change, "account_id": name} for name, made in changes.items() for change in made]
    table = build_snapshot(small_tables(accounts=accounts, consents=consents), AS_OF, indicators=())
    return {row["account_id"]: row for row in table.to_pylist()}


def test_a_missing_consents_table_is_refused_by_default(facts: Facts):
    with pytest.raises(DataError, match=r"if_missing under \[consents\]"):
        facts(consents=None)


@pytest.mark.parametrize(("answer", "granted"), [("granted", ["*"]), ("withheld", [])])
def test_the_operator_may_state_what_holds_without_a_consents_table(facts: Facts, answer: Any, granted: list[str]):
    row = facts(consents=None, config=Config(time_zone="UTC", consents=Consents(answer)))
    assert row["marketing_granted"] == granted
    assert row["usage_consent"] is (answer == "granted")
    assert (row["marketing_refused"], row["consents_known_until"]) == ([], day(1, 7))


@pytest.mark.parametrize(("answer", "until"), [("suppress", None), ("none_made", day(1, 7))])
def test_without_contacts_the_watermark_says_what_the_operator_states(facts: Facts, answer: Any, until: datetime):
    row = facts(config=Config(time_zone="UTC", contacts=Contacts(answer)))
    assert (row["contact_log"], row["contacts_known_until"]) == ([], until)


def test_the_oldest_unpaid_bill_is_kept(facts: Facts):
    bills = [
        {"account_id": "a", "issued_at": f"2026-0{month}-01", "due_at": f"2026-0{month}-20", "amount": "1.00", **more}
        for month, more in ((4, {"paid_at": "2026-05-01"}), (5, {"paid_at": "2026-07-02"}), (6, {}))
    ]
    assert facts(bills=bills)["unpaid_due_at"] == day(20, 5)


def test_without_bills_nothing_is_known_to_be_unpaid(facts: Facts):
    assert facts()["unpaid_due_at"] is None


def test_vulnerability_is_a_fact_and_no_feature(small_tables: Make):
    config = Config.from_dict({"time_zone": "UTC", "features": {"vulnerable": "fragile"}})
    words = {"1": "Yes", "2": "false", "3": "perhaps", "4": None}
    accounts = [{"account_id": name, "opened_at": "2020-01-01", "fragile": word} for name, word in words.items()]
    table = build_snapshot(small_tables(accounts=accounts, config=config), AS_OF, indicators=())
    assert table["is_vulnerable"].to_pylist() == [True, False, None, None]
    assert "fragile" not in table.column_names


def test_a_flag_of_vulnerability_is_taken_as_it_is(facts: Facts):
    assert facts(accounts=[{"account_id": "a", "opened_at": "2020-01-01", "is_vulnerable": True}])["is_vulnerable"]


def test_feeds_say_until_when_they_are_known(facts: Facts):
    feeds = [
        {"feed": "complaints", "known_until": "2026-06-30 20:00"},
        {"feed": "consents", "known_until": "2026-08-01"},
    ]
    row = facts(feeds=feeds)
    assert row["complaints_known_until"] == datetime(2026, 6, 30, 20, tzinfo=UTC)
    assert row["consents_known_until"] == day(1, 7)


def test_an_empty_complaints_table_is_known_until_never(facts: Facts):
    assert facts()["complaints_known_until"] is None
