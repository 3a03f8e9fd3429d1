from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from recommender.config import Config, Windows
from recommender.errors import AccountNotFoundError, DataError, FeatureError
from recommender.schema import ACCOUNT, AS_OF, FACTS, USAGE_TABLES
from recommender.snapshots import build_snapshot
from recommender.tables import Tables
from recommender.usage import GROUPS, INDICATORS, SHORT, Cells, Indicator, Rows

Make = Callable[..., Tables]

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def account(name: str, **attributes: Any) -> dict[str, Any]:
    return {"account_id": name, "opened_at": "2020-01-01", **attributes}


def call(name: str, at: str = "2026-06-24 08:00", seconds: int = 60) -> dict[str, Any]:
    return {"account_id": name, "started_at": at, "duration_s": seconds, "direction": "out", "charge": "0.10"}


def usage_consent(name: str, *, granted: bool) -> dict[str, Any]:
    return {"account_id": name, "purpose": "usage_data", "granted": granted, "changed_at": "2020-01-01"}


def of_group(group: str) -> list[Indicator]:
    return [indicator for indicator in INDICATORS if indicator.group == group]


def test_rows_are_sorted_and_columns_are_features_then_facts(small_tables: Make):
    tables = small_tables(accounts=[account("b"), account("a"), account("B")])
    table = build_snapshot(tables, NOW, indicators=of_group("accounts"))
    assert table[ACCOUNT].to_pylist() == ["B", "a", "b"]
    assert table.column_names == [ACCOUNT, AS_OF, "tenure_months", "segment", *FACTS]


def test_an_absent_or_empty_table_changes_no_column(small_tables: Make):
    nothing = build_snapshot(small_tables(accounts=[]), NOW)
    full = build_snapshot(small_tables(calls=[], sessions=[], messages=[], contacts=[], bills=[]), NOW)
    assert nothing.num_rows == 0
    assert nothing.schema.equals(full.schema, check_metadata=True)
    plain = {pa.int64(), pa.float64(), pa.bool_(), pa.string()}
    assert {full.schema.field(indicator.name).type for indicator in INDICATORS} <= plain


def test_each_feature_carries_its_words(small_tables: Make):
    tables = small_tables(accounts=[account("a", lives_alone=True)])
    table = build_snapshot(tables, NOW, indicators=of_group("accounts"))
    assert table.schema.field("lives_alone").metadata == {
        b"definition": b"attribute lives_alone of the accounts table",
        b"unit": b"",
        b"says": b"lives alone: {value}",
    }
    assert (table.schema.field("tenure_months").metadata or {})[b"unit"] == b"months"


def test_attributes_keep_their_kind(small_tables: Make):
    attributes = {"count": 3, "price": Decimal("1.25"), "flag": True, "word": "north"}
    table = build_snapshot(small_tables(accounts=[account("a", **attributes)]), NOW, indicators=())
    assert table.select(["count", "price", "flag", "word"]).to_pylist() == [
        {"count": 3, "price": 1.25, "flag": True, "word": "north"}
    ]
    assert table.schema.field("price").type == pa.float64()


def test_excluded_attributes_are_no_features(small_tables: Make):
    config = Config.from_dict({"time_zone": "UTC", "features": {"exclude": ["age", "segment"]}})
    tables = small_tables(accounts=[account("a", age=40)], config=config)
    assert build_snapshot(tables, NOW, indicators=()).column_names == [ACCOUNT, AS_OF, *FACTS]


def test_an_attribute_may_not_have_the_name_of_an_indicator(small_tables: Make):
    tables = small_tables(accounts=[account("a", tenure_months=3)])
    with pytest.raises(DataError, match=r"\['tenure_months'\] have names of indicators"):
        build_snapshot(tables, NOW)


def test_only_the_accounts_asked_for_are_described(small_tables: Make):
    tables = small_tables(accounts=[account("a"), account("b")], calls=[call("a"), call("b")])
    whole = build_snapshot(tables, NOW, indicators=of_group("calls"))
    one = build_snapshot(tables, NOW, accounts=[" b "], indicators=of_group("calls"))
    assert one.equals(whole.slice(1, 1))


def test_an_unknown_account_is_counted_and_not_named(small_tables: Make):
    with pytest.raises(AccountNotFoundError, match="1 of the accounts asked for"):
        build_snapshot(small_tables(), NOW, accounts=["a", "b"], indicators=())


