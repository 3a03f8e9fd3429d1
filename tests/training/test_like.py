"""A manifest is enough to repeat a training; a candidate meets the champion on the same backtest."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

import recommender
from recommender.errors import ModelError
from recommender.model import load_model, save_model
from recommender.ranking import Scorecard
from recommender.training import contest, train_like


@pytest.fixture(scope="module")
def folder(lean_tables, until, tmp_path_factory):
    model = recommender.train(lean_tables, until, ranker="logistic", tests=1)
    return save_model(model, tmp_path_factory.mktemp("liked") / "cross-sell")


def test_the_same_data_give_equal_arrays_from_the_manifest_alone(folder, lean_operator):
    liked = load_model(folder)
    again = train_like(lean_operator, liked)
    assert again.training["fingerprint"] == liked.training["fingerprint"]
    assert again.digest == liked.digest
    assert json.loads((folder / "manifest.json").read_text())["files"] == {"scorecard.npz": again.digest}
    assert again.training["months"] == liked.training["months"]
    assert again.config == liked.config


def test_another_moment_has_another_fingerprint(folder, lean_tables, until):
    again = train_like(lean_tables, load_model(folder), until - timedelta(days=30))
    assert again.training["fingerprint"] != load_model(folder).training["fingerprint"]
    assert again.training["ranker"] == "logistic"


def test_a_manifest_that_does_not_say_how_it_was_trained_is_refused(folder, lean_tables):
    silent = replace(load_model(folder), training={"as_of": "2026-07-01"})
    with pytest.raises(ModelError, match=r"does not say \['learn_from', 'ranker'\]"):
        train_like(lean_tables, silent)


def _reversed(card: Scorecard) -> Scorecard:
    return replace(card, intercept=-card.intercept, tables=tuple(replace(t, points=-t.points) for t in card.tables))


def test_a_champion_that_knows_the_answers_learns_anew_and_the_same_recipe_is_not_worse(folder, lean_tables, until):
    model = load_model(folder)
    found = contest(lean_tables, until, model, model, tests=1)
    assert (found.ahead, found.low, found.high, found.learnt_anew) == (0, 0, 0, True)
    assert found.is_not_worse


def test_an_older_champion_is_judged_as_it_stands(folder, lean_tables, until):
    model = load_model(folder)
    old = {**model.training, "as_of": (until - timedelta(days=90)).isoformat()}
    upside_down = replace(model, scorecard=_reversed(model.scorecard), training=old)
    found = contest(lean_tables, until, model, upside_down, tests=1)
    assert not found.learnt_anew
    assert found.low > 0  # beyond chance, as each ranking of the champion is turned round
    knowing = contest(
        lean_tables,
        until,
        replace(model, training={**model.training, "ranker": "popularity"}),
        replace(model, training=old),
        tests=1,
    )
    assert knowing.ahead < 0
    assert not knowing.is_not_worse
    assert np.isfinite([knowing.low, knowing.high]).all()
