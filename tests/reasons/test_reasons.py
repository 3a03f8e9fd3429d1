import numpy as np
import pyarrow as pa
import pytest

from recommender.reasons import Feature, Reason, Words, explain_offers, figure

WORDS = Words(
    {
        "coffee_shop_sessions_90d": Feature("coffee_shop_sessions_90d", "sessions", "coffee-shop sessions: {value}"),
        "share_night_calls_90d": Feature("share_night_calls_90d", "share", "share of calls at night: {value}"),
        "religion": Feature("religion", "", "religion: {value}", is_sensitive=True),
    },
    {"fibre": "Fibre Line"},
)
TERMS = ("coffee_shop_sessions_90d", "share_night_calls_90d", "religion", "held:fibre")


def rows(sessions: object = 12, share: object = 0.25, religion: object = "any", held: object = ()) -> pa.Table:
    return pa.table(
        {
            "coffee_shop_sessions_90d": pa.array([sessions], pa.int64()),
            "share_night_calls_90d": pa.array([share], pa.float64()),
            "religion": pa.array([religion], pa.string()),
            "held_products": pa.array([held], pa.list_(pa.string())),
        }
    )


def reason(adds: list[float], table: pa.Table | None = None) -> Reason:
    return explain_offers(rows() if table is None else table, np.array([adds]), TERMS, WORDS)[0]


def test_names_the_two_largest_positive_contributions_with_the_accounts_figures():
    said = reason([1.0, 2.0, 0.0, -5.0])
    assert said.text == "Share of calls at night: 25 %; coffee-shop sessions: 12"
    assert said.features == ("share_night_calls_90d", "coffee_shop_sessions_90d")


def test_never_names_a_negative_contribution():
    assert reason([-1.0, 2.0, 0.0, 0.0]).features == ("share_night_calls_90d",)


def test_never_names_a_sensitive_feature_though_it_speaks_loudest():
    assert reason([1.0, 0.0, 9.0, 0.0]).features == ("coffee_shop_sessions_90d",)


def test_never_names_an_unknown_figure():
    assert reason([9.0, 1.0, 0.0, 0.0], rows(sessions=None)).features == ("share_night_calls_90d",)


def test_a_figure_of_zero_gives_way_to_a_weaker_one_that_tells_something():
    assert reason([9.0, 1.0, 0.0, 0.0], rows(sessions=0)).features == ("share_night_calls_90d",)


def test_a_figure_of_zero_is_named_where_nothing_else_speaks():
    assert reason([9.0, 0.0, 0.0, 0.0], rows(sessions=0)).text == "Coffee-shop sessions: 0"


@pytest.mark.parametrize(("held", "text"), [(("fibre",), "Has Fibre Line"), ((), "Does not have Fibre Line")])
def test_a_held_product_is_said_as_it_is(held, text):
    assert reason([0.0, 0.0, 0.0, 1.0], rows(held=held)).text == text


def test_a_pair_names_both_of_its_features():
    pair = ("coffee_shop_sessions_90d & held:fibre",)
    said = explain_offers(rows(held=("fibre",)), np.array([[1.0]]), pair, WORDS)[0]
    assert said.text == "Coffee-shop sessions: 12 and has Fibre Line"


def test_without_anything_to_name_it_names_no_feature():
    said = reason([0.0, 0.0, 0.0, 0.0])
    assert said.features == ()
    assert said.text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.5, "share", "50 %"), (7, "sessions", "7"), (3.25, "hours", "3.2"), (12345.6, "minutes", "12,346")],
)
def test_figures_are_written_as_a_person_reads_them(value, unit, text):
    assert figure(value, unit) == text
