"""Only what is not worse than the champion follows it, and only the champion that it was judged beside."""

import zlib
from types import SimpleNamespace

import pytest

import recommender
from recommender.cli.registering import Registering, hand_on
from recommender.errors import OutputError
from recommender.model import load_model
from recommender.tracking import champion_version, promote, record

pytestmark = pytest.mark.xdist_group("mlflow")  # one server for all


@pytest.fixture
def name(judged, store, request):
    """Return the name of a model with two versions, of which the first is the champion."""
    name = f"contest-{zlib.crc32(request.node.name.encode())}"
    assert [record(judged, store, register=name).version for _ in range(2)] == ["1", "2"]
    promote(name, "1", store)
    return name


def said(*, is_not_worse, meanwhile=lambda: None):
    """Return what stands in for the contest."""

    def contest(*_, **__):
        meanwhile()
        return SimpleNamespace(metric="ndcg@3", ahead=0, low=0, high=0, learnt_anew=False, is_not_worse=is_not_worse)

    return contest


@pytest.fixture
def hand(judged, store, tables, name):
    """Return a function that hands on one more training of the same model."""
    how = Registering(store=store, register=name, promote_if_better=True)
    return lambda: hand_on(how, judged, load_model(judged), tables, tests=1)


@pytest.mark.parametrize(("is_not_worse", "after"), [(True, "3"), (False, "1")])
def test_only_what_is_not_worse_becomes_the_champion(hand, name, store, monkeypatch, is_not_worse, after):
    monkeypatch.setattr(recommender, "contest", said(is_not_worse=is_not_worse))
    hand()
    assert champion_version(name, store) == after


def test_a_champion_beside_which_nobody_was_judged_is_not_replaced(hand, name, store, monkeypatch):
    moved = said(is_not_worse=True, meanwhile=lambda: promote(name, "2", store))
    monkeypatch.setattr(recommender, "contest", moved)
    with pytest.raises(OutputError, match="judged beside version 1, but the champion is version 2 by now"):
        hand()
    assert champion_version(name, store) == "2"
