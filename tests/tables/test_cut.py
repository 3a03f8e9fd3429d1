from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from recommender.config import Config
from recommender.tables import Tables, catalogue, known_until, read_tables

Frames = dict[str, pa.Table]


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 12, tzinfo=UTC)


def days(*numbers: int | None) -> Any:
    return pa.array([None if number is None else day(number) for number in numbers], pa.timestamp("us", "UTC"))


def complaints(rows: list[tuple[str, int, int | None, str, int]]) -> pa.Table:
    ids, opened, resolved, status, recorded = zip(*rows, strict=True)
    return pa.table(
        {
            "complaint_id": list(ids),
            "account_id": ["007"] * len(ids),
            "opened_at": days(*opened),
            "resolved_at": days(*resolved),
            "status": list(status),
            "recorded_at": days(*recorded),
        }
    )


def known(tables: Tables, name: str, as_of: int, *columns: str) -> list[tuple[Any, ...]]:
    """Return rows of a table as known at a day, times as days of the month."""
    rows = tables.cut(day(as_of))[name].order_by(*columns).to_pyarrow().to_pylist()
    return [tuple(_plain(row[column]) for column in columns) for row in rows]


def _plain(value: Any) -> Any:
    return value.day if isinstance(value, datetime) else value


def test_a_row_is_known_from_the_moment_it_was_recorded(frames: Frames, config: Config):
    tables = read_tables(frames, config, check=False)
    assert known(tables, "calls", 6, "started_at") == [(4,)]
    assert known(tables, "calls", 7, "started_at") == [(4,), (6,)]


def test_the_cut_includes_its_moment_and_not_the_microsecond_before(frames: Frames, config: Config):
    tables = read_tables(frames, config, check=False)
    assert tables.cut(day(4))["calls"].count().to_pyarrow().as_py() == 1
    assert (
        tables.cut(day(4).replace(hour=11, minute=59, second=59, microsecond=999999))["calls"]
        .count()
        .to_pyarrow()
        .as_py()
        == 0
    )


def test_a_naive_moment_is_read_in_the_operators_time_zone(frames: Frames, config: Config):
    tables = read_tables(frames, config, check=False)
    one_hour_ahead = day(4).replace(tzinfo=None, hour=13)
    assert tables.cut(one_hour_ahead)["calls"].count().to_pyarrow().as_py() == 1


def test_of_versions_the_one_recorded_last_by_then_counts(frames: Frames, config: Config):
    frames["complaints"] = complaints(
        [("1", 3, None, "open", 3), ("1", 3, 8, "resolved", 9), ("1", 3, None, "open", 11)]
    )
    tables = read_tables(frames, config, check=False)
    assert [known(tables, "complaints", as_of, "status", "resolved_at") for as_of in (2, 8, 9, 11)] == [
        [],
        [("open", None)],
        [("resolved", 8)],
        [("open", None)],
    ]


def test_twins_of_a_complaint_recorded_last_are_all_kept(frames: Frames, config: Config):
    frames["complaints"] = complaints(
        [("1", 3, None, "open", 3), ("1", 3, 5, "resolved", 5), ("1", 4, None, "open", 5)]
    )
    tables = read_tables(frames, config, check=False)
    assert known(tables, "complaints", 6, "status", "opened_at") == [("open", 4), ("resolved", 3)]


def test_twins_of_a_complaint_without_recorded_at_are_all_kept(frames: Frames, config: Config):
    rows = complaints([("1", 3, None, "open", 3), ("1", 4, 5, "resolved", 5)])
    frames["complaints"] = rows.drop_columns(["recorded_at"])
    assert len(known(read_tables(frames, config, check=False), "complaints", 6, "status")) == 2


def test_without_recorded_at_a_resolution_is_unknown_until_it_has_passed(frames: Frames, config: Config):
    tables = read_tables(frames, config, check=False)
    columns = ("opened_at", "resolved_at", "status")
    assert known(tables, "complaints", 2, *columns) == []
    assert known(tables, "complaints", 8, *columns) == [(3, None, None)]
    assert known(tables, "complaints", 9, *columns) == [(3, 9, "resolved")]


def test_without_recorded_at_an_end_and_a_payment_are_unknown_until_they_have_passed(frames: Frames, config: Config):
    tables = read_tables(frames, config, check=False)
    assert known(tables, "holdings", 19, "account_id", "started_at", "ended_at", "ordered_at") == [
        ("007", 2, None, None),
        ("008", None, None, 5),
    ]
    assert known(tables, "holdings", 20, "account_id", "ended_at") == [("007", 20), ("008", None)]
    assert known(tables, "bills", 13, "paid_at") == [(None,)]
    assert known(tables, "bills", 14, "paid_at") == [(14,)]


def test_with_recorded_at_a_foreseen_end_is_known(frames: Frames, config: Config):
    frames["holdings"] = frames["holdings"].append_column("recorded_at", days(2, 5))
    assert known(read_tables(frames, config, check=False), "holdings", 6, "account_id", "ended_at") == [
        ("007", 20),
        ("008", None),
    ]


