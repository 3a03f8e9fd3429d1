"""Reasons of a ranker that learnt who takes up what: true figures, positive points, propensities that rest on them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recommender.ranking import LogisticRanker, Scorecard
from recommender.reasons import Feature, Words, explain_offers, figure

N = 4000
FEATURES = {
    "coffee_shop_sessions_90d": Feature("coffee_shop_sessions_90d", "sessions", "{value} sessions in coffee shops"),
    "trips_90d": Feature("trips_90d", "trips", "{value} trips abroad"),
    "spend_90d": Feature("spend_90d", "EUR", "{value} EUR spent"),
    "age": Feature("age", "years", "{value} years old", is_sensitive=True),
}
WORDS = Words(FEATURES, {})
EMPTY = pa.array([[]] * N, pa.list_(pa.string()))


@pytest.fixture(scope="module")
def learnt() -> tuple[Scorecard, pa.Table]:
    """Coffee shops bring hotspots, trips bring roaming, age brings both; a fifth of the accounts gave no consent."""
    random = np.random.default_rng(5)
    consents = random.random(N) < 0.8
    usage = {
        "coffee_shop_sessions_90d": random.poisson(3.0, N).astype(float),
        "trips_90d": random.poisson(2.0, N).astype(float),
        "spend_90d": random.gamma(2.0, 7.0, N).round(2),
    }
    known = pd.DataFrame({name: np.where(consents, values, np.nan) for name, values in usage.items()})
    features = known.assign(age=random.integers(18, 90, N))
    pull = {"hotspot": usage["coffee_shop_sessions_90d"] - 6, "roaming": usage["trips_90d"] - 5}
    chance = {name: 1 / (1 + np.exp(-(wish + (features["age"] - 50) / 20))) for name, wish in pull.items()}
    taken = pd.DataFrame({name: random.random(N) < p for name, p in chance.items()})
    ranker = LogisticRanker(random_state=0).fit(features, taken)
    rows = pa.Table.from_pandas(features, preserve_index=False)
    return ranker.compile(), rows.append_column("held_products", EMPTY).append_column("ordered_products", EMPTY)


@pytest.fixture(scope="module")
def said(learnt: tuple[Scorecard, pa.Table]) -> Any:
    """The rows, the product that fits each best, its reason, and what each term adds."""
    card, rows = learnt
    held = np.zeros((N, len(card.held_products)), dtype=bool)
    best = card.propensities(rows, held).argmax(axis=1)
    adds = card.contributions(rows, held, np.arange(N), best)
    return rows, best, explain_offers(rows, adds, card.terms, WORDS), adds


def test_the_figure_shown_is_that_of_the_snapshot(said: Any) -> None:
    rows, _, reasons, _ = said
    columns = {name: rows.column(name).to_pylist() for name in FEATURES}
    for i in range(N):
        for name in reasons[i].features:
            phrase = FEATURES[name].says.format(value=figure(columns[name][i], FEATURES[name].unit))
            assert phrase.lower() in reasons[i].text.lower()


def test_every_term_named_adds_to_the_propensity(said: Any, learnt: tuple[Scorecard, pa.Table]) -> None:
    _, _, reasons, adds = said
    terms = learnt[0].terms
    assert all(adds[i, terms.index(name)] > 0 for i in range(N) for name in reasons[i].features)


def test_neither_a_sensitive_attribute_nor_usage_without_consent_is_named(said: Any) -> None:
    rows, _, reasons, _ = said
    unknown = np.flatnonzero(np.isnan(rows.column("trips_90d").to_numpy(zero_copy_only=False)))
    assert len(unknown) > N / 10
    assert all(reasons[int(i)].features == () for i in unknown)
    assert not any("years old" in reasons[i].text for i in range(N))


def lost(card: Scorecard, said: Any, name: str, product: int, value: float) -> Any:
    """By how much the propensity falls where `name`, the first reason for `product`, has this value instead."""
    rows, best, reasons, _ = said
    about = np.array([best[i] == product and reasons[i].features[:1] == (name,) for i in range(N)])
    held = np.zeros((N, len(card.held_products)), dtype=bool)
    changed = rows.set_column(rows.schema.get_field_index(name), name, pa.array(np.full(N, value)))
    return (card.propensities(rows, held) - card.propensities(changed, held))[about, product]


@pytest.mark.parametrize(("name", "product"), [("coffee_shop_sessions_90d", 0), ("trips_90d", 1)])
def test_without_its_first_reason_a_product_fits_less(
    said: Any, learnt: tuple[Scorecard, pa.Table], name: str, product: int
) -> None:
    card, rows = learnt
    figures = rows.column(name).to_numpy(zero_copy_only=False)
    points = card.contributions(
        rows, np.zeros((N, len(card.held_products)), dtype=bool), np.arange(N), np.full(N, product)
    )[:, card.terms.index(name)]
    known = np.flatnonzero(~np.isnan(figures))
    average = figures[known[np.abs(points[known]).argmin()]]
    usual = np.nanmedian(figures)

    assert len(lost(card, said, name, product, average)) > N / 20
    assert (lost(card, said, name, product, average) > 0).mean() > 0.95
    assert (lost(card, said, name, product, usual) > 0).mean() > 0.75
    assert lost(card, said, name, product, average).mean() > 0.02


def test_another_figure_is_said_where_the_snapshot_has_another(said: Any) -> None:
    assert len({text for text in said[2].text.to_pylist() if "coffee" in text}) > len(FEATURES)


def test_a_feature_that_is_no_longer_sensitive_is_named(learnt: tuple[Scorecard, pa.Table], said: Any) -> None:
    rows, _, _, adds = said
    open_words = replace(WORDS, features={name: replace(one, is_sensitive=False) for name, one in FEATURES.items()})
    texts = explain_offers(rows, adds, learnt[0].terms, open_words).text.to_pylist()
    assert any("years old" in text for text in texts)
