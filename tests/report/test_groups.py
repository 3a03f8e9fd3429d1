from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.config import Config
from recommender.errors import DataError
from recommender.report.groups import group_rates, read_groups
from recommender.report.run import ABOUT_PRODUCT, Outcome
from recommender.schema import ACCOUNT


def outcome(offers, is_scored=None, fitting=None, passing=None, could=None):
    n = len(offers)
    ones = np.ones(n, np.int64)
    return Outcome(
        account_id=pa.array([f"A{i}" for i in range(n)]),
        is_scored=np.ones(n, bool) if is_scored is None else np.array(is_scored, bool),
        could=ones if could is None else np.array(could, np.int64),
        fitting=ones if fitting is None else np.array(fitting, np.int64),
        passing=ones if passing is None else np.array(passing, np.int64),
        offers=np.array(offers, np.int64),
        against=np.zeros(n, np.uint32),
        codes=("open_complaint",),
    )


def marked(first, second, of):
    return [1] * first + [0] * (of - first) + [1] * second + [0] * (of - second)


def two_groups(first, second, of=100):
    """`first` and `second` accounts of each `of` are offered something; the one product fits everybody."""
    return group_rates(["a"] * of + ["b"] * of, outcome(marked(first, second, of)))


def test_the_ratio_is_to_all_other_accounts():
    a, b = two_groups(40, 50)
    assert (a.name, a.accounts, a.fits.value, a.offered.value) == ("a", 100, 1.0, 0.4)
    assert a.offered.ratio == pytest.approx(0.40 / 0.50)
    assert b.offered.ratio == pytest.approx(0.50 / 0.40)
    spread = np.sqrt(1 / 40 - 1 / 100 + 1 / 50 - 1 / 100)
    expected = (0.8 * np.exp(-1.96 * spread), 0.8 * np.exp(1.96 * spread))
    assert (a.offered.low, a.offered.high) == pytest.approx(expected)


@pytest.mark.parametrize(("first", "is_apart"), [(400, False), (399, True), (500, False), (625, False), (626, True)])
@pytest.mark.parametrize("of_what", ["offers", "fitting", "passing"])
def test_a_ratio_outside_four_fifths_to_five_quarters_is_apart(first, is_apart, of_what):
    found = outcome(**{"offers": [1] * 2_000, of_what: marked(first, 500, 1_000)})
    assert group_rates(["a"] * 1_000 + ["b"] * 1_000, found)[0].is_apart is is_apart


def test_a_small_group_is_never_apart():
    assert not any(group.is_apart for group in two_groups(1, 20, of=29))


def test_before_and_after_are_shares_of_what_an_account_could_take():
    found = outcome([1, 1, 0, 0], could=[8, 4, 2, 0], fitting=[4, 4, 1, 0], passing=[2, 0, 1, 0])
    a, b = group_rates(["a", "a", "b", "b"], found)
    assert a.fits.value == pytest.approx((4 / 8 + 4 / 4) / 2)
    assert a.passes.value == pytest.approx((2 / 8 + 0 / 4) / 2)
    assert b.fits.value == b.passes.value == pytest.approx(1 / 2)  # who could take nothing has no share
    assert a.fits.ratio == pytest.approx(0.75 / 0.5)
    fours = np.array([0.5, 1.0])
    spread = np.sqrt(fours.var() / (2 * fours.mean() ** 2))  # of b, one share has no spread
    assert a.fits.high == pytest.approx(1.5 * np.exp(1.96 * spread))


def test_who_objected_is_not_among_those_before_the_policy():
    found = outcome([1, 0, 0, 0], is_scored=[True, True, False, True], fitting=[1, 0, 0, 1], passing=[1, 0, 0, 0])
    (group,) = group_rates(["a"] * 4, found)
    assert (group.fits.value, group.passes.value, group.offered.value) == (2 / 3, 1 / 4, 1 / 4)
    assert np.isnan(group.fits.ratio)
    assert not group.is_apart


def test_groups_are_read_by_account_from_frames_snapshots_and_raw_tables(run, rows, operator, tmp_path):
    pq.write_table(rows, tmp_path / "snapshot.parquet")
    expected = dict(zip(rows[ACCOUNT].to_pylist(), rows["segment"].to_pylist(), strict=True))
    ids = run.outcome.account_id.to_pylist()
    for source in (rows, rows.to_pandas()[[ACCOUNT, "segment"]][::-1], tmp_path / "snapshot.parquet", operator):
        found = read_groups(source, ["segment"], run.outcome, Config(time_zone="UTC"))["segment"]
        assert found == [expected[account] or "unknown" for account in ids]


def test_a_number_with_many_values_is_cut_at_its_quartiles():
    n = 100
    frame = pd.DataFrame({ACCOUNT: [f"A{i}" for i in range(n)], "age": [float(i) for i in range(n - 1)] + [None]})
    found = read_groups(frame, ["age"], outcome([0] * n), Config())["age"]
    assert {name: found.count(name) for name in dict.fromkeys(found)} == {
        "0 to 24.5": 25,
        "24.5 to 49": 25,
        "49 to 73.5": 24,
        "73.5 to 98": 25,
        "unknown": 1,
    }


def test_a_column_that_is_not_there_is_named(run, rows):
    with pytest.raises(DataError, match=r"there is no column \['colour'\]"):
        read_groups(rows, ["colour"], run.outcome, Config())


def test_a_column_of_many_texts_is_refused(run, rows):
    with pytest.raises(DataError, match="'account_id' has more than 12 values"):
        read_groups(rows, [ACCOUNT], run.outcome, Config())


def test_what_became_of_each_account_is_the_same_whatever_the_parts_of_the_file(scored, run, tmp_path):
    table = pq.read_table(scored / "dispositions.parquet").unify_dictionaries()
    pq.write_table(table, tmp_path / "cut.parquet", row_group_size=97)
    cut = replace(run, files={**run.files, "dispositions.parquet": (tmp_path / "cut.parquet",)}).outcome
    assert cut is not None
    assert cut.account_id.to_pylist() == run.outcome.account_id.to_pylist()
    for name in ("is_scored", "could", "fitting", "passing", "offers", "against"):
        assert np.array_equal(getattr(cut, name), getattr(run.outcome, name)), name


def test_what_became_of_each_account_agrees_with_its_dispositions(scored, run):
    pairs = recommender.read_dispositions(scored / "dispositions.parquet")
    of_account = dict(list(pairs.groupby("account_id")))
    for i, account in enumerate(run.outcome.account_id.to_pylist()):
        own = of_account[account]
        assert run.outcome.offers[i] == (own["disposition"] == "offered").sum()
        assert run.outcome.is_scored[i] == own["propensity"].notna().any()
        against = set.intersection(*(set(reasons) for reasons in own["reasons"]))
        assert {code for code in run.outcome.codes if run.outcome.stands_against(code)[i]} == against
        about_product = own["reasons"].map(lambda reasons: bool({*ABOUT_PRODUCT} & {*reasons}))
        assert run.outcome.could[i] == (~about_product).sum()
        passes = own["disposition"].isin(["offered", "outranked"])
        assert run.outcome.passing[i] == passes.sum()
        assert passes.sum() <= run.outcome.fitting[i] <= run.outcome.could[i]
    assert (run.outcome.passing < run.outcome.fitting).any()
