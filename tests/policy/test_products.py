"""Nothing the account has, may not combine or lacks the prerequisite for."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from recommender.catalogue import Catalogue, Product
from recommender.policy import ExcludedByHolding, Facts

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)

Reasons = Callable[..., dict[str, set[str]]]
Where = Callable[..., set[str]]
Take = Callable[..., Facts]


def test_products_the_catalogue_does_not_have_are_passed_over(reasons: Reasons) -> None:
    assert reasons({"held_products": ["gone"], "ordered_products": ["gone"]}) == reasons({})


def test_one_unknown_holding_makes_them_all_unknown(where: Where, catalogue: Any) -> None:
    assert where("already_held", {"held_products": ["fax", None]}) == set(catalogue.ids)
    assert where("on_order", {"ordered_products": ["fax", None]}) == set(catalogue.ids)


def test_bundles_within_bundles_count(where: Where) -> None:
    assert where("in_bundle", {"held_products": ["all"]}) == {"calls", "data", "duo", "texts"}
    assert where("in_bundle", {"ordered_products": ["duo"]}) == {"calls", "texts"}


@pytest.mark.parametrize(
    ("held", "lacks"),
    [
        ([], True),
        (["data"], True),
        (["calls"], True),
        (["data", "calls"], False),
        (["data", "texts"], False),
        (["data", "duo"], False),
        (["all"], False),
        (None, True),
    ],
)
def test_prerequisites_are_all_of_the_groups_and_any_of_a_group(where: Where, held: Any, *, lacks: bool) -> None:
    assert ("abroad" in where("lacks_prerequisite", {"held_products": held})) is lacks


def test_a_pending_order_is_no_prerequisite(where: Where) -> None:
    ordered = {"held_products": ["data"], "ordered_products": ["calls"]}
    assert where("lacks_prerequisite", ordered) == {"abroad"}


@pytest.mark.parametrize(
    ("facts", "excluded"),
    [
        ({"held_products": ["rival"]}, {"texts", "duo", "all"}),  # texts is a part of the other two
        ({"held_products": ["texts"]}, {"rival"}),
        ({"ordered_products": ["texts"]}, {"rival"}),
        ({"held_products": ["all"]}, {"rival"}),
        ({"ordered_products": ["duo"]}, {"rival"}),
        ({"held_products": ["fax"]}, set()),
    ],
)
def test_exclusions_hold_in_both_directions(where: Where, facts: Any, excluded: set[str]) -> None:
    assert where("excluded_by_holding", facts) == excluded


def test_each_of_several_exclusions_is_enough(rows: Any) -> None:
    either = Product("a", "A", "x", excludes=("b", "c"))
    catalogue = Catalogue.of([either, Product("b", "B", "x"), Product("c", "C", "x")])
    for held in ("b", "c"):
        facts = Facts.of(rows({"held_products": [held]}), catalogue, decided_at=NOW, channel="phone")
        assert ExcludedByHolding().suppresses(facts).tolist() == [[True, False, False]]


def test_what_few_accounts_hold_and_declined_is_read_as_of_many(take: Take) -> None:
    held = [["calls", "gone"], ["all"], [], None, [None]]
    declined = {"contacted_at": NOW, "channel": "phone", "outcome": "declined"}
    logs = [[declined | {"product_id": product_id}] for product_id in ("fax", "gone", None)]
    spoilt = [{"held_products": held[i % 5], "contact_log": logs[i % 3]} for i in range(60)]
    many = take(*spoilt)
    for i in range(15):
        one = take(spoilt[i])
        assert one.holdings.held.tolist() == [many.holdings.held[i].tolist()]
        assert one.holdings.may_hold.tolist() == [many.holdings.may_hold[i].tolist()]
        assert one.contacts.declined_within(1).tolist() == [many.contacts.declined_within(1)[i].tolist()]
