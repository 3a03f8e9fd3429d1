"""The default ranker learns the same bytes from the same examples, and something from any table at all."""

# ruff: noqa: N806  X is scikit-learn's name for it

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recommender.model.arrays import dump_arrays
from recommender.ranking import ScorecardRanker, hide_one

FAST: dict[str, Any] = {"n_folds": 2, "max_trees": 30, "patience": 5, "max_bins": 16, "learning_rate": 0.2}


def operator(n: int = 500, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    X = pd.DataFrame(random.random((n, 5)), columns=list("abcde"))
    X["town"] = random.choice(np.array(["x", "y", "z"], dtype=object), n)
    held = pd.DataFrame(random.random((n, 3)) < X[["a", "b", "c"]].to_numpy() / 2, columns=["film", "modem", "talk"])
    chance = np.where((X["a"] > 0.5) == (X["d"] > 0.5), 0.3, 0.05)[:, np.newaxis]
    return X, pd.DataFrame(random.random((n, 3)) < chance, columns=held.columns) & ~held, held


def digest(ranker: ScorecardRanker, *lesson: Any) -> str:
    return hashlib.sha256(dump_arrays(ranker.fit(*lesson).compile().to_arrays())).hexdigest()


@pytest.mark.parametrize("link", ["independent", "one_of"])
def test_the_digest_is_the_same_twice_with_any_threads_and_in_any_order(link: str):
    X, y, held = operator()
    lesson = (X, y, held, np.ones(len(X))) if link == "independent" else hide_one(X, held)
    first = digest(ScorecardRanker(**FAST), *lesson)
    order = np.random.default_rng(1).permutation(len(lesson[0]))
    shuffled = [part.iloc[order] for part in lesson[:3]] + [np.asarray(lesson[3])[order]]
    for n_jobs in (1, 2, 4):
        assert digest(ScorecardRanker(**FAST, n_jobs=n_jobs), *shuffled) == first
    assert digest(ScorecardRanker(**FAST, random_state=1), *lesson) != first


def any_table(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Draw columns of every kind, with gaps, infinities and constants, and products from rare to held by all."""
    random = np.random.default_rng(seed)
    n, n_features, n_products = (int(random.integers(*span)) for span in ((1, 400), (0, 9), (1, 6)))
    X = pd.DataFrame({f"x{i}": column(random, n) for i in range(n_features)}, index=random.permutation(n))
    rates = random.choice([0.0, 1 / n, 0.05, 0.5, 1.0], n_products)
    products = [f"p{i}" for i in range(n_products)]
    y = pd.DataFrame(random.random((n, n_products)) < rates, columns=products, index=X.index)
    wider = [*products, "other"][: n_products + int(random.integers(0, 2))]
    held = pd.DataFrame(random.random((n, len(wider))) < random.random(len(wider)), columns=wider, index=X.index)
    return X, y, held if random.random() < 0.8 else None


def column(random: np.random.Generator, n: int) -> Any:
    gaps = random.random(n) < random.choice([0.0, 0.3, 1.0], p=[0.5, 0.4, 0.1])
    numbers = random.normal(size=n) * 10.0 ** random.integers(-300, 300)
    kinds: dict[str, Any] = {
        "number": np.where(gaps, np.nan, numbers),
        "infinity": np.where(gaps, np.inf, np.where(random.random(n) < 0.1, -np.inf, numbers)),
        "count": pd.array(random.poisson(2, n), dtype="Int64"),
        "constant": np.full(n, 7.0),
        "flag": pd.Series(random.random(n) < 0.5).astype("boolean").mask(gaps).array,
        "text": pd.Series(random.choice(np.array(["a", "b", "", "ü"], dtype=object), n)).mask(gaps).array,
        "many levels": np.array([f"id{i}" for i in random.integers(0, n, n)], dtype=object),
        "category": pd.Categorical(random.choice(["S", "M"], n), categories=["S", "M", "never"]),
    }
    return kinds[str(random.choice(list(kinds)))]


@pytest.mark.parametrize("seed", range(25))
def test_any_table_is_learnt_from_and_ranked(seed: int):
    X, y, held = any_table(seed)
    ranker = ScorecardRanker(**FAST, min_positives=5).fit(X, y, held)
    said = ranker.predict_proba(X, held)
    assert said.shape == y.shape
    assert ((said > 0) & (said < 1)).to_numpy().all()
    card = ranker.compile()
    assert all(np.isfinite(term.points).all() for term in card.tables)
    if held is not None and held[y.columns].to_numpy().any():
        hidden = hide_one(X, held[y.columns])
        again = ScorecardRanker(**FAST, min_positives=5).fit(*hidden)
        assert np.isfinite(again.predict_proba(X, held[y.columns]).to_numpy()).all()
