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


def rows(
    sessions: object = 12, share: object = 0.25, religion: object = "any", held: object = (), ordered: object = ()
) -> pa.Table:
    return pa.table(
        {
            "coffee_shop_sessions_90d": pa.array([sessions], pa.int64()),
            "share_night_calls_90d": pa.array([share], pa.float64()),
            "religion": pa.array([religion], pa.string()),
            "held_products": pa.array([held], pa.list_(pa.string())),
            "ordered_products": pa.array([ordered], pa.list_(pa.string())),
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


@pytest.mark.parametrize(
    ("held", "ordered", "says"),
    [
        (("fibre",), (), "Has Fibre Line"),
        ((), ("fibre",), "Has ordered Fibre Line"),
        (("fibre",), ("fibre",), "Has Fibre Line"),
        ((), ("copper",), "Does not have Fibre Line"),
    ],
)
def test_what_is_on_order_is_said_as_the_ranker_counts_it(held, ordered, says):
    assert explain_offers(rows(held=held, ordered=ordered), np.array([[1.0]]), ("held:fibre",), WORDS)[0].text == says


def test_twins_over_two_windows_are_not_named_together():
    features = {name: Feature(name, "calls", f"{name}: {{value}}") for name in ("calls_30d", "calls_90d", "trips_90d")}
    table = pa.table({name: [4] for name in features} | {"held_products": pa.array([[]], pa.list_(pa.string()))})
    said = explain_offers(table, np.array([[2.0, 3.0, 1.0]]), tuple(features), Words(features, {}))[0]
    assert said.features == ("calls_90d", "trips_90d")


def test_a_pair_that_shares_a_feature_with_the_first_gives_way():
    terms = ("share_night_calls_90d", "share_night_calls_90d & held:fibre", "coffee_shop_sessions_90d")
    said = explain_offers(rows(held=("fibre",)), np.array([[3.0, 2.0, 1.0]]), terms, WORDS)[0]
    assert said.features == ("share_night_calls_90d", "coffee_shop_sessions_90d")


def test_a_pair_of_twins_is_not_named():
    features = {name: Feature(name, "calls", f"{name}: {{value}}") for name in ("calls_30d", "calls_90d")}
    table = pa.table({name: [4] for name in features} | {"held_products": pa.array([[]], pa.list_(pa.string()))})
    terms = ("calls_30d & calls_90d", "calls_30d")
    assert explain_offers(table, np.array([[9.0, 1.0]]), terms, Words(features, {}))[0].features == ("calls_30d",)


def test_without_anything_to_name_it_names_no_feature():
    said = reason([0.0, 0.0, 0.0, 0.0])
    assert said.features == ()
    assert said.text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, "share", "50 %"),
        (7, "sessions", "7"),
        (3.25, "hours", "3.2"),
        (12345.6, "minutes", "12,346"),
        (9.97, "minutes", "10"),
        (9.99, "EUR", "9.99"),
        (10.0, "EUR", "10"),
        (12.5, "EUR", "12.50"),
        (1234.56, "EUR", "1,235"),
    ],
)
def test_figures_are_written_as_a_person_reads_them(value, unit, text):
    assert figure(value, unit) == text


@pytest.mark.parametrize("says", ["", "{value}"])
def test_a_phrase_that_comes_out_empty_is_no_error(says):
    words = Words({"town": Feature("town", "", says, kind="text")}, {})
    table = pa.table({"town": [""], "held_products": [[]], "ordered_products": [[]]})
    assert explain_offers(table, np.array([[2.0]]), ("town",), words)[0].features == ("town",)
