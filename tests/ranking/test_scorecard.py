"""The compiled form, on a card written by hand."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from recommender.errors import FeatureError, ModelError
from recommender.ranking import PRIOR, CategoryBins, NumericBins, Scorecard, Term, with_priors
from recommender.ranking.binning import read_numbers

BOTH = np.array([0, 1])


def card() -> Scorecard:
    """Age under or over 40, segment, holding b, and a pair of age and segment for b alone."""
    return Scorecard(
        link="independent",
        products=("a", "b"),
        held_products=("a", "b", "modem"),
        bins=(NumericBins("age", np.array([40.0])), CategoryBins("segment", ("city", "land"))),
        tables=(
            Term((0,), np.array([[0.1, 1.0], [0.2, 2.0], [0.3, 3.0]]), BOTH),
            Term((1,), np.array([[0.01], [0.02], [0.03], [0.04]]), np.array([0])),
            Term((4,), np.array([[0.0, 0.0], [5.0, 50.0]]), BOTH),
            Term(
                (0, 1),
                np.array([[7.0], [70.0], [700.0], [0.5]]),
                np.array([1]),
                (np.array([0, 1, 1]), np.array([0, 1, 1, 1])),
            ),
        ),
        intercept=np.array([-3.0, -4.0]),
        base_rate=np.array([0.05, 0.02]),
        flag_bits=np.array([0, 3], dtype=np.uint8),
    )


ROWS = pa.table({"segment": ["city", None, "moon"], "age": [40.0, 40.5, None]})
HELD = np.array([[False, False, False], [False, False, True], [False, True, False]])


def test_log_odds_are_the_sum_of_the_points_of_each_bin():
    assert_array_equal(
        card().log_odds(ROWS, HELD),
        [
            [-3.0 + 0.1 + 0.01, -4.0 + 1.0 + 7.0],
            [-3.0 + 0.2 + 0.03 + 5.0, -4.0 + 2.0 + 50.0 + 0.5],
            [-3.0 + 0.3 + 0.04, -4.0 + 3.0 + 0.5],
        ],
    )


def test_contributions_are_the_points_of_each_term():
    found = card().contributions(ROWS, HELD, np.array([1, 1]), np.array([1, 0]))
    assert_array_equal(found, [[2.0, 0.0, 50.0, 0.5], [0.2, 0.03, 5.0, 0.0]])
    assert card().terms == ("age", "segment", "held:modem", "age & segment")


def test_one_of_is_the_softmax_over_products_not_held():
    odds = np.exp(np.array([-3.0 + 0.1 + 0.01, -4.0 + 1.0 + 7.0]))
    found = replace(card(), link="one_of").propensities(ROWS, HELD)
    np.testing.assert_allclose(found[0], odds / odds.sum())
    assert found[2, 0] == 1.0


def test_one_of_gives_a_held_product_the_share_it_would_have_if_it_were_not_held():
    lone = np.zeros((1, 3), dtype=bool)
    both = replace(card(), link="one_of").propensities(ROWS.slice(0, 1), lone)
    b_held = replace(card(), link="one_of").propensities(ROWS.slice(0, 1), np.array([[False, True, False]]))
    np.testing.assert_allclose(b_held[0, 1], both[0, 1])


def test_one_of_is_defined_where_everything_is_held():
    found = replace(card(), link="one_of").propensities(ROWS, np.ones((3, 3), dtype=bool))
    assert_array_equal(found, np.ones((3, 2)))


def test_the_number_of_products_held_is_a_column():
    count = Term((5,), np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0]))
    counted = replace(card(), tables=(count,))
    assert counted.terms == ("held_count",)
    assert_array_equal(counted.log_odds(ROWS, HELD)[:, 0], [-3.0, -3.0 + 1.0, -3.0 + 1.0])
    assert_array_equal(Scorecard.from_arrays(counted.to_arrays()).log_odds(ROWS, HELD), counted.log_odds(ROWS, HELD))


def test_flags_are_named():
    assert card().flags(0) == ()
    assert card().flags(1) == ("prior", "few_positives")


@pytest.mark.parametrize("n", [0, 1, 16, 17, 5000])
def test_rows_score_alike_alone_and_in_a_batch_of_any_size(n: int):
    random = np.random.default_rng(0)
    ages, segments = random.normal(40, 9, n), random.choice(["city", "land", "x"], n)
    rows = pa.table({"age": pa.array(ages), "segment": pa.array(segments)})
    held = random.random((n, 3)) < 0.5
    for link in ("independent", "one_of"):
        scored: Scorecard = replace(card(), link=link)
        batch = scored.propensities(rows, held)
        assert batch.shape == (n, 2)
        assert batch.flags.c_contiguous
        for i in range(0, n, 97):
            assert_array_equal(scored.propensities(rows.slice(i, 1), held[i : i + 1]), batch[i : i + 1])


def test_many_terms_of_one_product_sum_alike_alone_and_in_a_batch():
    random = np.random.default_rng(0)
    features = [f"f{i}" for i in range(40)]
    alone = replace(
        card(),
        products=("a",),
        held_products=("a",),
        bins=tuple(NumericBins(feature, np.array([0.0])) for feature in features),
        tables=tuple(Term((i,), random.normal(size=(3, 1)), np.array([0])) for i in range(40)),
        intercept=np.array([0.1]),
    )
    rows = pa.table({feature: pa.array(random.normal(size=100)) for feature in features})
    batch = alone.log_odds(rows, np.zeros((100, 1), bool))
    for i in range(100):
        assert_array_equal(alone.log_odds(rows.slice(i, 1), np.zeros((1, 1), bool)), batch[i : i + 1])


@pytest.mark.parametrize(
    "ages",
    [
        pa.array([40, 41, None]),
        pa.array([40, 41, None], pa.uint8()),
        pa.array([40.0, 40.25, None], pa.float32()),
        pa.array([Decimal("40.00"), Decimal("40.01"), None]),
        pa.array([40, 41, None]).dictionary_encode(),
        pa.array([40.0, float("inf"), float("nan")]),
        pa.chunked_array([[40], [41, None]]),
    ],
)
def test_numbers_of_any_type_find_their_bins(ages: Any):
    assert_array_equal(card().find_bins(ROWS.set_column(1, "age", ages), HELD)[0], [0, 1, 2])


def test_flags_are_numbers_0_and_1():
    assert_array_equal(NumericBins("is_x", np.array([0.5])).find(pa.array([False, True, None])), [0, 1, 2])


def test_a_column_without_any_value_is_missing_throughout():
    assert_array_equal(NumericBins("x", np.array([0.5])).find(pa.nulls(2)), [2, 2])
    assert_array_equal(CategoryBins("x", ("a",)).find(pa.nulls(2)), [1, 1])


@pytest.mark.parametrize(
    "segments",
    [
        pa.array(["city", None, "moon"], pa.large_string()),
        pa.array(["city", None, "moon"], pa.string_view()),
        pa.array(["city", None, "moon"]).dictionary_encode(),
        pa.chunked_array([pa.array(["city"]).dictionary_encode(), pa.array([None, "moon"]).dictionary_encode()]),
    ],
)
def test_text_of_any_type_finds_its_bins(segments: Any):
    assert_array_equal(card().find_bins(ROWS.set_column(0, "segment", segments), HELD)[1], [0, 2, 3])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (ROWS.drop_columns(["age"]), "features that the model reads are not there, or twice: .'age'."),
        (ROWS.append_column("age", pa.array([1, 2, 3])), "not there, or twice: .'age'."),
        (ROWS.set_column(1, "age", pa.array(["x", "y", "z"])), "'age' must be numeric or boolean, but .* string"),
        (ROWS.set_column(1, "age", pa.array([1, 2, 3], pa.timestamp("s"))), "'age' must be numeric or boolean"),
        (ROWS.set_column(0, "segment", pa.array([1, 2, 3])), "'segment' must be text or a category, but .* int64"),
    ],
)
def test_a_column_that_is_missing_or_of_another_type_is_refused(rows: pa.Table, sentence: str):
    with pytest.raises(FeatureError, match=sentence):
        card().log_odds(rows, HELD)


@pytest.mark.parametrize("held", [HELD[:2], HELD[:, :2], np.vstack([HELD, HELD])])
def test_held_of_another_shape_is_refused(held: Any):
    with pytest.raises(FeatureError, match="held must have the shape"):
        card().log_odds(ROWS, held)


def test_priors_are_given_to_flagged_products_alone():
    found = with_priors(card(), {"a": 0.5, "b": 0.25})
    assert_array_equal(found.base_rate, [0.05, 0.25])
    odds_ratio = (0.25 / 0.75) / (0.02 / 0.98)
    np.testing.assert_allclose(found.intercept, [-3.0, -4.0 + np.log(odds_ratio)])
    assert found.flag_bits[1] & PRIOR


def test_a_prior_out_of_its_range_is_refused():
    with pytest.raises(ModelError, match="must lie between 0 and 1"):
        with_priors(card(), {"b": 1.0})


def test_arrays_bring_back_every_field():
    again = Scorecard.from_arrays(card().to_arrays())
    assert_array_equal(again.log_odds(ROWS, HELD), card().log_odds(ROWS, HELD))
    for name in ("link", "products", "held_products", "features", "terms"):
        assert getattr(again, name) == getattr(card(), name)
    for name, array in card().to_arrays().items():
        assert_array_equal(again.to_arrays()[name], array)


def _with(name: str, place: Any, value: Any) -> dict[str, Any]:
    arrays = {key: array.copy() for key, array in card().to_arrays().items()}
    arrays[name][place] = value
    return arrays


BROKEN = {
    "an array missing": {key: array for key, array in card().to_arrays().items() if key != "points"},
    "an array unknown": {**card().to_arrays(), "code": np.zeros(1)},
    "another type": {**card().to_arrays(), "points": card().to_arrays()["points"].astype(np.float32)},
    "objects": {**card().to_arrays(), "points": np.array([None])},
    "another dimension": {**card().to_arrays(), "intercept": np.zeros((2, 1))},
    "three columns of terms": {**card().to_arrays(), "term_columns": np.zeros((4, 3), np.int64)},
    "an unknown format": _with("format", 0, 2),
    "an unknown link": _with("link", 0, 2),
    "points not a number": _with("points", 0, np.nan),
    "an infinite intercept": _with("intercept", 0, np.inf),
    "a base rate over 1": _with("base_rate", 0, 1.5),
    "a base rate not a number": _with("base_rate", 0, np.nan),
    "an unknown flag": _with("flag_bits", 0, 4),
    "too few intercepts": {**card().to_arrays(), "intercept": np.zeros(1)},
    "an infinite edge": _with("edges", 0, np.inf),
    "edges of a category": _with("edge_starts", 1, 0),
    "a column out of range": _with("term_columns", (0, 0), 6),
    "a negative column": _with("term_columns", (0, 0), -1),
    "a second column out of range": _with("term_columns", (3, 1), 6),
    "a pair of one column": _with("term_columns", (3, 1), 0),
    "two terms of one column": _with("term_columns", (1, 0), 0),
    "a product out of range": _with("term_products", 1, 2),
    "a negative product": _with("term_products", 0, -1),
    "products that fall": _with("term_products", 1, 0),
    "starts that do not begin at 0": _with("point_starts", 0, 1),
    "starts beyond the end": _with("point_starts", -1, 99),
    "starts that fall": _with("point_starts", 1, 99),
    "starts of another length": {**card().to_arrays(), "point_starts": np.array([0, 18])},
    "no starts": {**card().to_arrays(), "level_counts": np.zeros(0, np.int64)},
    "a group out of range": _with("groups", 0, 9),
    "a negative group": _with("groups", 0, -1),
    "too few groups": {
        **card().to_arrays(),
        "groups": np.zeros(6, np.int64),
        "group_starts": np.array([0, 0, 0, 0, 6]),
    },
    "groups of a single column": {**card().to_arrays(), "group_starts": np.array([0, 7, 7, 7, 7])},
    "fewer levels than counted": _with("level_counts", 1, 1),
    "negative counts": _with("level_counts", 0, -1),
    "levels of a number": {**card().to_arrays(), "level_counts": np.array([1, 1])},
    "a level twice": {**card().to_arrays(), "levels": np.frombuffer(b"citycity", np.uint8)},
    "no UTF-8": _with("levels", 0, 255),
    "a product twice": _with("products", 0, ord("b")),
    "held products in another order": _with("held_products", 0, ord("z")),
    "no product": {
        **card().to_arrays(),
        **{name: card().to_arrays()[name][:0] for name in ("products", "term_products", "points", "groups")},
        **{name: card().to_arrays()[name][:0] for name in ("intercept", "base_rate", "flag_bits", "term_columns")},
        **{f"{name}_starts": np.array([0]) for name in ("products", "term_product", "point", "group")},
    },
}


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_broken_arrays_are_refused(fault: str):
    with pytest.raises(ModelError, match=r"^The scorecard is refused: .*\.$"):
        Scorecard.from_arrays(BROKEN[fault])


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(set(card().to_arrays()) - {"points", "intercept", "base_rate", "edges"})),
    place=st.integers(0, 10**6),
    value=st.integers(-5, 300),
)
def test_no_altered_number_makes_scoring_fail(name: str, place: int, value: int):
    arrays = {key: array.copy() for key, array in card().to_arrays().items()}
    flat = arrays[name].reshape(-1)
    flat[place % len(flat)] = np.array(value).astype(flat.dtype)
    try:
        altered = Scorecard.from_arrays(arrays)
        found = altered.propensities(ROWS, np.zeros((3, len(altered.held_products)), dtype=bool))
    except (ModelError, FeatureError):
        return
    assert np.isfinite(found).all()


def test_an_amount_of_money_is_the_same_number_among_few_rows_and_many():
    random = np.random.default_rng(0)
    cents = [Decimal(int(amount)).scaleb(-6) for amount in random.integers(0, 10**11, 500)]
    column = pa.array(cents, pa.decimal128(18, 6))
    alone = np.concatenate([read_numbers(column.slice(i, 1), "price") for i in range(len(column))])
    assert_array_equal(alone, read_numbers(column, "price"))
