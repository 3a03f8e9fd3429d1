"""`mlflow models serve` gives what `predict` gives, over HTTP."""

import json
import urllib.request
from datetime import timedelta

import pandas as pd
import pytest

import recommender
from recommender.errors import StaleDataWarning
from recommender.model import flat_rows, load_model
from recommender.scoring.served import Served

pytestmark = pytest.mark.xdist_group("mlflow")  # one server for all


@pytest.fixture(scope="module")
def ask(serving):
    """Return a function that posts snapshot rows to the server and returns its predictions."""

    def call(rows, **params):
        frame = flat_rows(rows).to_pandas()
        split = json.loads(frame.to_json(orient="split", index=False, double_precision=15))
        body = json.dumps({"dataframe_split": split, "params": params}).encode()
        asked = urllib.request.Request(  # noqa: S310  loopback
            f"{serving}/invocations", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
            return json.load(answer)["predictions"]

    return call


def plain(offers):
    """Return offers of `predict` as JSON carries them."""
    frame = offers.copy()
    for name in ("as_of", "decided_at", "valid_until"):
        frame[name] = [moment.isoformat() for moment in frame[name]]
    for name in ("reason_features", "flags"):
        frame[name] = [json.dumps(list(words)) for words in frame[name]]
    frame["bill_change"] = [None if change is None else str(change) for change in frame["bill_change"]]
    return frame.to_dict("records")


def test_the_server_gives_the_offers_of_predict(ask, rows, judged, soon):
    expected = plain(recommender.predict(rows, judged, as_of=soon))
    assert len(expected) > 100
    assert ask(rows, as_of=soon.isoformat()) == expected


def test_the_request_of_the_page_gets_the_offers_of_predict(serving, rows, judged, soon, blocks_of):
    text = next(block.text for block in blocks_of("docs/mlflow.md") if "urllib" in block.text)
    names = {"rows": rows}
    exec(text.replace("http://127.0.0.1:5001", serving), names)  # noqa: S102  # the page's own example
    assert names["offers"] == plain(recommender.predict(rows, judged, as_of=soon))


def test_a_single_account_gets_the_same_offers_as_among_all(ask, rows, judged, soon):
    offers = plain(recommender.predict(rows, judged, as_of=soon))
    account = offers[0]["account_id"]
    at = rows["account_id"].to_pylist().index(account)
    assert ask(rows.slice(at, 1), as_of=soon.isoformat()) == [one for one in offers if one["account_id"] == account]


def test_k_is_a_parameter_of_the_request(ask, rows, judged, soon):
    assert ask(rows, as_of=soon.isoformat(), k=1) == plain(recommender.predict(rows, judged, as_of=soon, k=1))


def test_an_unresolved_complaint_in_the_rows_leaves_no_offer_over_http(ask, rows, soon):
    spans = rows["complaint_spans"].to_pylist()
    moment = soon.astimezone(spans and next(s for s in spans if s)[0]["opened_at"].tzinfo)
    complaining = {
        account
        for account, own in zip(rows["account_id"].to_pylist(), spans, strict=True)
        if any(one["opened_at"] <= moment < one["open_until"] for one in own)
    }
    assert complaining
    assert not complaining & {one["account_id"] for one in ask(rows, as_of=soon.isoformat())}


def test_a_complaint_handed_in_with_the_request_leaves_no_offer(ask, rows, judged, soon):
    account = ask(rows, as_of=soon.isoformat())[0]["account_id"]
    opened = (soon - timedelta(minutes=5)).isoformat()
    fresh = [{"account_id": account, "opened_at": opened, "resolved_at": None, "status": "open"}]
    after = ask(rows, as_of=soon.isoformat(), complaints=json.dumps(fresh))
    assert account not in {one["account_id"] for one in after}
    assert after == plain(recommender.predict(rows, judged, as_of=soon, complaints=pd.DataFrame(fresh)))


def test_a_stale_feed_withholds_every_offer_and_is_named(ask, rows, soon):
    late = (soon + timedelta(days=2)).isoformat()
    assert ask(rows, as_of=late) == []
    said = ask(rows.slice(0, 2), as_of=late, per_account=True)
    assert [one["offers"] for one in said] == ["[]", "[]"]
    assert all("complaints" in json.loads(one["stale"]) for one in said)


def test_complaints_known_until_now_are_fresh_even_where_there_are_none(ask, rows, soon):
    late = soon + timedelta(days=1)
    params = {"as_of": late.isoformat(), "complaints": "[]", "complaints_known_until": late.isoformat()}
    said = ask(rows.slice(0, 1), **params, per_account=True)
    assert "complaints" not in json.loads(said[0]["stale"])


def test_per_account_answers_row_by_row_in_the_order_asked(ask, rows, soon):
    few = rows.take([5, 3, 4])
    said = ask(few, as_of=soon.isoformat(), per_account=True)
    assert [one["account_id"] for one in said] == few["account_id"].to_pylist()
    together = [offer for one in said for offer in json.loads(one["offers"])]
    assert sorted(together, key=lambda one: (one["account_id"], one["rank"])) == ask(few, as_of=soon.isoformat())


def test_a_request_without_the_facts_gets_an_error_and_no_offer(ask, rows, soon):
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(rows.drop_columns(["complaint_spans"]), as_of=soon.isoformat())
    assert refused.value.code == 400
    assert "complaint_spans" in refused.value.read().decode()


def test_in_memory_the_wrapper_decides_like_the_server(rows, judged, soon):
    made = Served(load_model(judged)).predict(flat_rows(rows).to_pandas(), {"as_of": soon.isoformat()})
    assert made.to_dict("records") == plain(recommender.predict(rows, judged, as_of=soon))


def test_without_a_moment_it_decides_now_so_that_old_rows_give_no_offer(rows, judged):
    with pytest.warns(StaleDataWarning):
        made = Served(load_model(judged)).predict(flat_rows(rows).to_pandas())
    assert isinstance(made, pd.DataFrame)
    assert made.empty
