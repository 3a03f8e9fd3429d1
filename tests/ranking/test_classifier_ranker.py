"""Any classifier of scikit-learn's as a ranker, and that nothing pickled is read without the caller's word."""

# ruff: noqa: N806  X is scikit-learn's name for it

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

import recommender
from recommender.errors import ModelError
from recommender.model import load_model, save_model
from recommender.ranking import ClassifierRanker, Scorecard
from recommender.ranking.classifier_card import ESTIMATOR, ClassifierCard


def operator(n: int = 1200, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trips sell roaming; a gap in them says that there are none."""
    random = np.random.default_rng(seed)
    trips = random.poisson(3, n).astype(float)
    X = pd.DataFrame(
        {
            "trips": np.where(trips == 0, np.nan, trips),
            "town": random.choice(np.array(["a", "b", None], dtype=object), n),
        }
    )
    return X, pd.DataFrame({"roaming": random.random(n) < np.where(trips > 4, 0.5, 0.05)})


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        RandomForestClassifier(30, min_samples_leaf=20, random_state=0),
        KNeighborsClassifier(50),
        LinearSVC(),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_any_classifier_ranks_and_is_calibrated(estimator: Any):
    X, y = operator()
    later, took = operator(4000, seed=1)
    said = ClassifierRanker(estimator).fit(X, y).predict_proba(later)["roaming"]
    travels = later["trips"] > 4
    assert said[travels].mean() > 2 * said[~travels].mean()
    assert said.mean() == pytest.approx(took["roaming"].mean(), abs=0.03)


def test_a_product_with_one_take_up_has_its_rate():
    X, y = operator(300)
    once = pd.DataFrame({"film": np.arange(300) == 7, **y})
    said = ClassifierRanker().fit(X, once).predict_proba(X)["film"]
    assert said.between(1e-4, 0.05).all()


def test_it_survives_being_stored_by_one_who_trusts_it():
    X, y = operator(300)
    card = ClassifierRanker(GaussianNB()).fit(X, y).compile()
    again = ClassifierCard.from_arrays(card.to_arrays())
    bins = card.find_bins(_rows(X), np.zeros((300, 1), bool))
    assert_array_equal(again.log_odds_of(bins), card.log_odds_of(bins))


def test_a_curve_is_folded_in():
    X, y = operator(300)
    card = ClassifierRanker(GaussianNB()).fit(X, y).compile()
    bins = card.find_bins(_rows(X), np.zeros((300, 1), bool))
    curved = card.curved(np.array([0.5]), np.array([2.0]))
    assert_allclose(curved.log_odds_of(bins), 0.5 + 2.0 * card.log_odds_of(bins))


def test_a_scorecard_never_reads_what_was_pickled():
    X, y = operator(300)
    with pytest.raises(ModelError, match="unknown"):
        Scorecard.from_arrays(ClassifierRanker().fit(X, y).compile().to_arrays())


def _rows(X: pd.DataFrame) -> Any:  # noqa: N803
    return recommender.ranking.frames.read_features(X)


class Trap:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.path, "sprung")


@pytest.fixture
def model(small_tables) -> Any:
    random = np.random.default_rng(0)
    held = [{"account_id": f"a{i}", "product_id": p} for i in range(80) for p in "pq" if random.random() < 0.7]
    accounts = [{"account_id": f"a{i}", "opened_at": "2020-01-01", "size": i % 3} for i in range(80)]
    tables = small_tables(accounts=accounts, holdings=held)
    return recommender.train(tables, "2026-01-01", ranker=ClassifierRanker(GaussianNB()))


def test_a_model_of_it_is_loaded_on_trust_alone(model, tmp_path):
    assert model.training["ranker"] == "ClassifierRanker"
    folder = save_model(model, tmp_path / "own")
    with pytest.raises(ModelError, match="trust=True"):
        load_model(folder)
    again = load_model(folder, trust=True)
    assert isinstance(again.scorecard, ClassifierCard)
    assert_array_equal(again.scorecard.intercept, model.scorecard.intercept)


def test_without_trust_nothing_is_unpickled(model, tmp_path):
    sprung, out = tmp_path / "sprung", io.BytesIO()
    joblib.dump((Trap(sprung),), out)
    arrays = {**model.scorecard.to_arrays(), ESTIMATOR: np.frombuffer(out.getvalue(), np.uint8)}

    class Forged(ClassifierCard):
        def to_arrays(self) -> dict[str, Any]:
            return arrays

    card = model.scorecard
    forged = Forged(**{name: getattr(card, name) for name in card.__dataclass_fields__})
    folder = save_model(replace(model, scorecard=forged), tmp_path / "forged")
    with pytest.raises(ModelError, match="trust=True"):
        load_model(folder)
    assert not sprung.exists()
