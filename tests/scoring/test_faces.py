from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.errors import AccountNotFoundError, ContractError, DataError, ModelError
from recommender.schema import DISPOSITION_COLUMNS, OFFER_COLUMNS


@pytest.fixture(scope="module")
def offers(rows, trained, until):
    return recommender.predict(rows, trained, as_of=until)


def complaining(account, opened_at):
    row = {"account_id": [account], "opened_at": [opened_at], "resolved_at": [None], "status": ["Open"]}
    return pd.DataFrame(row)


def with_unresolved_complaint(rows, until):
    """Return the accounts that a plain loop over the spans finds unresolved."""
    spans = zip(rows.column("account_id").to_pylist(), rows.column("complaint_spans").to_pylist(), strict=True)
    return {account for account, held in spans for span in held if span["opened_at"] <= until < span["open_until"]}


def test_there_are_offers_and_their_columns_are_as_documented(offers):
    assert len(offers) > 100
    assert tuple(offers.columns) == OFFER_COLUMNS


def test_no_account_gets_more_than_three_offers_and_ranks_count_from_one(offers):
    ranks = offers.groupby("account_id")["rank"].apply(list)
    assert set(map(tuple, ranks)) <= {(1,), (1, 2), (1, 2, 3)}


def test_offers_are_ordered_by_account_and_rank(offers):
    assert offers[["account_id", "rank"]].equals(offers[["account_id", "rank"]].sort_values(["account_id", "rank"]))


def test_every_offer_says_why_in_figures_of_the_account(offers, rows):
    snapshot = rows.to_pandas().set_index("account_id")
    for offer in offers.head(200).itertuples():
        assert offer.reason
        assert all(name in snapshot.columns or name.startswith("held:") for name in offer.reason_features)


def test_an_account_with_an_unresolved_complaint_gets_no_offer(offers, rows, until):
    unresolved = with_unresolved_complaint(rows, until)
    assert len(unresolved) > 5
    assert not unresolved & set(offers["account_id"])


def test_tables_and_their_folder_and_their_snapshot_give_the_same_offers(
    operator, tables, rows, trained, until, offers
):
    some = sorted(set(offers["account_id"]))[:20]
    expected = offers[offers["account_id"].isin(some)].reset_index(drop=True)
    for source in (operator, tables, rows, recommender.snapshot(tables, until)):
        found = recommender.predict(source, trained, accounts=some, as_of=until)
        pd.testing.assert_frame_equal(found, expected)


def test_a_snapshot_file_gives_the_same_offers(rows, trained, until, offers, tmp_path):
    pq.write_table(rows, tmp_path / "snapshot.parquet")
    pd.testing.assert_frame_equal(recommender.predict(tmp_path / "snapshot.parquet", trained, as_of=until), offers)


def test_the_order_of_the_rows_does_not_matter(rows, trained, until, offers):
    turned = rows.take(pa.array(range(rows.num_rows - 1, -1, -1)))
    found = recommender.predict(turned, trained, as_of=until)
    pd.testing.assert_frame_equal(found, offers)


def test_a_complaint_opened_after_the_snapshot_takes_the_offers_away(rows, trained, until, offers):
    account = offers["account_id"].iloc[0]
    opened = until + timedelta(hours=1)
    found = recommender.predict(
        rows, trained, complaints=complaining(account, opened), as_of=until + timedelta(hours=2)
    )
    assert set(offers["account_id"]) - set(found["account_id"]) == {account}


def test_complaints_may_be_handed_in_as_a_csv_file(rows, trained, until, offers, tmp_path):
    account = offers["account_id"].iloc[0]
    (tmp_path / "new.csv").write_text(
        f"account_id,opened_at,resolved_at,status\n {account} ,2026-07-01 01:00,,in progress\n"
    )
    found = recommender.predict(
        rows, trained, complaints=tmp_path / "new.csv", as_of=until + timedelta(hours=2), accounts=[account]
    )
    assert found.empty


def test_a_stale_feed_withholds_every_offer_and_warns(rows, trained, until):
    with pytest.warns(recommender.StaleDataWarning, match="complaints"):
        found = recommender.predict(rows, trained, as_of=until + timedelta(days=2))
    assert found.empty


def test_left_out_as_of_means_now_so_that_old_data_give_no_offer(rows, trained):
    with pytest.warns(recommender.StaleDataWarning):
        assert recommender.predict(rows, trained).empty


