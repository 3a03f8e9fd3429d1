"""Which ranker `auto` keeps, and what explainability costs."""

import numpy as np
import pandas as pd
import pytest

import recommender
from recommender.evaluation import Examples, Judged, Judging
from recommender.training.choice import choose

N = 400


def judged(name: str, right: float) -> tuple[Judged, ...]:
    """Every account takes up product a; the ranker puts it first for the share `right` of them, else last of four."""
    index, columns = range(N), list("abcd")
    y = pd.DataFrame(False, index=index, columns=columns).assign(a=True)
    examples = Examples(
        X=pd.DataFrame(index=index),
        y=y,
        held=y & False,
        account_id=pd.Series([f"A{i}" for i in index]),
        cut_off=pd.Series([pd.Timestamp("2026-01-01", tz="UTC")] * N),
    )
    propensity = np.tile([0.0, 0.3, 0.2, 0.1], (N, 1))
    propensity[: round(right * N), 0] = 0.5
    return (Judged(name, examples, propensity),)


def said(**right: float) -> dict[str, tuple[Judged, ...]]:
    return {name.replace("_", "-"): judged(name, share) for name, share in right.items()}


def test_another_is_kept_only_where_it_is_better_beyond_its_interval():
    kept, account = choose(said(scorecard=0.50, logistic=0.60, co_holding=0.55), Judging(resamples=100))
    assert kept == account["kept"] == "logistic"
    # first gives 1 and last of four nothing: the difference is that of the shares
    assert account["against_default"]["logistic"]["difference"] == pytest.approx(0.60 - 0.50)
    assert account["against_default"]["logistic"]["low"] > 0


def test_the_scorecard_is_kept_where_another_is_better_by_chance_or_no_better():
    barely = choose(said(scorecard=0.50, logistic=0.5025), Judging(resamples=100))
    assert barely[1]["against_default"]["logistic"]["difference"] > 0
    assert barely[0] == "scorecard"
    assert choose(said(scorecard=0.5, popularity=0.2), Judging(resamples=100))[0] == "scorecard"


def test_what_cannot_explain_itself_is_not_kept_but_says_what_that_costs():
    kept, account = choose(said(scorecard=0.50, boosted=0.80), Judging(resamples=100))
    assert kept == "scorecard"
    assert account["explainability_cost"]["difference"] == pytest.approx(0.80 - 0.50)


def test_training_by_auto_records_the_choice(small_tables):
    held = [{"account_id": f"a{i}", "product_id": product} for i in range(60) for product in ("p", "q")]
    accounts = [{"account_id": f"a{i}", "opened_at": "2020-01-01", "size": i % 3} for i in range(60)]
    tables = small_tables(accounts=accounts, holdings=held)
    about = recommender.train(tables, "2026-01-01", ranker="auto").training
    assert about["ranker"] == about["choice"]["kept"]
    assert set(about["choice"]["against_default"]) == {"popularity", "co-holding", "logistic", "boosted"}
    assert {one["ranker"] for one in about["figures"]} == {"scorecard", *about["choice"]["against_default"]}
    assert set(about["choice"]["explainability_cost"]) == {"difference", "low", "high"}
