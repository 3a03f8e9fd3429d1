"""A recheck takes away and never adds."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recommender
from recommender.config import Config
from recommender.errors import DataError, OutputError

MADE = datetime(2026, 7, 1, tzinfo=UTC)
NOW = MADE + timedelta(hours=3)
TICK = timedelta(microseconds=1)


def offers(*rows):
    """Return offers from (account, rank) pairs, good until an hour from now."""
    frame = pd.DataFrame(rows, columns=["account_id", "rank"]).astype({"rank": "int8"})
    return frame.assign(decided_at=pd.Timestamp(MADE), valid_until=pd.Timestamp(NOW + timedelta(hours=1)))


def complaints(account="nobody", opened=NOW - timedelta(hours=1), resolved=None, status="Open"):
    row = {"account_id": [account], "opened_at": [opened], "resolved_at": [resolved], "status": [status]}
    return pd.DataFrame(row)


FOUR = offers(("a", 1), ("a", 2), ("b", 1), ("c", 1))


def left(found):
    return list(zip(found["account_id"], found["rank"], strict=True))


def test_a_complaint_since_takes_every_offer_of_its_account():
    found = recommender.recheck(FOUR, complaints("a"), as_of=NOW)
    assert left(found) == [("b", 1), ("c", 1)]
    assert list(found.columns) == list(FOUR.columns)


def test_what_stays_keeps_its_order_and_its_rank():
    turned = FOUR.iloc[::-1].assign(valid_until=[NOW - TICK if rank == 1 else NOW for rank in FOUR["rank"][::-1]])
    assert left(recommender.recheck(turned, complaints(), as_of=NOW)) == [("a", 2)]


@pytest.mark.parametrize(("late", "stays"), [(-TICK, False), (0 * TICK, True), (TICK, True)])
def test_an_offer_stands_until_its_last_moment(late, stays):
    one = FOUR.head(1).assign(valid_until=NOW + late)
    assert len(recommender.recheck(one, complaints(), as_of=NOW)) == stays


def test_an_offer_without_an_end_does_not_stand():
    frame = FOUR.assign(valid_until=pd.Series([pd.NaT] * 4, dtype="datetime64[us, UTC]"))
    assert recommender.recheck(frame, complaints(), as_of=NOW).empty


@pytest.mark.parametrize(
    ("complaint", "stays"),
    [
        ({}, False),
        ({"resolved": NOW, "status": "Closed"}, False),
        ({"opened": MADE - timedelta(days=9), "resolved": NOW - timedelta(days=7), "status": "Closed"}, True),
        ({"opened": MADE - timedelta(days=9), "resolved": NOW - timedelta(days=7) + TICK, "status": "Closed"}, False),
        ({"opened": MADE - timedelta(days=9), "resolved": NOW - timedelta(days=8), "status": "Pending"}, False),
        ({"opened": NOW + TICK}, True),
    ],
)
def test_unresolved_means_what_it_means_to_the_policy(complaint, stays):
    found = recommender.recheck(FOUR.head(1), complaints("a", **complaint), as_of=NOW, complaints_known_until=NOW)
    assert len(found) == stays


@pytest.mark.parametrize("hours", [24, 24.001])
def test_complaints_older_than_their_limit_take_every_offer(hours):
    known, frame = NOW - timedelta(hours=hours), FOUR
    if hours == 24:
        assert len(recommender.recheck(frame, complaints(), as_of=NOW, complaints_known_until=known)) == 4
    else:
        with pytest.warns(recommender.StaleDataWarning):
            assert recommender.recheck(frame, complaints(), as_of=NOW, complaints_known_until=known).empty


def test_no_complaints_and_no_word_of_how_fresh_they_are_take_every_offer():
    with pytest.warns(recommender.StaleDataWarning):
        assert recommender.recheck(FOUR, complaints().head(0), as_of=NOW).empty


def test_a_complaint_dated_in_the_future_does_not_make_the_feed_fresh():
    later = complaints(opened=NOW + timedelta(days=900))
    with pytest.warns(recommender.StaleDataWarning):
        assert recommender.recheck(FOUR, later, as_of=NOW).empty


def test_a_recheck_before_the_decision_is_refused():
    with pytest.raises(DataError, match="cannot come before"):
        recommender.recheck(FOUR, complaints(), as_of=MADE - TICK)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: f.drop(columns="valid_until"), r"\['valid_until'\]"),
        (lambda f: f.assign(account_id=[1.0, 2.0, 3.0, 4.0]), "floats"),
        (lambda f: f.assign(account_id=["a", None, "b", "c"]), "some are empty"),
        (lambda f: f.assign(account_id=["a", " ", "b", "c"]), "some are empty"),
        (lambda f: f.assign(account_id=pd.Categorical([1.0, 2.0, 3.0, 4.0])), "floats"),
        (lambda f: f.assign(valid_until="soon"), "valid_until must be a timestamp"),
        (lambda _: 5, "int came"),
        (lambda _: "nowhere", "no such file"),
    ],
)
def test_wrong_offers_are_one_sentence(change, sentence):
    with pytest.raises(DataError, match=sentence):
        recommender.recheck(change(FOUR), complaints(), as_of=NOW)


def test_ids_that_lost_their_zeros_are_refused():
    with pytest.raises(DataError, match="complaints have leading zeros"):
        recommender.recheck(FOUR.assign(account_id=[7, 8, 9, 10]), complaints("007"), as_of=NOW)


def test_the_input_is_not_changed():
    before, complained = FOUR.copy(deep=True), complaints("a")
    recommender.recheck(FOUR, complained, as_of=NOW)
    pd.testing.assert_frame_equal(FOUR, before)
    pd.testing.assert_frame_equal(complained, complaints("a"))


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=6),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["open", "closed", None])), max_size=4),
)
@settings(deadline=None)
def test_what_stays_is_a_subsequence_without_the_accounts_that_complain(rows, complained):
    frame = offers(*rows)
    new = pd.concat([complaints(), *(complaints(a, resolved=NOW - TICK, status=word) for a, word in complained)])
    found = left(recommender.recheck(frame, new, as_of=NOW))
    assert found == [pair for pair in rows if pair[0] not in {account for account, _ in complained}]


@pytest.fixture(scope="module")
def saved(rows, trained, until, tmp_path_factory):
    folder = tmp_path_factory.mktemp("offers")
    recommender.score(rows, trained, folder, as_of=until)
    return folder


def test_a_folder_is_rechecked_by_its_own_settings_and_can_be_again(saved, until, tmp_path):
    made = pd.read_parquet(saved / "offers.parquet")
    first, second = made["account_id"].unique()[:2]
    summary = recommender.write_recheck(
        saved, complaints(first, opened="2026-07-01T00:30"), tmp_path / "one", as_of=until + timedelta(hours=1)
    )
    kept, removed = (pq.read_table(tmp_path / "one" / f"{name}.parquet") for name in ("offers", "removed"))
    assert set(removed["account_id"].to_pylist()) == {first}
    assert removed["removed_because"].to_pylist() == [["open_complaint"]] * removed.num_rows
    assert summary["kept"] + summary["removed"] == kept.num_rows + removed.num_rows == len(made)
    assert summary["exit_status"] == 0
    recommender.write_recheck(
        tmp_path / "one", complaints(second, until), tmp_path / "two", as_of=until + timedelta(hours=2)
    )
    again = pd.read_parquet(tmp_path / "two" / "offers.parquet")
    assert set(made["account_id"]) - set(again["account_id"]) == {first, second}
    one, two = (json.loads((tmp_path / name / "summary.json").read_text())["settings"] for name in ("one", "two"))
    assert one == two


def test_results_are_not_overwritten(saved, until):
    with pytest.raises(OutputError, match="earlier job"):
        recommender.write_recheck(saved, complaints(), saved, as_of=until, complaints_known_until=until)


def test_a_folder_whose_job_has_not_finished_is_refused(saved, until, tmp_path):
    shutil.copytree(saved, tmp_path / "half")
    (tmp_path / "half" / "_SUCCESS").unlink()
    with pytest.raises(DataError, match="has no _SUCCESS, so what is here may not be whole"):
        recommender.recheck(tmp_path / "half", complaints(), as_of=until)


def test_the_offers_of_a_folder_are_those_of_its_parts(saved, until):
    by_folder, by_part = (
        recommender.recheck(path, complaints(), as_of=until, complaints_known_until=until)
        for path in (saved, saved / "offers.parquet")
    )
    assert len(by_folder) > 100
    pd.testing.assert_frame_equal(by_folder, by_part)


def test_a_killed_recheck_is_done_again(saved, until, tmp_path):
    for _ in range(2):
        recommender.write_recheck(saved, complaints(), tmp_path / "one", as_of=until, complaints_known_until=until)
        (tmp_path / "one" / "_SUCCESS").unlink()
    with pytest.raises(DataError, match="has no _SUCCESS"):
        recommender.recheck(tmp_path / "one", complaints(), as_of=until)


def test_a_frame_needs_a_folder_named():
    with pytest.raises(OutputError, match="has to be named"):
        recommender.write_recheck(FOUR, complaints(), as_of=NOW)


def test_settings_may_be_handed_in():
    resolved = complaints("a", opened=MADE - timedelta(days=9), resolved=NOW - timedelta(days=1), status="solved")
    config = Config.from_dict({"policy": {"open_complaint": {"cool_off_days": 0}}})
    found = recommender.recheck(FOUR, resolved, as_of=NOW, complaints_known_until=NOW, config=config)
    assert len(found) == 4