def test_recommend_accounts_for_every_pair(rows, trained, until):
    found = recommender.recommend(rows, trained, as_of=until)
    assert tuple(found.dispositions.columns) == DISPOSITION_COLUMNS
    assert len(found.dispositions) == sum(found.counts.values()) == rows.num_rows * 38
    assert (found.dispositions["disposition"] == "offered").sum() == len(found.offers)
    suppressed = found.dispositions["disposition"] == "suppressed"
    assert (found.dispositions["reasons"].map(len) > 0).equals(suppressed)


def test_a_naive_moment_is_read_in_the_zone_of_the_folder_and_not_in_that_of_the_model(
    operator, trained, offers, tmp_path
):
    for path in operator.glob("*.parquet"):
        (tmp_path / path.name).symlink_to(path)
    own = (operator / "recommender.toml").read_text()
    (tmp_path / "recommender.toml").write_text(own.replace("Europe/Berlin", "America/New_York"))
    some = sorted(set(offers["account_id"]))[:5]
    found = recommender.predict(tmp_path, trained, accounts=some, as_of="2026-07-01T00:00")
    assert set(found["decided_at"]) == {pd.Timestamp("2026-07-01T04:00Z")}


def test_an_unknown_account_is_one_sentence_without_its_id(rows, trained, until):
    with pytest.raises(AccountNotFoundError, match="1 of the 2 accounts asked for") as caught:
        recommender.predict(rows, trained, accounts=["A0000001", "0815"], as_of=until)
    assert "0815" not in str(caught.value)


def test_a_wrong_path_is_one_sentence(trained, until, tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        recommender.predict(tmp_path / "nowhere", trained, as_of=until)
    with pytest.raises(ModelError, match="nowhere"):
        recommender.predict(tmp_path, tmp_path / "nowhere", as_of=until)


def test_a_damaged_snapshot_file_is_one_sentence(rows, trained, until, tmp_path):
    path = tmp_path / "snapshot.parquet"
    pq.write_table(rows, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="not a readable snapshot"):
        recommender.predict(path, trained, as_of=until)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"account_id": [7.0]}, "account_id holds floats"),
        ({"account_id": [" "]}, "blank in 1 rows"),
        ({"opened_at": [3]}, "a moment was needed"),
        ({"opened_at": ["yesterday"]}, "a moment such as"),
    ],
)
def test_wrong_complaints_are_one_sentence(rows, trained, until, change, sentence):
    with pytest.raises(ContractError, match=sentence):
        recommender.predict(rows, trained, complaints=complaining("A0000001", until).assign(**change), as_of=until)


def test_complaints_with_a_column_twice_are_one_sentence(rows, trained, until):
    row = {"account_id": "A0000001", "opened_at": "2026-06-30T08:00Z", "resolved_at": None, "status": "Open"}
    table = pa.Table.from_pylist([row])
    twice = table.append_column("recorded_at", table["opened_at"]).append_column("recorded_at", table["opened_at"])
    with pytest.raises(ContractError, match=r"the columns \['recorded_at'\] are missing, or stand more than once"):
        recommender.predict(rows, trained, complaints=twice, as_of=until)


def test_complaints_without_a_column_are_one_sentence(rows, trained, until):
    lacking = complaining("A0000001", until).drop(columns="status")
    with pytest.raises(ContractError, match=r"the columns \['status'\] are missing"):
        recommender.predict(rows, trained, complaints=lacking, as_of=until)


def test_the_input_is_not_changed(rows, trained, until):
    frame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    before, complaints = frame.copy(deep=True), complaining("A0000001", until)
    recommender.predict(frame, trained, complaints=complaints, as_of=until)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(complaints, complaining("A0000001", until))


def test_explain_tells_of_every_product(rows, trained, until, offers):
    account = offers["account_id"].iloc[0]
    told = recommender.explain(rows, trained, account, as_of=until)
    text = str(told)
    assert all(name in text for name in told.offers["product_name"])
    assert len(told.dispositions) == 38
    flat = " ".join(text.split())
    assert all(product.name in flat for product in told.model.catalogue.products)
    assert max(map(len, text.splitlines())) <= 80


def test_explain_makes_no_offer_over_a_complaint_handed_in(rows, trained, until, offers):
    account = offers["account_id"].iloc[0]
    later = until + timedelta(hours=2)
    told = recommender.explain(rows, trained, account, as_of=later, complaints=complaining(account, until))
    assert told.offers.empty
    assert "unresolved complaint" in str(told).splitlines()[0]


def test_no_consent_for_usage_leaves_the_account_scored_from_the_rest(rows, trained, until):
    no_usage = rows.filter(pc.invert(rows.column("usage_consent").fill_null(True)))
    found = recommender.recommend(no_usage, trained, as_of=until)
    assert no_usage.column("calls_30d").null_count == no_usage.num_rows
    assert found.dispositions["propensity"].notna().any()
