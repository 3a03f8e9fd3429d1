from datetime import UTC, datetime

import ibis
import pytest

import recommender
from recommender.usage import INDICATORS, Indicator

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
FEW = [one for one in INDICATORS if one.name in {"calls_30d", "complaints_open", "tenure_months"}]


def calls(*recorded):
    call = {"account_id": "a", "started_at": "2026-02-20", "duration_s": 60, "direction": "out", "charge": "0.10"}
    return [{**call, "recorded_at": at} for at in recorded]


@pytest.fixture
def late(small_tables):
    """Return tables with one call that was known at AS_OF and one that came late."""
    return small_tables(calls=calls("2026-02-20", "2026-03-02"))


def test_the_indicators_of_the_package_do_not_leak(tables, until):
    assert recommender.check_leakage(tables, until.replace(month=5)) == {}


def test_a_feature_that_peeks_is_found(late):
    def calls_of_anyone_so_far(calls):  # noqa: ARG001 (it goes round what it is given)
        """Count of calls in the table, known or not."""
        return late["calls"].count().as_scalar()

    peek = Indicator(calls_of_anyone_so_far, "calls", "{value} calls", group="accounts")
    assert recommender.check_leakage(late, AS_OF, indicators=[*FEW, peek]) == {"calls_of_anyone_so_far": 1}
    assert recommender.check_leakage(late.with_indicators(peek), AS_OF, indicators=FEW) != {}


def test_an_indicator_that_keeps_to_its_rows_is_not_accused(late):
    def seconds_per_call(calls):
        """Seconds of the longest call of the last 90 days."""
        return calls.table.seconds.max()

    own = Indicator(seconds_per_call, "seconds", "{value} seconds", group="calls")
    assert recommender.check_leakage(late, AS_OF, indicators=[*FEW, own]) == {}


def test_late_rows_that_count_twice_are_counted_by_account(small_tables):
    two = [{"account_id": name, "opened_at": "2020-01-01"} for name in ("a", "b")]
    found = small_tables(accounts=two, calls=calls("2026-03-02"))

    def newest_record(accounts):  # noqa: ARG001 (as above)
        """Whether a call was recorded in March."""
        march = found["calls"].recorded_at.max() >= ibis.literal(datetime(2026, 3, 1))  # noqa: DTZ001 (canonical times are naive)
        return march.as_scalar().fill_null(False)

    peek = Indicator(newest_record, "yes or no", "{value}", group="accounts")
    assert recommender.check_leakage(found, AS_OF, indicators=[peek]) == {"newest_record": 2}
