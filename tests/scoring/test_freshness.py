"""Snapshot at t0, a complaint opened at t1, the decision at t2: no offer, whichever way in."""

from datetime import timedelta

import pandas as pd
import pytest

import recommender


@pytest.fixture(scope="module")
def happy(rows, trained, until):
    """Return an account that is offered something as long as nobody knows of its complaint."""
    return recommender.predict(rows, trained, as_of=until)["account_id"].iloc[0]


@pytest.fixture(scope="module")
def late(happy, until):
    """Return what each face is called with at t2 = t0 + 2 h about a complaint of t1 = t0 + 1 h."""
    complaint = {
        "account_id": [happy],
        "opened_at": [until + timedelta(hours=1)],
        "resolved_at": [None],
        "status": ["Open"],
    }
    return {"complaints": pd.DataFrame(complaint), "as_of": until + timedelta(hours=2)}


def by_predict(rows, trained, account, late, _folder):
    return recommender.predict(rows, trained, accounts=[account], **late)


def by_recommend(rows, trained, account, late, _folder):
    return recommender.recommend(rows, trained, accounts=[account], **late).offers


def by_explain(rows, trained, account, late, _folder):
    return recommender.explain(rows, trained, account, **late).offers


def by_score(rows, trained, account, late, folder):
    recommender.score(rows, trained, folder / "late", **late)
    offers = pd.read_parquet(folder / "late" / "offers.parquet")
    return offers[offers["account_id"] == account]


def by_recheck(rows, trained, account, late, folder):
    recommender.score(rows, trained, folder / "early", as_of=late["as_of"] - timedelta(hours=2))
    offers = recommender.recheck(folder / "early", late["complaints"], as_of=late["as_of"])
    return offers[offers["account_id"] == account]


FACES = (by_predict, by_recommend, by_explain, by_score, by_recheck)


@pytest.mark.parametrize("face", FACES)
def test_a_complaint_since_the_snapshot_leaves_no_offer(rows, trained, happy, late, tmp_path, face):
    assert face(rows, trained, happy, late, tmp_path).empty


@pytest.mark.parametrize("face", FACES)
def test_one_opened_after_the_decision_has_not_happened_yet(rows, trained, happy, late, tmp_path, face):
    not_yet = late["complaints"].assign(opened_at=late["as_of"] + timedelta(microseconds=1))
    another = next(one for one in rows.column("account_id").to_pylist() if one != happy)
    both = pd.concat([not_yet, late["complaints"].assign(account_id=another)])
    assert not face(rows, trained, happy, late | {"complaints": both}, tmp_path).empty
