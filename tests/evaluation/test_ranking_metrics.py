from math import log2

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, label_ranking_average_precision_score, ndcg_score

from recommender.errors import DataError
from recommender.evaluation.hits import hit_at_k, precision_at_k, recall_at_k
from recommender.evaluation.places import average_precision_at_k, ndcg_at_k, reciprocal_rank
from recommender.evaluation.ranks import ranks, ranks_of_offers
from recommender.evaluation.variety import abstains, coverage, novelty, product_share

NO = np.nan
Judged = tuple[NDArray[np.int64], NDArray[np.bool_]]
Scored = tuple[NDArray[np.float64], NDArray[np.bool_]]


@pytest.fixture
def judged() -> Judged:
    """Ranks and take-ups: first hit at rank 2 of two; a hit at rank 1; a take-up not ranked; no take-up."""
    places = np.array([[1, 2, 3, 4], [2, 1, 0, 3], [1, 0, 2, 3], [1, 2, 3, 4]])
    taken = np.array([[0, 1, 0, 1], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]], dtype=bool)
    return places, taken


def test_only_candidates_are_ranked_and_ties_go_by_product_id() -> None:
    scores = np.array([[0.5, 0.9, 0.5, 0.7]])

    assert_array_equal(ranks(scores, np.array([[True, False, True, True]])), [[2, 0, 3, 1]])


def test_many_ties_go_by_product_id() -> None:
    scores = np.arange(99.0)[None, :] % 3
    best_first = [3 * place + residue for residue in (2, 1, 0) for place in range(33)]

    assert np.argsort(ranks(scores, scores >= 0)[0]).tolist() == best_first


def test_a_nan_is_not_ranked_and_the_lowest_score_is() -> None:
    scores = np.array([[np.nan, -np.inf, 0.0]])

    assert_array_equal(ranks(scores, np.array([[True, True, False]])), [[0, 1, 0]])


def test_offers_are_laid_out_by_account_and_product() -> None:
    offers = pd.DataFrame({"account_id": ["b", "b"], "product_id": ["y", "x"], "rank": [1, 2]})

    assert_array_equal(ranks_of_offers(offers, ["a", "b"], ["x", "y"]), [[0, 0], [2, 1]])


def test_an_offer_for_an_unknown_account_is_refused() -> None:
    offers = pd.DataFrame({"account_id": ["c"], "product_id": ["x"], "rank": [1]})

    with pytest.raises(DataError, match="1 of 1 are for an account"):
        ranks_of_offers(offers, ["a"], ["x"])


def test_hits(judged: Judged) -> None:
    assert_array_equal(hit_at_k(*judged, 1), [0, 1, 0, NO])
    assert_array_equal(hit_at_k(*judged, 3), [1, 1, 0, NO])


def test_recall(judged: Judged) -> None:
    assert_array_equal(recall_at_k(*judged, 3), [1 / 2, 1, 0, NO])


def test_precision_counts_places_left_empty(judged: Judged) -> None:
    assert_array_equal(precision_at_k(*judged, 3), [1 / 3, 1 / 3, 0, NO])
    assert_array_equal(precision_at_k(*judged, 10), [2 / 10, 1 / 10, 0, NO])


def test_average_precision(judged: Judged) -> None:
    assert_allclose(average_precision_at_k(*judged, 4), [(1 / 2 + 2 / 4) / 2, 1, 0, NO])
    assert_allclose(average_precision_at_k(*judged, 1), [0 / 1, 1, 0, NO])


def test_average_precision_among_the_best_k_is_whole_where_all_k_were_taken_up() -> None:
    assert average_precision_at_k(np.array([[1, 2, 3]]), np.array([[True, False, True]]), 1) == 1 / 1


def test_ndcg(judged: Judged) -> None:
    ideal = 1 / log2(2) + 1 / log2(3)
    assert_allclose(ndcg_at_k(*judged, 3), [(1 / log2(3)) / ideal, 1, 0, NO])


def test_reciprocal_rank(judged: Judged) -> None:
    assert_array_equal(reciprocal_rank(*judged), [1 / 2, 1, 0, NO])


@pytest.fixture
def random_pairs() -> Scored:
    random = np.random.default_rng(3)
    scores = random.permuted(np.tile(np.arange(12.0), (200, 1)), axis=1)
    taken = random.random((200, 12)) < 0.2
    taken[:, 0] |= ~taken.any(axis=1)
    return scores, taken


@pytest.mark.parametrize("k", [1, 3, 12, 20])
def test_ndcg_is_that_of_scikit_learn(random_pairs: Scored, k: int) -> None:
    scores, taken = random_pairs
    places = ranks(scores, np.ones_like(taken))

    assert_allclose(ndcg_at_k(places, taken, k).mean(), ndcg_score(taken, scores, k=k, ignore_ties=True))


def test_average_precision_of_all_is_that_of_scikit_learn(random_pairs: Scored) -> None:
    scores, taken = random_pairs
    places = ranks(scores, np.ones_like(taken))
    expected = [average_precision_score(y, s) for y, s in zip(taken, scores, strict=True)]

    assert_allclose(average_precision_at_k(places, taken, 12), expected)
    assert_allclose(np.mean(expected), label_ranking_average_precision_score(taken, scores))


def test_reciprocal_rank_of_one_take_up_is_label_ranking_average_precision(random_pairs: Scored) -> None:
    scores, _ = random_pairs
    taken = np.eye(12, dtype=bool)[np.arange(200) % 12]
    places = ranks(scores, np.ones_like(taken))

    assert_allclose(reciprocal_rank(places, taken).mean(), label_ranking_average_precision_score(taken, scores))


def test_coverage_is_the_share_of_products_shown_to_anyone() -> None:
    places = np.array([[1, 2, 3, 0], [1, 3, 2, 0]])

    assert coverage(places, 1).value == 1 / 4
    assert coverage(places, 2).value == 3 / 4


def test_product_shares_are_of_the_places_filled() -> None:
    places = np.array([[1, 2, 0], [1, 0, 0]])

    assert [product_share(places, 3, product).value for product in range(3)] == [2 / 3, 1 / 3, 0]


def test_novelty_is_the_mean_self_information_of_what_is_shown() -> None:
    held = np.array([[True, False], [True, False], [True, True]])
    places = np.array([[0, 1], [1, 2], [0, 0]])

    assert_allclose(novelty(places, held, 2), [-log2(2 / 4), (-log2(4 / 4) - log2(2 / 4)) / 2, NO])


def test_an_account_with_nothing_ranked_abstains() -> None:
    assert_array_equal(abstains(np.array([[0, 0], [0, 1]])), [1, 0])


def test_no_rows_and_no_products_are_no_error() -> None:
    for shape in [(0, 3), (2, 0)]:
        places, taken = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
        assert np.isnan(ndcg_at_k(places, taken, 3)).all()
        assert np.isnan(reciprocal_rank(places, taken)).all()
        assert coverage(places, 3).value == 0
