"""The lists of a snapshot, whatever order and types an engine collects them in."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from recommender.snapshots.lists import sorted_lists

MOMENT = pa.timestamp("us", "UTC")
SPAN = pa.struct([("at", MOMENT), ("word", pa.string())])


def test_texts_are_ordered_by_their_bytes_and_not_by_a_language():
    lists = pa.array([["b", "A", "_", "ä", "a"]], pa.list_(pa.string()))
    assert sorted_lists(lists, lists.type).to_pylist() == [["A", "_", "a", "b", "ä"]]


def test_structs_are_ordered_by_their_first_field_and_then_by_the_next():
    at = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2)]
    entries = [{"at": at[1], "word": "a"}, {"at": at[0], "word": "b"}, {"at": at[0], "word": "a"}]
    found: Any = sorted_lists(pa.array([entries], pa.list_(SPAN)), pa.list_(SPAN)).to_pylist()
    assert [(one["at"].day, one["word"]) for one in found[0]] == [(1, "a"), (1, "b"), (2, "a")]


def test_nothing_comes_after_everything():
    entries = [{"at": None, "word": None}, {"at": datetime(2026, 1, 1, tzinfo=UTC), "word": None}]
    found: Any = sorted_lists(pa.array([entries], pa.list_(SPAN)), pa.list_(SPAN)).to_pylist()
    assert [one["at"] is None for one in found[0]] == [False, True]


@pytest.mark.parametrize("text", ["2026-01-01 00:00:00.5", "2026-01-01T00:00:00.500000"])
def test_a_time_may_be_a_text_in_utc(text):
    lists = pa.array([[{"at": text, "word": "a"}]])
    found: Any = sorted_lists(lists, pa.list_(SPAN)).to_pylist()
    assert found[0][0]["at"] == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)


def test_lists_of_a_slice_stay_with_their_rows():
    lists = pa.array([["z"], None, [], ["b", "a"], ["c"]], pa.large_list(pa.large_string())).slice(1)
    assert sorted_lists(lists, pa.list_(pa.string())).to_pylist() == [[], [], ["a", "b"], ["c"]]
