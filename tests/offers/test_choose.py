"""Ranking, cutting to k, giving way: by hand, and against an oracle that goes account by account."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.offers import Choice, choose
from recommender.schema import DISPOSITIONS


def _one(
    propensity: list[float], *, lift: Any = None, suppressed: Any = None, excludes: Any = None, **more: Any
) -> Choice:
    n = len(propensity)
    limits = {"k": 3, "min_propensity": 0.0, "min_lift": 1.0} | more
    return choose(
        np.array([propensity]),
        np.array([lift or [2.0] * n]),
        np.array([suppressed or [False] * n]),
        np.zeros((n, n), dtype=bool) if excludes is None else excludes,
        **limits,
    )


def _words(choice: Choice) -> list[str]:
    return [DISPOSITIONS[i] for i in choice.disposition[0]]


def _excludes(n: int, *pairs: tuple[int, int]) -> Any:
    matrix = np.zeros((n, n), dtype=bool)
    for one, other in pairs:
        matrix[one, other] = matrix[other, one] = True
    return matrix


def test_the_best_are_offered_best_first() -> None:
    choice = _one([0.1, 0.4, 0.2, 0.3])
    assert choice.rank.tolist() == [[0, 1, 3, 2]]
    assert _words(choice) == ["outranked", "offered", "offered", "offered"]


def test_ranks_and_dispositions_take_a_byte_each() -> None:
    choice = _one([0.4, 0.3])
    assert (choice.rank.itemsize, choice.disposition.itemsize) == (1, 1)


def test_ties_go_by_product() -> None:
    assert _one([0.2, 0.2, 0.2, 0.2]).rank.tolist() == [[1, 2, 3, 0]]


def test_fewer_candidates_give_fewer_offers() -> None:
    assert _one([0.2, 0.1], suppressed=[True, False]).rank.tolist() == [[0, 1]]
    assert _one([0.2, 0.1], suppressed=[True, True]).rank.tolist() == [[0, 0]]


def test_a_suppressed_candidate_is_suppressed_whatever_its_propensity() -> None:
    assert _words(_one([np.nan, 0.0, 0.9], suppressed=[True] * 3, min_propensity=0.5)) == ["suppressed"] * 3


def test_the_limits_of_relevance_are_inclusive() -> None:
    choice = _one([0.5, 0.499, 0.5, 0.5], lift=[1.0, 2.0, 0.999, 2.0], min_propensity=0.5)
    assert _words(choice) == ["offered", "not_relevant", "not_relevant", "offered"]


def test_what_is_not_a_number_is_never_offered() -> None:
    choice = _one([np.nan, 0.1, 0.1, 0.0], lift=[2.0, np.nan, 2.0, np.inf])
    assert _words(choice) == ["not_relevant", "not_relevant", "offered", "offered"]


def test_no_offers_are_made_where_k_is_nought() -> None:
    choice = _one([0.2, 0.1], k=0, excludes=_excludes(2, (0, 1)))
    assert _words(choice) == ["outranked", "outranked"]
    assert not choice.excluded_by_offer.any()


def test_of_two_that_exclude_each_other_the_second_gives_way() -> None:
    choice = _one([0.4, 0.3, 0.2, 0.1], excludes=_excludes(4, (0, 1)))
    assert choice.rank.tolist() == [[1, 0, 2, 3]]
    assert choice.excluded_by_offer.tolist() == [[False, True, False, False]]
    assert _words(choice) == ["offered", "suppressed", "offered", "offered"]


def test_what_gave_way_excludes_nothing_itself() -> None:
    choice = _one([0.4, 0.3, 0.2], excludes=_excludes(3, (0, 1), (1, 2)))
    assert choice.rank.tolist() == [[1, 0, 2]]


def test_a_suppressed_product_excludes_nothing() -> None:
    choice = _one([0.4, 0.3], suppressed=[True, False], excludes=_excludes(2, (0, 1)))
    assert choice.rank.tolist() == [[0, 1]]


def test_what_never_had_its_turn_is_outranked_and_did_not_give_way() -> None:
    choice = _one([0.4, 0.3, 0.2, 0.1], k=2, excludes=_excludes(4, (0, 3)))
    assert _words(choice) == ["offered", "offered", "outranked", "outranked"]
    assert not choice.excluded_by_offer.any()


def test_a_tie_with_the_last_offer_has_its_turn_by_position() -> None:
    choice = _one([0.4, 0.2, 0.2, 0.2], k=2, excludes=_excludes(4, (0, 1), (0, 3)))
    assert choice.excluded_by_offer.tolist() == [[False, True, False, False]]
    assert _words(choice) == ["offered", "suppressed", "offered", "outranked"]


def test_a_product_that_excludes_itself_is_offered_once() -> None:
    assert _one([0.4, 0.3], excludes=np.eye(2, dtype=bool)).rank.tolist() == [[1, 2]]


@pytest.mark.parametrize("shape", [(0, 4), (3, 0), (0, 0)])
def test_nothing_to_choose_from_is_no_error(shape: tuple[int, int]) -> None:
    none = np.zeros((shape[1], shape[1]), dtype=bool)
    choice = choose(np.zeros(shape), np.ones(shape), np.zeros(shape, bool), none, k=3, min_propensity=0, min_lift=1)
    assert choice.disposition.shape == choice.rank.shape == choice.excluded_by_offer.shape == shape


def _expected(propensity: Any, lift: Any, suppressed: Any, excludes: Any, limits: Any) -> tuple[list[str], list[int]]:
    """Go down the list of one account."""
    words, ranks = ["not_relevant"] * len(propensity), [0] * len(propensity)
    offered: list[int] = []
    for product in sorted(range(len(propensity)), key=lambda i: (-np.nan_to_num(propensity[i]), i)):
        relevant = propensity[product] >= limits["min_propensity"] and lift[product] >= limits["min_lift"]
        if suppressed[product]:
            words[product] = "suppressed"
        elif relevant and len(offered) == limits["k"]:
            words[product] = "outranked"
        elif relevant and any(excludes[product][other] for other in offered):
            words[product] = "suppressed"
        elif relevant:
            offered.append(product)
            words[product], ranks[product] = "offered", len(offered)
    return words, ranks


@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.integers(1, 7), st.integers(0, 3))
@settings(deadline=None)
def test_choose_agrees_with_going_down_the_list(seed: int, n: int, n_products: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    levels = np.array([0.0, 0.1, 0.2, 0.3, np.nan])
    propensity, lift = rng.choice(levels, (n, n_products)), rng.choice([0.5, 1.0, 2.0, np.nan], (n, n_products))
    suppressed, named = rng.random((n, n_products)) < 0.3, rng.random((n_products, n_products)) < 0.2
    excludes = (named | named.T) & ~np.eye(n_products, dtype=bool)
    limits: dict[str, Any] = {"k": k, "min_propensity": rng.choice([0.0, 0.1]), "min_lift": 1.0}
    before = propensity.copy()
    choice = choose(propensity, lift, suppressed, excludes, **limits)
    np.testing.assert_array_equal(propensity, before)
    for i in range(n):
        words, ranks = _expected(propensity[i], lift[i], suppressed[i], excludes, limits)
        assert [DISPOSITIONS[d] for d in choice.disposition[i]] == words
        assert choice.rank[i].tolist() == ranks
    gave_way = (choice.disposition == DISPOSITIONS.index("suppressed")) & ~suppressed
    np.testing.assert_array_equal(choice.excluded_by_offer, gave_way)


@given(st.integers(0, 2**32 - 1))
def test_a_further_suppression_never_offers_a_pair_it_blocks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    propensity, suppressed = rng.random((20, 5)), rng.random((20, 5)) < 0.2
    further = suppressed | (rng.random((20, 5)) < 0.2)
    limits: dict[str, Any] = {"k": 3, "min_propensity": 0.0, "min_lift": 0.0}
    choice = choose(propensity, propensity, further, np.zeros((5, 5), dtype=bool), **limits)
    assert not choice.rank[further].any()
    assert (choice.disposition[further] == DISPOSITIONS.index("suppressed")).all()
