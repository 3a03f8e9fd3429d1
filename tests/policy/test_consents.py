"""No offer without permission, none over an objection."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.config import Config
from recommender.policy import Facts, build_policy

Take = Callable[..., Facts]
Everywhere = Callable[..., set[str]]
Where = Callable[..., set[str]]


NONE: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("granted", "refused", "expected"),
    [
        (["phone"], [], NONE),
        (["*"], [], NONE),
        ([" Phone"], [], NONE),
        (["phone"], ["sms"], NONE),
        ([], [], ("no_consent",)),
        (["sms"], [], ("no_consent",)),
        (None, [], ("no_consent",)),
        ([None], [], ("no_consent",)),
        (["*"], ["phone"], ("no_consent",)),
        (["phone"], ["PHONE"], ("no_consent",)),
        (["phone"], ["*"], NONE),
        (["Phone "], ["*", "sms"], NONE),
        (["sms"], ["*"], ("no_consent", "do_not_contact")),
        (["*"], ["*"], ("no_consent", "do_not_contact")),
        (["phone"], ["*", "phone"], ("no_consent", "do_not_contact")),
        ([], ["*"], ("no_consent", "do_not_contact")),
        (["phone"], None, ("no_consent", "do_not_contact")),
        (["phone"], [None], ("no_consent", "do_not_contact")),
    ],
)
def test_marketing_needs_a_grant_and_no_refusal(
    everywhere: Everywhere, granted: Any, refused: Any, expected: Any
) -> None:
    assert everywhere({"marketing_granted": granted, "marketing_refused": refused}) == set(expected)


@pytest.mark.parametrize(("refused", "expected"), [([], False), (["sms"], False), (["phone"], True), (["*"], True)])
def test_silence_may_be_enough_where_the_operator_says_so(
    everywhere: Everywhere, refused: Any, *, expected: bool
) -> None:
    settings = {"policy": {"no_consent": {"unless_refused": True}}}
    found = everywhere({"marketing_granted": [], "marketing_refused": refused}, settings=settings)
    assert ("no_consent" in found) is expected


@pytest.mark.parametrize(
    ("refused", "scorable"), [([], True), (["sms"], True), (["phone"], False), (["*"], False), (None, False)]
)
def test_an_account_that_objected_is_not_scored(take: Take, refused: Any, *, scorable: bool) -> None:
    facts = take({"marketing_granted": [], "marketing_refused": refused})
    assert build_policy(Config()).scorable(facts).tolist() == [scorable]


def test_a_permission_for_the_channel_after_an_objection_makes_it_scorable_there(take: Take) -> None:
    policy, said = build_policy(Config()), {"marketing_granted": ["phone"], "marketing_refused": ["*"]}
    assert policy.scorable(take(said)).tolist() == [True]
    assert policy.scorable(take(said, channel="email")).tolist() == [False]


@pytest.mark.parametrize(
    ("consent", "expected"), [(True, set()), (False, {"abroad", "calls"}), (None, {"abroad", "calls"})]
)
def test_products_ranked_from_usage_need_consent(where: Where, consent: Any, expected: set[str]) -> None:
    assert where("needs_usage_consent", {"usage_consent": consent}) == expected


def test_a_category_the_account_buys_from_may_be_exempt(where: Where) -> None:
    settings = {"policy": {"needs_usage_consent": {"existing_category_needs_no_consent": True}}}
    facts = {"usage_consent": False, "held_products": ["texts"]}
    assert where("needs_usage_consent", facts) == {"abroad", "calls"}
    assert where("needs_usage_consent", facts, settings=settings) == {"abroad"}
    assert where("needs_usage_consent", facts | {"held_products": None}, settings=settings) == {"abroad", "calls"}
