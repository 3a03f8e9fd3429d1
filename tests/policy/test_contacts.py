"""A no is an answer, and contacts are limited."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

Everywhere = Callable[..., set[str]]
Where = Callable[..., set[str]]


def _contact(at: Any, outcome: str | None = "shown", product: str | None = "rival", channel: Any = "phone") -> Any:
    return {"contacted_at": at, "product_id": product, "channel": channel, "outcome": outcome}


@pytest.mark.parametrize(
    ("at", "rested"),
    [
        (NOW - 90 * DAY, set()),
        (NOW - 90 * DAY + TICK, {"rival"}),
        (NOW - 30 * DAY, {"rival"}),
        (NOW - 30 * DAY + TICK, {"data", "rival"}),
        (NOW, {"data", "rival"}),
    ],
)
def test_a_no_is_respected_for_the_product_and_for_its_category(where: Where, at: datetime, rested: set[str]) -> None:
    assert where("recently_declined", {"contact_log": [_contact(at, "declined")]}) == rested


@pytest.mark.parametrize(
    ("outcome", "is_no"),
    [
        ("accepted", False),
        ("interested", False),
        ("no_answer", False),
        ("shown", False),
        ("Shown ", False),
        ("declined", True),
        ("hung up", True),
        (None, True),
    ],
)
def test_only_what_is_surely_no_refusal_is_none(where: Where, outcome: str | None, *, is_no: bool) -> None:
    assert ("rival" in where("recently_declined", {"contact_log": [_contact(NOW, outcome)]})) is is_no


def test_a_no_to_an_unknown_product_is_a_no_to_all(everywhere: Everywhere) -> None:
    assert "recently_declined" in everywhere({"contact_log": [_contact(NOW, "declined", product=None)]})


@pytest.mark.parametrize(
    ("log", "reached"),
    [
        (3 * [_contact(NOW)], True),
        (2 * [_contact(NOW)], False),
        ([*2 * [_contact(NOW)], _contact(NOW - 30 * DAY)], False),
        ([*2 * [_contact(NOW)], _contact(NOW - 30 * DAY + TICK)], True),
        ([_contact(NOW), _contact(NOW, channel="sms"), _contact(NOW, channel="email")], True),
        ([*2 * [_contact(NOW)], None], True),
    ],
)
def test_contacts_on_all_channels_are_limited(everywhere: Everywhere, log: Any, *, reached: bool) -> None:
    assert ("contact_limit" in everywhere({"contact_log": log})) is reached


@pytest.mark.parametrize(("channel", "reached"), [("phone", True), (" PHONE", True), (None, True), ("sms", False)])
def test_contacts_on_the_channel_may_be_limited_too(everywhere: Everywhere, channel: Any, *, reached: bool) -> None:
    settings = {"policy": {"contact_limit": {"max_contacts_on_channel": 1}}}
    log = {"contact_log": [_contact(NOW - DAY, channel=channel)]}
    assert ("contact_limit" in everywhere(log, settings=settings)) is reached


def test_a_limit_on_the_channel_leaves_the_limit_on_all_channels_in_force(everywhere: Everywhere) -> None:
    settings = {"policy": {"contact_limit": {"max_contacts": 2, "max_contacts_on_channel": 2}}}
    log = {"contact_log": [_contact(NOW - DAY, channel="sms"), _contact(NOW - DAY)]}
    assert "contact_limit" in everywhere(log, settings=settings)


def test_a_no_to_the_first_product_of_the_catalogue_counts_like_any_other(where: Where) -> None:
    log = {"contact_log": [_contact(NOW - DAY, product="abroad", outcome="declined")]}
    assert where("recently_declined", log) == {"abroad"}
