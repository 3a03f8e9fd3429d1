"""The truth table of unresolved complaints: what counts, to the microsecond."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from recommender.errors import DataError

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

Everywhere = Callable[..., set[str]]
Take = Callable[..., Any]

OPEN, CLOSED = True, False

# Spans as the snapshot gives them, (opened_at, open_until), against the decision at NOW.
# fmt: off
SPANS = [
    # what                                             spans                                             unresolved
    ("no complaint",                                   [],                                               CLOSED),
    ("null resolution, unknown or contradicting word", [(NOW - DAY, EVER)],                              OPEN),
    ("resolved before",                                [(NOW - 20 * DAY, NOW - 10 * DAY)],               CLOSED),
    ("resolved at this very moment",                   [(NOW - DAY, NOW)],                               CLOSED),
    ("resolved a tick later",                          [(NOW - DAY, NOW + TICK)],                        OPEN),
    ("resolved later than the decision",               [(NOW - DAY, NOW + DAY)],                         OPEN),
    ("opened at this very moment",                     [(NOW, EVER)],                                    OPEN),
    ("opened a tick later",                            [(NOW + TICK, EVER)],                             CLOSED),
    ("future-dated",                                   [(NOW + DAY, NOW + 2 * DAY)],                     CLOSED),
    ("opened and resolved at this very moment",        [(NOW, NOW)],                                     CLOSED),
    ("resolved and reopened",                          [(NOW - 9 * DAY, NOW - 8 * DAY), (NOW - DAY, EVER)], OPEN),
    ("resolved twice",                                 [(NOW - 9 * DAY, NOW - 8 * DAY), (NOW - 3 * DAY, NOW - DAY)],
                                                                                                         CLOSED),
    ("duplicate with an open twin",                    [(NOW - 9 * DAY, NOW - 8 * DAY), (NOW - 9 * DAY, EVER)], OPEN),
    ("open one first, resolved one last",              [(NOW - 9 * DAY, EVER), (NOW - 3 * DAY, NOW - DAY)], OPEN),
    ("unknown opening",                                [(None, EVER)],                                   OPEN),
    ("unknown end",                                    [(NOW - DAY, None)],                              OPEN),
    ("unknown opening, resolved",                      [(None, NOW - DAY)],                              CLOSED),
    ("unknown span",                                   [None],                                           OPEN),
    ("unknown list",                                   None,                                             OPEN),
]

# Complaints as they are handed in, against the decision at NOW.
FRESH = [
    # what                            opened_at               resolved_at      status          unresolved
    ("null resolution",               NOW - DAY,              None,            "resolved",     OPEN),
    ("resolved later",                NOW - DAY,              NOW + HOUR,      "resolved",     OPEN),
    ("resolved",                      NOW - DAY,              NOW - HOUR,      "resolved",     CLOSED),
    ("resolved at this very moment",  NOW - DAY,              NOW,             "resolved",     CLOSED),
    ("resolved a tick later",         NOW - DAY,              NOW + TICK,      "resolved",     OPEN),
    ("resolved before it was opened", NOW - DAY,              NOW - 2 * DAY,   "resolved",     OPEN),
    ("resolved as it was opened",     NOW - DAY,              NOW - DAY,       "resolved",     CLOSED),
    ("reopened",                      NOW - DAY,              NOW - HOUR,      "reopened",     OPEN),
    ("open, yet with a resolution",   NOW - DAY,              NOW - HOUR,      "open",         OPEN),
    ("no status",                     NOW - DAY,              NOW - HOUR,      None,           OPEN),
    ("blank status",                  NOW - DAY,              NOW - HOUR,      "  ",           OPEN),
    ("unknown status",                NOW - DAY,              NOW - HOUR,      "archived",     OPEN),
    ("other capitals",                NOW - DAY,              NOW - HOUR,      "ReSolved",     CLOSED),
    ("blanks around",                 NOW - DAY,              NOW - HOUR,      " closed\t",    CLOSED),
    ("Comcast: Solved",               NOW - DAY,              NOW - HOUR,      "Solved",       CLOSED),
    ("Comcast: Closed",               NOW - DAY,              NOW - HOUR,      "Closed",       CLOSED),
    ("Comcast: Open",                 NOW - DAY,              NOW - HOUR,      "Open",         OPEN),
    ("Comcast: Pending",              NOW - DAY,              NOW - HOUR,      "Pending",      OPEN),
    ("almost a word",                 NOW - DAY,              NOW - HOUR,      "unresolved",   OPEN),
    ("opened at this very moment",    NOW,                    None,            "open",         OPEN),
    ("opened a tick later",           NOW + TICK,             None,            "open",         CLOSED),
    ("future-dated",                  NOW + DAY,              None,            "open",         CLOSED),
    ("unknown opening",               None,                   None,            "open",         OPEN),
    ("unknown opening, resolved",     None,                   NOW - HOUR,      "resolved",     OPEN),
]

# The cool-off of seven days after the resolution.
COOL_OFF = [
    # what                                       open_until                  suppressed
    ("resolved at this very moment",             NOW,                        True),
    ("six days ago",                             NOW - 6 * DAY,              True),
    ("a second before the cool-off is over",     NOW - 7 * DAY + SECOND,     True),
    ("a tick before the cool-off is over",       NOW - 7 * DAY + TICK,       True),
    ("the cool-off over at this very moment",    NOW - 7 * DAY,              False),
    ("a second after the cool-off is over",      NOW - 7 * DAY - SECOND,     False),
]

# The same moment as it may be handed in, an hour before the decision.
MOMENTS = [
    ("in UTC",                    pa.array([NOW - HOUR])),
    ("naive, which is UTC",       pa.array([(NOW - HOUR).replace(tzinfo=None)])),
    ("in another time zone",      pa.array([(NOW - HOUR).astimezone(timezone(timedelta(hours=9)))])),
    ("in whole seconds",          pa.array([(NOW - HOUR).replace(tzinfo=None)], pa.timestamp("s"))),
    ("in nanoseconds",            pa.array([(NOW - HOUR).replace(tzinfo=None)], pa.timestamp("ns"))),
    ("in whole microseconds",     pa.array([int((NOW - HOUR).timestamp()) * 10**6])),
]
# fmt: on


def _spans(spans: list[Any] | None) -> dict[str, Any]:
    if spans is None:
        return {"complaint_spans": None}
    return {"complaint_spans": [s and {"opened_at": s[0], "open_until": s[1]} for s in spans]}


def _fresh(account: str = "a0", *, opened_at: Any, resolved_at: Any = None, status: str | None = "open") -> pa.Table:
    return pa.table(
        {
            "account_id": [account],
            "opened_at": pa.array([opened_at], pa.timestamp("us", "UTC")),
            "resolved_at": pa.array([resolved_at], pa.timestamp("us", "UTC")),
            "status": pa.array([status], pa.string()),
        }
    )


@pytest.mark.parametrize(("what", "spans", "expected"), SPANS, ids=[row[0] for row in SPANS])
def test_spans_of_the_snapshot(take: Take, what: str, spans: Any, *, expected: bool) -> None:
    assert take(_spans(spans)).complaints.unresolved.tolist() == [expected], what


@pytest.mark.parametrize(("what", "opened", "resolved", "status", "expected"), FRESH, ids=[row[0] for row in FRESH])
def test_complaints_handed_in(
    take: Take, what: str, opened: Any, resolved: Any, status: Any, *, expected: bool
) -> None:
    facts = take({}, complaints=_fresh(opened_at=opened, resolved_at=resolved, status=status))
    assert facts.complaints.unresolved.tolist() == [expected], what


@pytest.mark.parametrize(("what", "until", "expected"), COOL_OFF, ids=[row[0] for row in COOL_OFF])
def test_cool_off_after_resolution(everywhere: Everywhere, what: str, until: datetime, *, expected: bool) -> None:
    spans = _spans([(NOW - 60 * DAY, until)])
    assert ("open_complaint" in everywhere(spans)) is expected, what
    fresh = _fresh(opened_at=NOW - 60 * DAY, resolved_at=until, status="solved")
    assert ("open_complaint" in everywhere(complaints=fresh)) is expected, what


@pytest.mark.parametrize(("what", "moments"), MOMENTS, ids=[row[0] for row in MOMENTS])
def test_a_moment_may_be_handed_in(take: Take, what: str, moments: Any) -> None:
    complaints = pa.table({"account_id": ["a0"], "opened_at": moments})
    for decided_at, expected in ((NOW - HOUR - TICK, False), (NOW - HOUR, True), (NOW, True)):
        facts = take({}, complaints=complaints, decided_at=decided_at)
        assert facts.complaints.unresolved.tolist() == [expected], what


def test_a_day_begins_at_midnight_in_utc(take: Take) -> None:
    complaints = pa.table({"account_id": ["a0"], "opened_at": pa.array([date(2026, 6, 30)])})
    midnight = datetime(2026, 6, 30, tzinfo=UTC)
    assert take({}, complaints=complaints, decided_at=midnight).complaints.unresolved.all()
    assert not take({}, complaints=complaints, decided_at=midnight - TICK).complaints.unresolved.any()


def test_the_decision_may_be_told_in_any_zone(take: Take) -> None:
    spans = _spans([(NOW - DAY, NOW)])
    east = NOW.astimezone(timezone(timedelta(hours=14)))
    assert not take(spans, decided_at=east).complaints.unresolved.any()
    assert take(spans, decided_at=east - TICK).complaints.unresolved.all()


def test_no_cool_off_leaves_only_the_unresolved(everywhere: Everywhere) -> None:
    settings = {"policy": {"open_complaint": {"cool_off_days": 0}}}
    assert "open_complaint" not in everywhere(_spans([(NOW - DAY, NOW)]), settings=settings)
    assert "open_complaint" in everywhere(_spans([(NOW - DAY, NOW + TICK)]), settings=settings)


def test_complaints_handed_in_take_nothing_away(take: Take) -> None:
    resolved = _fresh(opened_at=NOW - DAY, resolved_at=NOW - HOUR, status="resolved")
    assert take(_spans([(NOW - DAY, EVER)]), complaints=resolved).complaints.unresolved.all()


def test_complaints_of_other_accounts_say_nothing(take: Take) -> None:
    facts = take({}, {}, complaints=_fresh("somebody", opened_at=NOW - DAY))
    assert facts.complaints.unresolved.tolist() == [False, False]


def test_complaints_reach_their_own_account_among_many(take: Take) -> None:
    complaints = pa.concat_tables(_fresh(account, opened_at=NOW - DAY) for account in ("a3", " a1 ", "a3", "x"))
    facts = take({}, {}, {}, {}, complaints=complaints)
    assert facts.complaints.unresolved.tolist() == [False, True, False, True]


def test_blanks_around_an_account_of_the_rows_lose_no_complaint(take: Take) -> None:
    facts = take({"account_id": " a0 "}, complaints=_fresh(opened_at=NOW - DAY))
    assert facts.complaints.unresolved.all()


def test_an_account_that_stands_twice_is_found_twice(take: Take) -> None:
    facts = take({"account_id": "a"}, {"account_id": "a"}, complaints=_fresh("a", opened_at=NOW - DAY))
    assert facts.complaints.unresolved.tolist() == [True, True]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.int64()])
def test_account_ids_are_compared_as_text(take: Take, kind: pa.DataType) -> None:
    ids = pa.array(["12"]).cast(kind)
    facts = take({"account_id": "12"}, complaints=pa.table({"account_id": ids, "opened_at": [NOW - DAY]}))
    assert facts.complaints.unresolved.all()


def test_no_complaints_handed_in_is_no_news(take: Take) -> None:
    assert take({}, complaints=_fresh(opened_at=NOW).slice(1)).fresh is None


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"opened_at": [NOW]}, "^complaints: one column 'account_id' was needed"),
        ({"account_id": ["a"]}, "^complaints: one column 'opened_at' was needed"),
        ({"account_id": [None, "a"], "opened_at": [NOW, NOW]}, "^complaints: account_id must stand in every row"),
        ({"account_id": [" "], "opened_at": [NOW]}, "^complaints: account_id must stand in every row"),
        ({"account_id": [1.0], "opened_at": [NOW]}, "account_id must be text, but double came"),
        ({"account_id": ["a"], "opened_at": ["yesterday"]}, "opened_at must be a timestamp, but string came"),
        ({"account_id": ["a"], "opened_at": [NOW], "resolved_at": [1.5]}, "resolved_at must be a timestamp"),
        ({"account_id": ["a"], "opened_at": [NOW], "status": [7]}, "status must be text, but int64 came"),
    ],
)
def test_complaints_that_cannot_be_read_are_refused(take: Take, columns: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        take({}, complaints=pa.table(columns))


def test_status_and_resolution_may_be_absent_and_are_then_unknown(take: Take) -> None:
    complaints = pa.table({"account_id": ["a0"], "opened_at": [NOW - DAY], "resolved_at": [NOW - HOUR]})
    assert take({}, complaints=complaints).complaints.unresolved.all()
    complaints = pa.table({"account_id": ["a0"], "opened_at": [NOW - DAY], "status": ["resolved"]})
    assert take({}, complaints=complaints).complaints.unresolved.all()


def test_complaints_handed_in_are_not_changed(take: Take) -> None:
    complaints = _fresh(opened_at=NOW - DAY)
    before = complaints.to_pylist()
    assert np.all(take({}, complaints=complaints).complaints.unresolved)
    assert complaints.to_pylist() == before


def test_a_fraction_of_a_microsecond_is_cut_off(take: Take) -> None:
    opened = pa.array([int(NOW.timestamp()) * 10**9 + 999]).cast(pa.timestamp("ns"))
    facts = take({}, complaints=pa.table({"account_id": ["a0"], "opened_at": opened}))
    assert facts.complaints.unresolved.all()
