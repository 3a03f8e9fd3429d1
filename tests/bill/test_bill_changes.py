"""What an offer does to the monthly bill."""

from decimal import Decimal

import numpy as np
import pytest

from recommender.bill import Prices, bill_changes
from recommender.catalogue import Catalogue, Product
from recommender.errors import DataError

# In cents: all 2000 contains data 800 and duo 700, which contains calls 400 and texts (price unknown).
CATALOGUE = Catalogue.of(
    [
        Product("all", "All", "bundles", Decimal("20.00"), includes=("data", "duo")),
        Product("calls", "Calls", "voice", Decimal(4)),
        Product("data", "Data", "internet", Decimal("8.0")),
        Product("duo", "Duo", "bundles", Decimal("7.00"), includes=("calls", "texts")),
        Product("texts", "Texts", "voice"),
    ]
)


def _changes(*held: str, bundle_replaces_parts: bool = False, minor_digits: int = 2) -> dict[str, int | None]:
    mask = np.array([[product_id in held for product_id in CATALOGUE.ids]])
    prices = Prices.of(CATALOGUE, minor_digits)
    changes, known = bill_changes(prices, mask, bundle_replaces_parts=bundle_replaces_parts)
    assert changes.dtype == np.int64
    assert (changes[~known] == 0).all()
    pairs = zip(CATALOGUE.ids, changes[0].tolist(), known[0].tolist(), strict=True)
    return {product_id: change if is_known else None for product_id, change, is_known in pairs}


def test_a_change_is_the_price_in_minor_units() -> None:
    assert _changes("calls") == {"all": 2000, "calls": 400, "data": 800, "duo": 700, "texts": None}


def test_minor_units_are_the_currencys() -> None:
    assert _changes(minor_digits=0)["all"] == 20
    assert _changes(minor_digits=3)["all"] == 20 * 1000


def test_a_bundle_may_take_the_place_of_its_parts() -> None:
    changes = _changes("calls", bundle_replaces_parts=True)
    assert changes == {"all": 2000 - 400, "calls": 400, "data": 800, "duo": 700 - 400, "texts": None}


def test_parts_of_parts_are_saved_once_each() -> None:
    changes = _changes("calls", "data", "duo", bundle_replaces_parts=True)
    assert changes["all"] == 2000 - 400 - 800 - 700


def test_a_saving_of_unknown_size_makes_the_change_unknown() -> None:
    changes = _changes("texts", bundle_replaces_parts=True)
    assert (changes["all"], changes["duo"], changes["data"]) == (None, None, 800)


def test_a_bundle_that_contains_itself_saves_nothing_by_itself() -> None:
    knot = Catalogue.of(
        [
            Product("a", "A", "x", Decimal(5), includes=("b",)),
            Product("b", "B", "x", Decimal(3), includes=("a",)),
        ]
    )
    changes, _ = bill_changes(Prices.of(knot, 0), np.array([[True, True]]), bundle_replaces_parts=True)
    assert changes.tolist() == [[5 - 3, 3 - 5]]


@pytest.mark.parametrize("n", [0, 1, 3])
def test_there_is_one_change_per_account_and_product(n: int) -> None:
    changes, known = bill_changes(Prices.of(CATALOGUE, 2), np.zeros((n, 5), dtype=bool))
    assert changes.shape == known.shape == (n, 5)


def test_a_price_finer_than_the_currency_is_refused() -> None:
    fine = Catalogue.of([Product("fine", "Fine", "x", Decimal("0.999"))])
    with pytest.raises(DataError, match=r"price of 'fine' must be whole in units of 10\^-2, but 0\.999 came"):
        Prices.of(fine, 2)


def test_prices_beyond_floats_stay_exact() -> None:
    dear = Catalogue.of([Product("dear", "Dear", "x", Decimal("90071992547409.93"))])
    changes, _ = bill_changes(Prices.of(dear, 2), np.zeros((1, 1), dtype=bool))
    assert changes.tolist() == [[2**53 + 1]]


def test_a_bundle_replaces_nothing_unless_it_is_said_to() -> None:
    changes, _ = bill_changes(Prices.of(CATALOGUE, 2), np.ones((1, 5), dtype=bool))
    assert changes.tolist() == [[2000, 400, 800, 700, 0]]
