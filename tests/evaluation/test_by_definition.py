"""The metrics of an offers frame beside plain Python written from their definitions, account by account."""

from collections.abc import Callable
from math import log2
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve

from recommender.evaluation import auc, calibration_error, ranking_figures, ranks_of_offers

PRODUCTS = ("film", "modem", "music", "roaming", "security", "sport")
Lists = dict[str, list[str]]
Sets = dict[str, set[str]]


def frames(seed: int) -> tuple[pd.DataFrame, Sets, Sets]:
    """Offers of up to four products, take-ups and holdings; some accounts have no offer, some take nothing up."""
    random = np.random.default_rng(seed)
    offers, taken, held = [], {}, {}
    for i in range(60):
        account = f"a{i:02}"
        order = random.permutation(PRODUCTS)
        held[account] = set(order[: random.integers(0, 3)].tolist())
        free = [product for product in order.tolist() if product not in held[account]]
        shown = free[: random.integers(0, 5)]
        offers += [(account, product, place) for place, product in enumerate(shown, start=1)]
        taken[account] = {product for product in free if random.random() < 0.25}
    return (
        pd.DataFrame(offers, columns=["account_id", "product_id", "rank"]).sample(frac=1, random_state=seed),
        taken,
        held,
    )


def ordered(offers: pd.DataFrame, accounts: list[str]) -> Lists:
    lists: Lists = {account: [] for account in accounts}
    for row in offers.sort_values("rank").to_dict("records"):
        lists[str(row["account_id"])].append(str(row["product_id"]))
    return lists


def hit(shown: list[str], taken: set[str], k: int) -> float:
    return float(any(product in taken for product in shown[:k]))


def recall(shown: list[str], taken: set[str], k: int) -> float:
    return len([product for product in shown[:k] if product in taken]) / len(taken)


def precision(shown: list[str], taken: set[str], k: int) -> float:
    return len([product for product in shown[:k] if product in taken]) / k


def average_precision(shown: list[str], taken: set[str], k: int) -> float:
    found, total = 0, 0.0
    for place, product in enumerate(shown[:k], start=1):
        if product in taken:
            found += 1
            total += found / place
    return total / min(k, len(taken))


def ndcg(shown: list[str], taken: set[str], k: int) -> float:
    gain = sum(1 / log2(place + 1) for place, product in enumerate(shown[:k], start=1) if product in taken)
    return gain / sum(1 / log2(place + 1) for place in range(1, min(k, len(taken)) + 1))


def reciprocal(shown: list[str], taken: set[str]) -> float:
    return next((1 / place for place, product in enumerate(shown, start=1) if product in taken), 0.0)


def mean(values: Any) -> float:
    listed = list(values)
    return float(sum(listed) / len(listed))


def figures(seed: int) -> tuple[dict[str, float], Lists, Sets, Sets]:
    offers, taken, held = frames(seed)
    accounts = sorted(taken)
    flags = [np.array([[p in of[a] for p in PRODUCTS] for a in accounts]) for of in (taken, held)]
    found = ranking_figures(ranks_of_offers(offers, accounts, PRODUCTS), *flags, ks=(1, 3))
    return {name: one.value for name, one in found.items()}, ordered(offers, accounts), taken, held


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize(
    ("name", "define"),
    [("hit", hit), ("recall", recall), ("precision", precision), ("map", average_precision), ("ndcg", ndcg)],
)
@pytest.mark.parametrize("seed", range(3))
def test_fit_at_k_is_that_of_its_definition(seed: int, name: str, define: Callable[..., float], k: int) -> None:
    found, shown, taken, _ = figures(seed)
    assert found[f"{name}@{k}"] == pytest.approx(mean(define(shown[a], t, k) for a, t in taken.items() if t))


@pytest.mark.parametrize("seed", range(3))
def test_mrr_and_abstention_are_those_of_their_definitions(seed: int) -> None:
    found, shown, taken, _ = figures(seed)
    assert found["mrr"] == pytest.approx(mean(reciprocal(shown[a], t) for a, t in taken.items() if t))
    assert found["abstention"] == pytest.approx(mean(not shown[a] for a in taken))


@pytest.mark.parametrize("seed", range(3))
def test_coverage_and_novelty_are_those_of_their_definitions(seed: int) -> None:
    found, shown, _, held = figures(seed)
    bits = {p: -log2((sum(p in of for of in held.values()) + 1) / (len(held) + 1)) for p in PRODUCTS}
    assert found["coverage@1"] == len({of[0] for of in shown.values() if of}) / len(PRODUCTS)
    assert found["novelty@3"] == pytest.approx(mean(mean(bits[p] for p in of[:3]) for of in shown.values() if of))


def test_calibration_error_is_that_of_scikit_learns_curve_in_bins_of_equal_mass() -> None:
    random = np.random.default_rng(0)
    propensity = random.permutation(np.linspace(0.001, 0.999, 2000)).reshape(500, 4)
    taken = random.random(propensity.shape) < propensity**2
    rate, said = calibration_curve(taken.ravel(), propensity.ravel(), n_bins=10, strategy="quantile")
    own = calibration_error(propensity, taken, np.ones_like(taken)).value
    assert own == pytest.approx(np.abs(rate - said).mean(), abs=2e-3)


def test_auc_is_the_share_of_pairs_in_order() -> None:
    random = np.random.default_rng(1)
    propensity, taken = random.random((30, 2)).round(1), random.random((30, 2)) < 0.4
    pairs = [(one, other) for one in propensity[taken] for other in propensity[~taken]]
    in_order = mean(1.0 if one > other else 0.5 if one == other else 0.0 for one, other in pairs)
    assert auc(propensity, taken, np.ones_like(taken)).value == pytest.approx(in_order)
