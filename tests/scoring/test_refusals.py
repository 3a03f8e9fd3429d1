import sys
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import recommender
from recommender.errors import ConfigError, ContractError, DataError, ModelError, OutputError


@pytest.fixture(scope="module")
def account(rows, trained, until):
    return recommender.predict(rows, trained, as_of=until)["account_id"].iloc[0]


def complaint(account, opened_at):
    row = {"account_id": [account], "opened_at": [opened_at], "resolved_at": [None], "status": ["open"]}
    return pd.DataFrame(row)


def test_a_complaint_for_no_account_is_warned_of(rows, trained, until):
    shortened = complaint(7, until)
    with pytest.warns(recommender.UnknownAccountWarning, match="1 of the 1 handed in name accounts that are not"):
        recommender.predict(rows, trained, complaints=shortened, as_of=until)


def test_padded_ids_of_a_snapshot_meet_the_complaints(rows, trained, until, account):
    padded = rows.set_column(0, "account_id", pa.array([f" {one} " for one in rows.column("account_id").to_pylist()]))
    later = until + timedelta(hours=1)
    found = recommender.predict(padded, trained, complaints=complaint(account, until), as_of=later)
    assert account not in set(found["account_id"])
    assert not found.empty


def test_a_categorical_id_is_read_as_text(rows, trained, until, account):
    frame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    frame["account_id"] = frame["account_id"].astype(str).astype("category")
    assert account in set(recommender.predict(frame, trained, as_of=until)["account_id"])


def test_complaints_are_not_known_beyond_the_decision(rows, trained, until, account):
    stated = recommender.recommend(
        rows, trained, as_of=until, complaints=complaint(account, until), complaints_known_until="2099-01-01"
    )
    assert stated.offers["valid_until"].max() <= until + timedelta(hours=24)


@pytest.mark.parametrize("k", [4, -1, True, 1.5, "2"])
def test_more_than_three_offers_are_refused(rows, trained, until, k):
    with pytest.raises(ConfigError, match="0 to 3 offers per account were needed"):
        recommender.predict(rows, trained, as_of=until, k=k)


def test_a_date_is_midnight_in_the_operators_time_zone(rows, trained, until):
    found = recommender.predict(rows, trained, as_of=date(2026, 7, 1))
    assert (found["decided_at"] == until).all()


@pytest.mark.parametrize("as_of", [20260701, np.datetime64("2026-07-01"), pd.NaT, "0001-01-01", "tomorrow"])
def test_what_is_no_moment_is_one_sentence(rows, trained, as_of):
    with pytest.raises(ConfigError, match="a moment"):
        recommender.predict(rows, trained, as_of=as_of)


@pytest.mark.parametrize("accounts", ["A0000001", [1], [None]])
def test_accounts_are_a_list_of_texts(rows, trained, until, accounts):
    with pytest.raises(DataError, match="a list of ids, each a text, was needed"):
        recommender.predict(rows, trained, accounts=accounts, as_of=until)


@pytest.mark.parametrize("model", [None, 5])
def test_what_is_no_model_is_one_sentence(rows, until, model):
    with pytest.raises(ModelError, match="A model or the folder of one was needed"):
        recommender.predict(rows, model, as_of=until)


@pytest.mark.parametrize(
    "complaints",
    [
        {"account_id": ["A", 5], "opened_at": ["2026-07-01"] * 2, "resolved_at": [None] * 2, "status": ["open"] * 2},
        {"account_id": ["A"], "opened_at": [], "resolved_at": [], "status": []},
    ],
)
def test_complaints_that_are_no_table_are_one_sentence(rows, trained, until, complaints):
    with pytest.raises(DataError, match="cannot be read"):
        recommender.predict(rows, trained, complaints=complaints, as_of=until)


def test_complaints_with_ids_of_another_kind_are_one_sentence(rows, trained, until):
    with pytest.raises(ContractError, match="account_id must be text"):
        recommender.predict(rows, trained, complaints=complaint(b"A0000001", until), as_of=until)


def test_an_account_that_stands_twice_in_a_snapshot_is_refused(rows, trained, until):
    with pytest.raises(DataError, match="2 rows repeat an account"):
        recommender.predict(pa.concat_tables([rows, rows.slice(0, 2)]), trained, as_of=until)


def test_a_snapshot_whose_moment_is_text_is_refused(rows, trained, until):
    as_text = rows.set_column(rows.schema.get_field_index("as_of"), "as_of", pa.array(["2026"] * rows.num_rows))
    with pytest.raises(DataError, match="its as_of is no moment"):
        recommender.predict(as_text, trained, as_of=until)


def test_a_feature_that_is_wholly_unknown_scores_as_unknown(rows, trained, until):
    place = rows.schema.get_field_index("household_size")
    unknown = rows.set_column(place, "household_size", pa.nulls(rows.num_rows, pa.string()))
    same = rows.set_column(place, "household_size", pa.nulls(rows.num_rows, pa.int64()))
    found, expected = (recommender.predict(one, trained, as_of=until) for one in (unknown, same))
    pd.testing.assert_frame_equal(found, expected)


def test_a_price_that_is_known_later_changes_no_offer_before(operator, trained, until, account, tmp_path):
    for path in operator.glob("*.parquet"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "recommender.toml").write_bytes((operator / "recommender.toml").read_bytes())
    products = pd.read_parquet(operator / "products.parquet")
    now = products.assign(recorded_at=pd.Timestamp("2020-01-01", tz="UTC"))
    dearer = products.assign(recorded_at=pd.Timestamp("2026-08-01", tz="UTC"), monthly_price=99)
    pd.concat([now, dearer.astype(now.dtypes)]).to_parquet(tmp_path / "products.parquet")
    found = recommender.predict(tmp_path, trained, accounts=[account], as_of=until)
    assert (found["bill_change"] < 50).all()
    assert not found.empty


def test_a_system_without_locks_is_told_so_by_the_job_and_decides_all_the_same(
    rows, trained, until, monkeypatch, tmp_path
):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with pytest.raises(OutputError, match="locks of a POSIX system"):
        recommender.score(rows, trained, tmp_path / "offers", as_of=until)
    assert not (tmp_path / "offers").exists()
    assert len(recommender.predict(rows, trained, as_of=until))