def test_an_account_opened_later_is_not_known_yet(small_tables: Make):
    tables = small_tables(accounts=[account("a"), {"account_id": "b", "opened_at": "2026-07-02"}])
    assert build_snapshot(tables, NOW, indicators=())[ACCOUNT].to_pylist() == ["a"]


def test_names_and_words_follow_the_windows(small_tables: Make):
    config = Config(time_zone="UTC", currency="GBP", windows=Windows(7, 28))
    calls = [call("a", "2026-06-20 00:00"), call("a", "2026-06-28 00:00"), call("a", "2026-05-30 00:00")]
    table = build_snapshot(small_tables(calls=calls, config=config), NOW, indicators=of_group("calls"))
    assert table.select(["calls_7d", "calls_28d"]).to_pylist() == [{"calls_7d": 1, "calls_28d": 2}]
    assert table.schema.field("call_charges_7d").metadata == {
        b"definition": b"Charges for the calls of the last 7 days, in GBP; 0 without calls.",
        b"unit": b"GBP",
        b"says": b"{value} GBP of call charges in the last 7 days",
    }


def weekend_minutes_30d(calls: Cells) -> ibis.Value:
    """Minutes of calls at weekends, of my own."""
    return calls.total("seconds", SHORT, band="weekend") / 60


def longest_call_minutes(call_events: Rows) -> ibis.Value:
    """Minutes of the longest call."""
    return call_events.table.duration_s.max() / 60


def test_indicators_of_ones_own_join_the_others(small_tables: Make):
    mine = (
        Indicator(weekend_minutes_30d, unit="minutes", says="{value} minutes at weekends", group="calls"),
        Indicator(longest_call_minutes, unit="minutes", says="a call of {value} minutes", group="call_events"),
    )
    calls = [call("a", "2026-06-27 12:00", 120), call("a", seconds=300)]
    table = build_snapshot(small_tables(calls=calls), NOW, indicators=(*of_group("calls"), *mine))
    assert table.select(["weekend_minutes_30d", "longest_call_minutes"]).to_pylist() == [
        {"weekend_minutes_30d": 120 / 60, "longest_call_minutes": 300 / 60}
    ]


def wordless(calls: Cells) -> ibis.Value:
    return calls.total("calls")


def a_date(call_events: Rows) -> ibis.Value:
    """Moment of the last call."""
    return call_events.table.started_at.max()


@pytest.mark.parametrize(
    ("own", "why"),
    [
        (Indicator(wordless, "calls", "{value} calls", "calls"), "'wordless' needs a name, a docstring and a phrase"),
        (Indicator(weekend_minutes_30d, "minutes", "", "calls"), "needs a name, a docstring and a phrase"),
        (Indicator(weekend_minutes_30d, "minutes", "{value}", "phone"), "no group 'phone'"),
        (Indicator(a_date, "", "{value}", "call_events"), "a_date: a number, a boolean or a text was needed"),
        (replace(INDICATORS[0], says="another {value}"), f"taken twice: \\['{INDICATORS[0].name}'\\]"),
    ],
)
def test_an_indicator_that_cannot_be_used_is_refused(small_tables: Make, own: Indicator, why: str):
    with pytest.raises(FeatureError, match=why):
        build_snapshot(small_tables(calls=[]), NOW, indicators=(*INDICATORS[:1], own))


def test_usage_without_consent_changes_not_one_byte(small_tables: Make):
    accounts = [account("a"), account("b"), account("c")]
    consents = [usage_consent("a", granted=True), usage_consent("b", granted=False)]
    quiet, loud = (
        build_snapshot(
            small_tables(
                accounts=accounts,
                consents=consents,
                calls=[call("a"), *(call(name, seconds=n) for name in ("b", "c") for n in range(usage))],
                sessions=[
                    {"account_id": name, "started_at": "2026-06-24", "duration_s": 9, "bytes": 9, "network": "fixed"}
                    for name in "bc" * usage
                ],
                messages=[{"account_id": name, "sent_at": "2026-06-24"} for name in "bc" * usage],
            ),
            NOW,
            indicators=[indicator for indicator in INDICATORS if GROUPS[indicator.group].table in USAGE_TABLES],
        )
        for usage in (1, 20)
    )
    assert quiet.equals(loud, check_metadata=True)
    assert quiet["calls_30d"].to_pylist() == [1, None, None]


def test_indicators_from_other_tables_need_no_usage_consent(small_tables: Make):
    tables = small_tables(consents=[usage_consent("a", granted=False)])
    table = build_snapshot(tables, NOW, indicators=of_group("holdings"))
    assert table["products_held"].to_pylist() == [0]
