"""Arrears and vulnerability, and how fresh the feeds must be."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recommender.config import Config, Feeds
from recommender.policy import ComplaintStatusStale, ConsentStatusStale, ContactStatusStale, Facts, build_policy
from recommender.policy.build import MAX_AGES

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

STALE = (ComplaintStatusStale(), ConsentStatusStale(), ContactStatusStale())

Take = Callable[..., Facts]
Everywhere = Callable[..., set[str]]


@pytest.mark.parametrize(
    ("due_at", "expected"),
    [(None, False), (NOW - 14 * DAY + TICK, False), (NOW - 14 * DAY, True), (NOW - 99 * DAY, True), (NOW + DAY, False)],
)
def test_arrears_begin_when_the_grace_is_over(everywhere: Everywhere, due_at: Any, *, expected: bool) -> None:
    assert ("in_arrears" in everywhere({"unpaid_due_at": due_at})) is expected


@pytest.mark.parametrize(
    ("mark", "by_default", "closed"), [(True, True, True), (False, False, False), (None, False, True)]
)
def test_an_unmarked_account_is_vulnerable_only_where_the_operator_says_so(
    everywhere: Everywhere, mark: Any, *, by_default: bool, closed: bool
) -> None:
    settings = {"policy": {"vulnerable": {"unknown_is_vulnerable": True}}}
    assert ("vulnerable" in everywhere({"is_vulnerable": mark})) is by_default
    assert ("vulnerable" in everywhere({"is_vulnerable": mark}, settings=settings)) is closed


@pytest.mark.parametrize(("feed", "hours"), [("complaints", 24), ("consents", 168), ("contacts", 72)])
def test_a_feed_is_stale_when_it_is_strictly_older_than_its_limit(
    everywhere: Everywhere, feed: str, hours: int
) -> None:
    fact, reason = f"{feed}_known_until", f"{feed.removesuffix('s')}_status_stale"
    limit = timedelta(hours=hours)
    assert reason not in everywhere({fact: NOW})
    assert reason not in everywhere({fact: NOW - limit})
    assert reason in everywhere({fact: NOW - limit - TICK})
    assert reason in everywhere({fact: None})
    shorter = {"feeds": {f"{feed}_max_age_hours": 1.5}}
    assert reason not in everywhere({fact: NOW - timedelta(minutes=90)}, settings=shorter)
    assert reason in everywhere({fact: NOW - timedelta(minutes=90) - TICK}, settings=shorter)


@pytest.mark.parametrize(
    ("known", "handed_in", "stale"),
    [
        (NOW, NOW - 9 * DAY, False),
        (NOW - 9 * DAY, NOW, False),
        (NOW - 9 * DAY, NOW - 2 * DAY, True),
        (None, NOW, False),
        (None, None, True),
    ],
)
def test_the_watermark_of_complaints_moves_forward_only(
    everywhere: Everywhere, known: Any, handed_in: Any, *, stale: bool
) -> None:
    found = everywhere({"complaints_known_until": known}, complaints_known_until=handed_in)
    assert ("complaint_status_stale" in found) is stale


def test_stale_feeds_are_named(take: Take) -> None:
    policy = build_policy(Config())
    unknown = {"contacts_known_until": None}, {"complaints_known_until": None}, {"consents_known_until": None}
    assert policy.stale(take({}, {})) == ()
    assert policy.stale(take({}, unknown[0])) == ("contacts",)
    assert policy.stale(take(*unknown)) == ("complaints", "consents", "contacts")
    assert policy.stale(take()) == ()


def test_a_rule_on_a_feed_has_the_limit_of_the_settings_by_default() -> None:
    limits = {reason: getattr(Feeds(), setting) for reason, setting in MAX_AGES.items()}
    assert {rule.reason: rule.max_age_hours for rule in STALE} == limits
