from pathlib import Path

from recommender.usage import INDICATORS, dictionary

PAGE = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_feature_dictionary_is_current():
    assert PAGE.read_text(encoding="utf-8") == dictionary(INDICATORS), (
        "write it anew: python -c 'from recommender.usage import *; print(dictionary(INDICATORS), end=str())' "
        "> docs/features.md"
    )


def test_there_are_at_least_sixty_indicators():
    assert len({indicator.name for indicator in INDICATORS}) >= 60


def test_each_indicator_has_its_words():
    for indicator in INDICATORS:
        assert indicator.definition.endswith("."), indicator.name
        assert "{value}" in indicator.says, indicator.name
        assert indicator.unit, indicator.name


def test_a_name_ends_in_its_window_or_has_none():
    for indicator in INDICATORS:
        windowed = indicator.name.endswith(("_30d", "_90d"))
        assert windowed or not any(days in indicator.name for days in ("30", "90")), indicator.name


def test_the_seed_questions_are_answered_by_name():
    names = {indicator.name for indicator in INDICATORS}
    assert names >= {
        "call_daytime_minutes_30d",  # does this account phone by day?
        "coffee_shop_sessions_90d",  # does it use wi-fi in coffee shops?
        "unused_products_90d",  # is it paying for a package it does not use?
        "share_allowance_minutes_used_30d",  # or for more than it needs?
        "roaming_minutes_90d",  # does it phone abroad?
        "tenure_months",  # how long a customer,
        "products_held",  # with which products?
        "complaints_open",  # is a problem open,
        "days_to_resolve_last_complaint",  # how long did the last one take?
    }
