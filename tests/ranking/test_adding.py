"""Sums and bins of many rows, and of few: whatever the way, the very same numbers."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from recommender.errors import FeatureError
from recommender.ranking import NumericBins, Scorecard, Term
from recommender.ranking.few_rows import FewRows, plan_few_rows
from recommender.ranking.lookup import make_grid

PRODUCTS = tuple(f"p{i:02}" for i in range(24))
EDGES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40, unique=True).map(sorted)


def term(random: np.random.Generator, columns: tuple[int, ...], n_products: int) -> Term:
    products = np.sort(random.choice(len(PRODUCTS), n_products, replace=False))
    coarse = (np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1])) if len(columns) == 2 else ()
    return Term(columns, random.normal(size=(6 if coarse else 4, n_products)), products, coarse)


def mixed_card() -> Scorecard:
    """Terms of all products, of most and of few, singles and pairs, in turns."""
    random = np.random.default_rng(0)
    wanted = [((0,), 24), ((0, 1), 2), ((1,), 24), ((0, 2), 20), ((1, 2), 1), ((2,), 9)]
    return Scorecard(
        link="independent",
        products=PRODUCTS,
        held_products=PRODUCTS,
        bins=tuple(NumericBins(name, np.array([0.0, 1.0])) for name in ("x", "y", "z")),
        tables=tuple(term(random, columns, n) for columns, n in wanted),
        intercept=random.normal(size=len(PRODUCTS)),
        base_rate=np.full(len(PRODUCTS), 0.1),
        flag_bits=np.zeros(len(PRODUCTS), dtype=np.uint8),
    )


def asked(n: int) -> tuple[pa.Table, np.ndarray]:
    random = np.random.default_rng(1)
    columns = {name: pa.array(random.normal(size=n), mask=random.random(n) < 0.2) for name in ("z", "y", "x")}
    return pa.table(columns), random.random((n, len(PRODUCTS))) < 0.3


@pytest.mark.parametrize("n", [1, 5, 3000, 40_000])
def test_log_odds_are_intercept_and_contributions_added_from_left_to_right_to_the_last_bit(n):
    rows, held = asked(n)
    card = mixed_card()
    row, product = np.divmod(np.arange(min(n * len(PRODUCTS), 5000)), len(PRODUCTS))
    total = card.intercept[product]
    for adds in card.contributions(rows, held, row, product).T:
        total = total + adds
    assert_array_equal(card.log_odds(rows, held)[row, product], total)


def test_contributions_are_alike_of_few_rows_and_among_many():
    rows, held = asked(3000)
    card, pairs = mixed_card(), np.divmod(np.arange(5 * len(PRODUCTS)), len(PRODUCTS))
    assert_array_equal(card.contributions(rows.slice(0, 5), held[:5], *pairs), card.contributions(rows, held, *pairs))


def test_contributions_are_alike_of_one_pair_and_among_many_of_its_product():
    rows, held = asked(3000)
    card, row, product = mixed_card(), np.arange(3000), np.full(3000, 5)
    many = card.contributions(rows, held, row, product)
    for i in (0, 1023, 1024, 2999):
        assert_array_equal(card.contributions(rows, held, row[i : i + 1], product[i : i + 1])[0], many[i])


def test_no_pairs_have_no_contributions():
    rows, held = asked(20)
    none = np.empty(0, dtype=np.int64)
    assert mixed_card().contributions(rows, held, none, none).shape == (0, 6)


def test_a_term_adds_nothing_to_a_product_that_it_has_no_points_for():
    rows, held = asked(20)
    card = mixed_card()
    every = [(row, product) for row in range(20) for product in range(len(PRODUCTS))]
    found = card.contributions(rows, held, *np.array(every).T)
    for t, of_one in enumerate(card.tables):
        assert_array_equal(found[:, t] != 0, np.isin([product for _, product in every], of_one.products))


def test_a_row_scores_alike_alone_and_among_many():
    rows, held = asked(9000)
    card = mixed_card()
    whole = card.propensities(rows, held)
    for i in (0, 1023, 1024, 4095, 4096, 8999):
        assert_array_equal(card.propensities(rows.slice(i, 1), held[i : i + 1])[0], whole[i])


def test_a_slice_across_the_parts_of_a_column_is_binned_as_the_rows_it_holds():
    rows, held = asked(8)
    parted = pa.concat_tables([rows.slice(0, 3), rows.slice(3)])
    assert_array_equal(mixed_card().find_bins(parted, held), mixed_card().find_bins(rows, held))


def test_few_rows_of_whole_numbers_flags_and_gaps_are_binned_as_many():
    random = np.random.default_rng(2)
    many = pa.table(
        {
            "x": pa.array(random.integers(-2, 3, 100), mask=random.random(100) < 0.3),
            "y": pa.array(random.random(100) < 0.5),
            "z": pa.nulls(100),
        }
    )
    held, card = np.zeros((100, len(PRODUCTS)), dtype=bool), mixed_card()
    whole = card.find_bins(many, held)
    few = [card.find_bins(many.slice(i, 1), held[:1])[:, 0] for i in range(100)]
    assert_array_equal(np.stack(few, axis=1), whole)


def test_columns_in_another_order_are_looked_up_anew():
    rows, held = asked(4)
    card = mixed_card()
    card.find_bins(rows, held)
    assert_array_equal(card.find_bins(rows.select(["x", "y", "z"]), held), card.find_bins(rows, held))


def test_one_row_without_a_column_is_refused():
    with pytest.raises(FeatureError, match="1 features that the model reads are not there"):
        mixed_card().find_bins(asked(1)[0].drop_columns(["y"]), np.zeros((1, len(PRODUCTS)), dtype=bool))


@settings(max_examples=200, deadline=None)
@given(EDGES, st.lists(st.floats(allow_nan=False), max_size=20))
def test_a_grid_finds_what_a_search_finds(edges, values):
    uppers = np.array(edges)
    grid = make_grid(uppers)
    tried = np.array([*values, *edges, *np.nextafter(uppers, np.inf), *np.nextafter(uppers, -np.inf), -np.inf, np.inf])
    if grid is not None:
        assert_array_equal(grid.find(tried), uppers.searchsorted(tried, side="left"))


def test_even_edges_have_a_grid_and_edges_that_nearly_touch_have_none():
    assert make_grid(np.linspace(0, 1, 62)) is not None
    assert make_grid(np.array([0.0, 1e-9, 1.0])) is None
    assert make_grid(np.array([-1.7e308, 1.7e308])) is None


@pytest.mark.parametrize("n", [10, 100])
def test_a_missing_number_has_the_last_bin_and_an_infinite_one_that_above_the_edges(n):
    bins = NumericBins("x", np.array([0.0, 1.0]))
    values = pa.array([None, float("nan"), float("inf"), -float("inf")] * n)
    assert bins.find(values).tolist() == [3, 3, 2, 0] * n


class _Contended(list[FewRows]):
    """A place that another thread writes to after every look."""

    def __init__(self, mine: FewRows, theirs: FewRows) -> None:
        super().__init__([mine])
        self.theirs = theirs

    def __getitem__(self, i: Any) -> Any:
        found = super().__getitem__(i)
        self[:] = [self.theirs]
        return found


def test_a_thread_that_sends_columns_in_another_order_changes_nothing():
    rows, held = asked(4)
    card, alone = mixed_card(), mixed_card()
    plans = [plan_few_rows(rows.select(names).schema, card.bins) for names in (["z", "y", "x"], ["x", "y", "z"])]
    vars(card)["_plans"] = _Contended(*plans)
    assert_array_equal(card.find_bins(rows, held), alone.find_bins(rows, held))
