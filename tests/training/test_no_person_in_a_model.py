"""What one account alone says must not stand in a model, at however many moments its rows were learnt from."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

import recommender
from recommender.config import Config, Training
from recommender.model import load_model, save_model
from recommender.ranking import CategoryBins, make_ranker

PRODUCTS = [f"p{i}" for i in range(7)]
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNTS = [
    {"account_id": f"a{i}", "opened_at": "2020-01-01", "nickname": f"only-{i}-is-called-so", "town": f"town-{i % 3}"}
    for i in range(36)
]


def _ago(days: float) -> str:
    return (UNTIL - timedelta(days=days)).replace(tzinfo=None).isoformat()


def _save(tables, ranker, folder):
    saved = save_model(recommender.train(tables, UNTIL.isoformat(), ranker=ranker), folder / "model")
    levels = [b.levels for b in load_model(saved).scorecard.bins if isinstance(b, CategoryBins)]
    return b"".join(path.read_bytes() for path in sorted(saved.iterdir())), levels


@pytest.mark.parametrize("ranker", ["logistic", "scorecard"])
def test_a_text_of_one_account_stays_out_whatever_the_number_of_cut_offs(ranker, small_tables, tmp_path):
    training = Training(cut_offs=8, horizon_days=30)
    # each account takes up a product in some horizon, so that there is a take-up before every cut-off
    held = [
        {"account_id": f"a{i}", "product_id": "pq"[i % 2], "started_at": _ago(0.5 + 30 * (i % 8)), "ended_at": None}
        for i in range(36)
    ]
    config = Config(time_zone="Europe/Berlin", training=training)
    content, levels = _save(small_tables(accounts=ACCOUNTS, holdings=held, config=config), ranker, tmp_path)
    assert b"is-called-so" not in content
    assert levels == [("town-0", "town-1", "town-2")]


def test_a_text_of_one_account_stays_out_whatever_the_number_of_products_hidden(small_tables, tmp_path):
    products = [{"product_id": p, "name": p, "category": "c", "monthly_price": "1.00"} for p in PRODUCTS]
    held = [{"account_id": f"a{i}", "product_id": p} for i in range(36) for p in PRODUCTS[i % 2 :]]
    tables = small_tables(accounts=ACCOUNTS, holdings=held, products=products)
    content, levels = _save(tables, "logistic", tmp_path)
    assert b"is-called-so" not in content
    assert levels == [("town-0", "town-1", "town-2")]


def test_rows_with_one_label_count_as_one_account():
    rows = pd.DataFrame({"plan": ["gold"] * 5 + ["tin"] * 5}, index=["a"] * 5 + list("bcdef"))
    taken = pd.DataFrame({"p": [True, False] * 5}, index=rows.index)
    card = make_ranker("logistic", Training()).fit(rows, taken).compile()
    assert [b.levels for b in card.bins] == [("tin",)]
