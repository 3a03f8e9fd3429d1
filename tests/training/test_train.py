from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import recommender
from recommender.config import Training
from recommender.errors import ConfigError, NotEnoughDataError
from recommender.model import load_model
from recommender.ranking import NumericBins, Scorecard, Term
from recommender.training.weight import weigh_terms


@pytest.fixture(scope="module")
def model(trained):
    return load_model(trained)


def test_a_model_ranks_every_product_of_the_catalogue(model):
    assert model.scorecard.products == model.catalogue.ids
    assert len(model.catalogue.ids) == 38


def test_a_model_says_how_it_came_about(model, until):
    about = model.training
    assert datetime.fromisoformat(about["as_of"]) == until
    assert (about["ranker"], about["learn_from"], about["horizon_days"]) == ("scorecard", "take_up", 30)
    assert sum(about["take_ups"].values()) > 50


def test_training_twice_gives_the_same_arrays(model, tables, until):
    again = recommender.train(tables, until)
    assert again.training == model.training
    first, second = model.scorecard.to_arrays(), again.scorecard.to_arrays()
    assert all((first[name] == second[name]).all() for name in first)


def test_threads_and_the_order_of_raw_tables_change_no_array(operator, turned, until):
    config = recommender.read_config(operator / "recommender.toml")
    digests, fingerprints = set(), set()
    for folder, workers in ((operator, 1), (turned, 2), (turned, 4)):
        few = replace(config, training=Training(cut_offs=1, workers=workers))
        learnt = recommender.train(recommender.read_tables(folder, few), until, ranker="logistic")
        digests.add(learnt.digest)
        fingerprints.add(learnt.training["fingerprint"])
    assert (len(digests), len(fingerprints)) == (1, 1)


def test_training_uses_only_what_was_recorded_by_its_moment(tables, operator, until, tmp_path):
    earlier = until - timedelta(days=30)
    for path in operator.glob("*.parquet"):
        frame = pd.read_parquet(path)
        if "recorded_at" in frame and path.stem != "accounts":
            frame = frame[frame["recorded_at"] <= earlier]
        frame.to_parquet(tmp_path / path.name)
    (tmp_path / "recommender.toml").write_bytes((operator / "recommender.toml").read_bytes())
    short = replace(tables.config, training=Training(cut_offs=2))
    full = recommender.train(replace(tables, config=short), earlier)
    cut = recommender.train(recommender.read_tables(tmp_path, short, check=False), earlier)
    assert full.training["fingerprint"] == cut.training["fingerprint"]


def test_a_product_that_nobody_took_up_gets_its_categorys_rate_and_a_flag(model):
    card, products = model.scorecard, model.catalogue.products
    never = [i for i in range(38) if "prior" in card.flags(i)]
    assert products[model.catalogue.position["dialup_access"]].is_offered is False
    assert model.catalogue.position["dialup_access"] in never
    for i in never:
        same = [j for j in range(38) if products[j].category == products[i].category and j not in never]
        assert card.base_rate[i] == pytest.approx(np.mean(card.base_rate[same]))


def test_the_figures_are_those_of_the_ranker_and_the_baselines(tables, until):
    small = replace(tables, config=replace(tables.config, training=Training(cut_offs=2)))
    figures = recommender.train(small, until, ranker="co-holding", tests=1).training["figures"]
    assert {one["ranker"] for one in figures} == {"popularity", "co-holding"}
    assert all(one["low"] <= one["value"] <= one["high"] for one in figures if one["low"] is not None)


def test_without_any_start_each_held_product_is_hidden_in_turn(small_tables):
    held = [{"account_id": f"a{i}", "product_id": product} for i in range(40) for product in ("p", "q")]
    accounts = [{"account_id": f"a{i}", "opened_at": "2020-01-01", "size": i % 3} for i in range(40)]
    tables = small_tables(accounts=accounts, holdings=held)
    model = recommender.train(tables, "2026-01-01", ranker="popularity")
    assert model.training["learn_from"] == "hide_one"
    assert model.scorecard.link == "one_of"
    assert not {"products_held", "held_monthly_price"} & set(model.scorecard.features)


def test_too_little_history_is_one_sentence(tables, until):
    with pytest.raises(NotEnoughDataError, match="no product was taken up"):
        recommender.train(tables, until - timedelta(days=365 * 9))


def test_a_sensitive_name_that_is_misspelt_is_one_sentence(tables, until):
    features = replace(tables.config.features, sensitive=("age_band", "share_night_calls_90"))
    misspelt = replace(tables, config=replace(tables.config, features=features))
    with pytest.raises(ConfigError, match=r"sensitive: \['share_night_calls_90'\] are the names of no attribute"):
        recommender.train(misspelt, until, ranker="popularity")


def test_an_unknown_ranker_is_one_sentence(tables, until):
    with pytest.raises(ConfigError, match=r"ranker: one of .* was needed, 'magic' came"):
        recommender.train(tables, until, ranker="magic")


def test_a_model_says_which_terms_weigh_most(model):
    weights = model.training["weights"]
    assert list(weights) == list(model.scorecard.products)
    for product, terms in weights.items():
        sizes = [weight for _, weight in terms]
        assert sizes == sorted(sizes, reverse=True), product
        assert {term for term, _ in terms} <= set(model.scorecard.terms)


def test_the_weight_of_a_term_is_the_mean_of_its_points_without_their_signs():
    held = pd.DataFrame({"p": [False, True]})
    bins, points = (NumericBins("trips", np.array([2.5])),), np.array([[-1.0], [3.0], [0.0]])
    card = Scorecard(
        "independent", ("p",), ("p",), bins, (Term((0,), points, np.array([0])),), np.zeros(1), np.ones(1) / 2,
        np.zeros(1, np.uint8),
    )  # fmt: skip
    assert weigh_terms(card, pd.DataFrame({"trips": [1.0, 9.0]}), held) == {"p": [["trips", (1 + 3) / 2]]}