def test_an_order_that_starts_later_is_pending(frames: Frames, config: Config):
    frames["holdings"] = pa.table(
        {
            "account_id": ["007"],
            "product_id": ["wifi"],
            "started_at": days(9),
            "ended_at": days(None),
            "ordered_at": days(5),
        }
    )
    tables = read_tables(frames, config, check=False)
    assert known(tables, "holdings", 6, "ordered_at", "started_at") == [(5, None)]


def test_what_has_no_moment_at_all_is_always_known(frames: Frames, config: Config):
    frames["accounts"] = frames["accounts"].drop_columns(["recorded_at"])
    tables = read_tables(frames, config, check=False)
    assert known(tables, "accounts", 1, "account_id") == [("007",), ("008",)]
    assert tables.cut(datetime(1990, 1, 1, tzinfo=UTC))["accounts"].account_id.to_pyarrow().to_pylist() == ["008"]


def test_ties_that_no_check_refused_are_broken_the_same_way_whatever_the_order(frames: Frames, config: Config):
    twice = pa.concat_tables([frames["contacts"], frames["contacts"].set_column(5, "outcome", pa.array(["accepted"]))])
    found = []
    for rows in (twice, twice.take([1, 0])):
        tables = read_tables(frames | {"contacts": rows}, config, check=False)
        found.append(known(tables, "contacts", 9, "outcome"))
    assert found == [[("accepted",)], [("accepted",)]]


def test_rows_recorded_later_change_nothing_before(frames: Frames, config: Config):
    late = complaints([("1", 3, None, "open", 3), ("1", 3, 4, "resolved", 20), ("2", 3, None, "open", 21)])
    tables, without = (
        read_tables(frames | {"complaints": rows}, config, check=False) for rows in (late, late.slice(0, 1))
    )
    assert tables.cut(day(19))["complaints"].to_pyarrow().equals(without.cut(day(19))["complaints"].to_pyarrow())


def test_cutting_twice_is_cutting_at_the_earlier_moment(frames: Frames, config: Config):
    tables = read_tables(frames, config, check=False)
    assert known(tables.cut(day(25)), "holdings", 10, "account_id", "ended_at") == known(
        tables, "holdings", 10, "account_id", "ended_at"
    )


@pytest.mark.parametrize(
    ("feed", "as_of", "expected"),
    [
        ("contacts", 20, day(10)),  # the feeds table says so
        ("contacts", 9, day(9)),  # and never later than the moment itself
        ("calls", 20, day(7)),  # else the newest row recorded
        ("calls", 6, day(4)),
        ("calls", 1, None),  # nothing known yet
        ("sessions", 20, None),  # no such table
    ],
)
def test_known_until(feed: str, as_of: int, expected: datetime | None, frames: Frames, config: Config):
    assert known_until(read_tables(frames, config, check=False), feed, day(as_of)) == expected


def test_a_feed_that_is_complete_may_be_empty(frames: Frames, config: Config):
    frames["contacts"] = frames["contacts"].slice(0, 0)
    assert known_until(read_tables(frames, config, check=False), "contacts", day(20)) == day(10)


def test_without_feeds_an_empty_table_is_known_until_never(frames: Frames, config: Config):
    frames["contacts"] = frames["contacts"].slice(0, 0)
    del frames["feeds"]
    assert known_until(read_tables(frames, config, check=False), "contacts", day(20)) is None


def test_the_catalogue_has_prices_in_the_currency_and_offers_what_it_does_not_forbid(frames: Frames, config: Config):
    found = {product.product_id: product for product in catalogue(read_tables(frames, config, check=False)).products}
    assert {name: str(product.monthly_price) for name, product in found.items()} == {
        "bundle": "0.10",
        "calls": "None",
        "wifi": "9.99",
    }
    assert {name: product.is_offered for name, product in found.items()} == {
        "bundle": False,
        "calls": True,
        "wifi": True,
    }
    assert found["calls"].requires == (("wifi", "bundle"),)
    assert found["bundle"].includes == ("wifi", "calls")


def test_the_catalogue_takes_the_newest_version(frames: Frames, config: Config):
    products = frames["products"]
    dearer = products.slice(0, 1).set_column(1, "name", pa.array(["New"]))
    both = [products.append_column("recorded_at", days(1, 1, 1)), dearer.append_column("recorded_at", days(2))]
    names = [
        one.name
        for one in catalogue(read_tables(frames | {"products": pa.concat_tables(both)}, config, check=False)).products
    ]
    assert sorted(names) == ["Both", "Free calls", "New"]


def test_a_version_that_a_later_one_replaced_is_there_again_in_an_earlier_cut_of_a_cut(frames: Frames, config: Config):
    versions = complaints([("c1", 1, None, "open", 2), ("c1", 1, 5, "closed", 6)])
    tables = read_tables({**frames, "complaints": versions}, config, check=False)
    again = tables.cut(day(10)).cut(day(3))
    assert again["complaints"].status.to_pyarrow().to_pylist() == ["open"]


def test_complaints_of_two_accounts_that_share_an_id_are_two(frames: Frames, config: Config):
    shared = complaints([("c1", 1, None, "open", 2), ("c1", 1, 5, "closed", 6)])
    two = shared.set_column(1, "account_id", pa.array(["007", "008"]))
    tables = read_tables({**frames, "complaints": two}, config, check=False)
    assert known(tables, "complaints", 10, "account_id", "status") == [("007", "open"), ("008", "closed")]
