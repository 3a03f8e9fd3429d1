import numpy as np
import pandas as pd
import pytest

from recommender.errors import NotEnoughDataError
from recommender.evaluation import hidden_one, summarise
from recommender.evaluation.judged import Judging
from recommender.ranking import CoHoldingRanker, PopularityRanker

PAIRS = {"ab": (0, 1), "cd": (2, 3)}


@pytest.fixture
def held() -> pd.DataFrame:
    """300 accounts hold a and b, 100 hold c and d, 20 hold nothing."""
    held = np.zeros((420, 4), dtype=bool)
    held[:300, :2] = True
    held[300:400, 2:] = True
    return pd.DataFrame(held, columns=list("abcd"), index=[f"A{i:03}" for i in range(420)])


@pytest.fixture
def features(held: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"nothing": np.zeros(len(held))}, index=held.index)


def test_the_partner_of_what_is_held_is_found(features: pd.DataFrame, held: pd.DataFrame) -> None:
    figures = summarise(hidden_one(features, held, {"co-holding": CoHoldingRanker()}), Judging(resamples=10))

    of_all = figures[figures["product_id"].isna()].set_index("metric")["value"]
    assert of_all[["hit@1", "hit@3", "mrr"]].tolist() == [1, 1, 1]


def test_popularity_finds_the_partner_of_the_popular_alone(features: pd.DataFrame, held: pd.DataFrame) -> None:
    said = hidden_one(features, held, {"popularity": PopularityRanker()})["popularity"][0]

    popular = said.examples.account_id < "A300"
    first = (said.ranks == 1) & said.examples.taken
    assert first.any(axis=1).tolist() == popular.tolist()


def test_one_held_product_is_hidden_and_the_rest_is_known(features: pd.DataFrame, held: pd.DataFrame) -> None:
    said = hidden_one(features, held, {"popularity": PopularityRanker()})["popularity"][0].examples

    assert (said.y.sum(axis=1) == 1).all()
    assert not (said.y & said.held).any(axis=None)
    assert ((said.y | said.held).to_numpy() == held.loc[said.account_id].to_numpy()).all()


def test_accounts_that_hold_nothing_are_not_asked_about(features: pd.DataFrame, held: pd.DataFrame) -> None:
    said = hidden_one(features, held, {"popularity": PopularityRanker()}, test_share=0.9)["popularity"][0].examples

    assert (said.account_id < "A400").all()


def test_three_in_ten_accounts_are_judged_on(features: pd.DataFrame, held: pd.DataFrame) -> None:
    some = held.any(axis=1)
    said = hidden_one(features[some], held[some], {"p": PopularityRanker()})["p"][0]

    assert len(said.examples) == 0.3 * 400


def test_equal_seeds_hide_alike(features: pd.DataFrame, held: pd.DataFrame) -> None:
    one, same, other = (
        hidden_one(features, held, {"p": PopularityRanker()}, random_state=seed)["p"][0].examples for seed in (1, 1, 2)
    )

    assert one.y.equals(same.y)
    assert not one.y.equals(other.y)


def test_each_held_product_is_as_likely_to_be_hidden(features: pd.DataFrame, held: pd.DataFrame) -> None:
    said = hidden_one(features, held, {"p": PopularityRanker()}, test_share=0.8)["p"][0].examples

    of_pair = said.y.loc[said.account_id < "A300", ["a", "b"]].mean()
    assert of_pair.tolist() == pytest.approx([0.5, 0.5], abs=0.1)


def test_nobody_with_a_product_is_refused(features: pd.DataFrame, held: pd.DataFrame) -> None:
    with pytest.raises(NotEnoughDataError, match="Accounts with a product"):
        hidden_one(features, held & False, {"p": PopularityRanker()})
