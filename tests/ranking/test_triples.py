"""Tables of three columns: found where they matter, scored, explained, stored and drawn as all others are."""

# ruff: noqa: N806  X is scikit-learn's name for it

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from recommender.errors import ModelError
from recommender.ranking import NumericBins, Scorecard, ScorecardRanker, Term

SMALL: dict[str, Any] = {
    "n_folds": 2,
    "n_repeats": 1,
    "max_trees": 150,
    "patience": 10,
    "max_bins": 16,
    "learning_rate": 0.2,
}


def parity(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Where a is high, take-up depends on whether b and c are both high; else on whether d is."""
    random = np.random.default_rng(seed)
    X = pd.DataFrame(random.random((n, 4)), columns=list("abcd"))
    return X, pd.DataFrame({"film": random.random(n) < chance(X)})


def chance(X: pd.DataFrame) -> Any:  # noqa: N803
    high = X > 0.5
    return np.where(np.where(high["a"], high["b"] & high["c"], high["d"]), 0.6, 0.05)


def card() -> Scorecard:
    """Points 0 to 11 for the cells of a (2 groups), b (2) and c (3), for the second of two products, and one column."""
    coarse = (np.array([0, 1, 0]), np.array([0, 1, 1]), np.array([0, 1, 2]))
    edges = tuple(NumericBins(name, np.array([0.5])) for name in "abc")
    triple = Term((0, 1, 2), np.arange(12.0).reshape(12, 1), np.array([1]), coarse)
    single = Term((1,), np.array([[0.5, 0.25], [-0.5, -0.25], [0.0, 0.0]]), np.array([0, 1]))
    products, zeros = ("film", "modem"), np.zeros(2)
    rate, flags = np.full(2, 0.1), np.zeros(2, np.uint8)
    return Scorecard("independent", products, products, edges, (single, triple), zeros, rate, flags)


ROWS = pa.table({"a": [0.0, 1.0, 1.0, None], "b": [0.0, 1.0, 0.0, 1.0], "c": [1.0, 0.0, None, 1.0]})
# group of a * 6 + group of b * 3 + group of c, and the points of b alone
MODEM = [0 + 0 + 1 + 0.25, 6 + 3 + 0 - 0.25, 6 + 0 + 2 + 0.25, 0 + 3 + 1 - 0.25]


def test_a_triple_is_looked_up_by_its_cell_in_many_rows_and_in_few():
    many = pa.concat_tables([ROWS] * 10)
    batch = card().log_odds(many, np.zeros((40, 2), bool))
    assert_array_equal(batch[:, 1], MODEM * 10)
    assert_array_equal(card().log_odds(ROWS, np.zeros((4, 2), bool)), batch[:4])


def test_intercept_and_contributions_are_the_log_odds():
    held = np.zeros((4, 2), bool)
    found = card().contributions(ROWS, held, np.arange(4), np.ones(4, int))
    assert card().terms == ("b", "a & b & c")
    assert_array_equal(found.sum(axis=1), MODEM)


def test_a_triple_survives_being_stored():
    again = Scorecard.from_arrays(card().to_arrays())
    assert again.terms == card().terms
    held = np.zeros((4, 2), bool)
    assert_array_equal(again.log_odds(ROWS, held), card().log_odds(ROWS, held))


@pytest.mark.parametrize(
    "columns",
    [[[1, -1, -1], [0, 1, 9]], [[1, -1, -1], [0, 2, 1]], [[1, -1, -1], [0, -1, 2]], [[1, -1, -1], [0, 1, 1]]],
    ids=["out of range", "falling", "a gap", "one column twice"],
)
def test_a_forged_triple_is_refused(columns: list[list[int]]):
    with pytest.raises(ModelError, match=r"a term names a column|columns of a term must rise"):
        Scorecard.from_arrays({**card().to_arrays(), "term_columns": np.array(columns)})


def test_finds_what_three_columns_say_together():
    X, y = parity(4000, 0)
    later, _ = parity(4000, 1)
    error = {}
    for most in (0, 5):
        ranker = ScorecardRanker(**SMALL, max_pairs=6, max_triples=most).fit(X, y)
        error[most] = np.abs(ranker.predict_proba(later)["film"] - chance(later)).mean()
    assert "a & b & c" in ranker.compile().terms
    assert error[5] < 0.9 * error[0]


def test_compiled_propensities_are_those_of_the_rows_that_were_learnt_from_and_centred():
    X, y = parity(1500, 2)
    ranker = ScorecardRanker(**SMALL, max_pairs=6, max_triples=5).fit(X, y)
    compiled, rows = ranker.compile(), pa.table(X)
    found = compiled.contributions(rows, np.zeros((1500, 1), bool), np.arange(1500), np.zeros(1500, int))
    assert any(term.count("&") == 2 for term in compiled.terms)
    assert_allclose(found.mean(axis=0), 0, atol=1e-9)


def test_curves_name_every_cell_of_a_triple_and_it_can_be_drawn():
    curves = card().curves("modem")
    triple = curves[curves["term"] == "a & b & c"]
    assert len(triple) == 3 * 2 * 3 or len(triple) == 3 * 3 * 3
    assert triple["second"].str.contains(" & ").all()
    assert card().plot("modem") is not None
