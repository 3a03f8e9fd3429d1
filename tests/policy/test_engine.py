"""The set of rules: settings, bits, versions, and an operator's own rules."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.errors import ConfigError
from recommender.policy import CODES, RULES, Facts, Policy, build_policy, decode

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
WAIVED = {
    "open_complaint": "i_accept_offers_over_open_complaints",
    "complaint_status_stale": "i_accept_offers_on_stale_complaint_data",
    "consent_status_stale": "i_accept_offers_on_stale_consent_data",
    "contact_status_stale": "i_accept_offers_on_stale_contact_data",
}
REASONS = [rule.reason for rule in RULES]
OPEN: dict[str, Any] = {"complaint_spans": None}

Take = Callable[..., Facts]


@dataclass(frozen=True)
class Even:
    """The account stands at an even place: a rule like any other.

    It has a second paragraph, too.
    """

    reason: ClassVar[str] = "even"
    offset: int = 0

    def suppresses(self, facts: Facts) -> Any:
        """Mark them."""
        return (np.arange(facts.shape[0]) + self.offset)[:, None] % 2 == 0


@dataclass(frozen=True)
class Awkward:
    """A rule that gives what it should not."""

    mask: Any
    reason: ClassVar[str] = "awkward"

    def suppresses(self, _: Facts) -> Any:
        """Give it."""
        return self.mask


def _policy(**settings: Any) -> Policy:
    return build_policy(Config.from_dict({"policy": settings}))


def test_all_rules_are_in_force_by_default() -> None:
    policy = build_policy(Config())
    assert [rule.reason for rule in policy.rules] == REASONS
    assert (policy.codes, policy.switched_off, policy.waivers) == (CODES, (), ())


@pytest.mark.parametrize("reason", sorted(set(REASONS) - set(WAIVED) - {"no_consent", "do_not_contact"}))
def test_a_rule_can_be_switched_off(reason: str) -> None:
    policy = _policy(**{reason: {"enabled": False}})
    assert [rule.reason for rule in policy.rules] == [other for other in REASONS if other != reason]
    assert (policy.codes, policy.switched_off, policy.waivers, policy.waived) == (CODES, (reason,), (), ())


@pytest.mark.parametrize(("reason", "waiver"), WAIVED.items())
def test_a_promise_is_given_up_only_by_a_setting_that_says_so(reason: str, waiver: str) -> None:
    with pytest.raises(ConfigError, match=f"only together with {waiver} = true"):
        _policy(**{reason: {"enabled": False}})
    with pytest.raises(ConfigError, match=f"only together with {waiver} = true"):
        _policy(**{reason: {"enabled": False, waiver: False}})
    policy = _policy(**{reason: {"enabled": False, waiver: True}})
    assert (policy.switched_off, policy.waivers, policy.waived) == ((reason,), (waiver,), (reason,))
    assert policy.settings["waivers"] == [waiver]


def test_a_waiver_alone_switches_nothing_off(take: Take) -> None:
    policy = _policy(open_complaint={"i_accept_offers_over_open_complaints": True})
    assert policy.waivers == ()
    assert "open_complaint" in policy.decode(int(policy.suppressions(take(OPEN))[0, 0]))


@pytest.mark.parametrize("reason", ["no_consent", "do_not_contact"])
def test_objection_and_consent_cannot_be_switched_off(reason: str) -> None:
    with pytest.raises(ConfigError, match="cannot be switched off"):
        _policy(**{reason: {"enabled": False}})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"open_complaints": {}}, r"there is no rule \['open_complaints'\]; known are \['already_held'"),
        ({"excluded_by_offer": {}}, "there is no rule"),
        ({"contact_limit": {"max": 1}}, r"no setting \['max'\]; known are \['enabled', 'max_contacts', "),
        ({"contact_limit": {"max_contacts": "3"}}, "a whole number from 0 to 36525 was needed, '3' came"),
        ({"contact_limit": {"max_contacts": True}}, "a whole number from 0 to 36525 was needed, True came"),
        ({"contact_limit": {"max_contacts": 1.5}}, "a whole number"),
        ({"contact_limit": {"max_contacts_on_channel": -1}}, "a whole number"),
        ({"open_complaint": {"cool_off_days": -1}}, r"^\[policy.open_complaint\] cool_off_days: a whole number"),
        ({"open_complaint": {"cool_off_days": 36_526}}, "a whole number"),
        ({"vulnerable": {"unknown_is_vulnerable": 1}}, "true or false was needed, 1 came"),
        ({"vulnerable": {"enabled": "no"}}, r"\[policy.vulnerable\] enabled: true or false was needed, 'no' came"),
        (
            {"open_complaint": {"i_accept_offers_over_open_complaints": 1}},
            r"^\[policy.open_complaint\] i_accept_offers_over_open_complaints: true or false was needed, 1 came",
        ),
        ({"vulnerable": {"reason": "other"}}, r"no setting \['reason'\]"),
        (
            {"complaint_status_stale": {"max_age_hours": 9999}},
            r"no setting \['max_age_hours'\]; known are \['enabled'\]",
        ),
        ({"in_arrears": {"i_accept_offers_over_open_complaints": True}}, "there is no setting"),
    ],
)
def test_a_wrong_setting_is_refused(settings: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        _policy(**settings)


@pytest.mark.parametrize("hours", [float("nan"), float("inf"), -1, 24 * 36_525 + 1])
def test_a_limit_of_age_that_is_none_is_refused(hours: float) -> None:
    config = Config.from_dict({"feeds": {"complaints_max_age_hours": hours}})
    with pytest.raises(ConfigError, match=r"\[feeds\] complaints_max_age_hours: hours from 0 to 876600 were"):
        build_policy(config)


def test_the_ends_of_a_range_are_allowed(take: Take) -> None:
    century = build_policy(Config.from_dict({"feeds": {"complaints_max_age_hours": 24 * 36_525}}))
    assert century.settings["rules"]["complaint_status_stale"] == {"max_age_hours": 24 * 36_525}
    policy = _policy(open_complaint={"cool_off_days": 36_525}, contact_limit={"max_contacts": 0})
    assert policy.decode(int(policy.suppressions(take({}))[0, 1])) == ["contact_limit"]


def test_settings_reach_the_rules() -> None:
    config = Config.from_dict({"policy": {"in_arrears": {"grace_days": 3}}, "feeds": {"consents_max_age_hours": 5}})
    settings = build_policy(config).settings["rules"]
    assert settings["in_arrears"] == {"grace_days": 3}
    assert settings["consent_status_stale"] == {"max_age_hours": 5.0}


def test_settings_say_what_is_in_force_and_what_is_not() -> None:
    settings = _policy(in_arrears={"enabled": False}).settings
    assert set(settings) == {"codes", "rules", "switched_off", "waivers"}
    assert settings["codes"] == list(CODES)
    assert settings["switched_off"] == ["in_arrears"]
    assert list(settings["rules"]) == [reason for reason in REASONS if reason != "in_arrears"]


def test_the_version_changes_with_every_setting() -> None:
    policies = [
        build_policy(Config()),
        _policy(in_arrears={"grace_days": 15}),
        _policy(in_arrears={"enabled": False}),
        build_policy(Config.from_dict({"feeds": {"contacts_max_age_hours": 73}})),
        build_policy(Config(), extra=(Even(),)),
        build_policy(Config(), extra=(Even(1),)),
    ]
    versions = [policy.version for policy in policies]
    assert len(set(versions)) == len(versions)
    assert all(len(version) == 12 and int(version, 16) >= 0 for version in versions)


def test_the_version_is_that_of_the_settings_and_of_nothing_else() -> None:
    config = Config.from_dict({"policy": {"in_arrears": {"grace_days": 14, "enabled": True}}})
    whole = Config.from_dict({"feeds": {"contacts_max_age_hours": 72}})
    assert build_policy(config).version == build_policy(Config()).version == build_policy(whole).version


def test_an_operators_own_rule_gets_the_next_bit(take: Take) -> None:
    policy = build_policy(Config(), extra=(Even(),))
    bits = policy.suppressions(take({}, {}, {}))
    assert policy.codes == (*CODES, "even")
    assert (bits >> len(CODES) & 1).tolist() == [[1] * 8, [0] * 8, [1] * 8]
    assert policy.sentences["even"] == "The account stands at an even place: a rule like any other."


def test_a_reason_belongs_to_one_rule() -> None:
    with pytest.raises(ConfigError, match=r"\['even'\] stand more than once"):
        build_policy(Config(), extra=(Even(), Even(1)))


def test_there_are_thirty_two_bits() -> None:
    def named(name: str) -> Any:
        return type(name, (Even,), {"reason": name})()

    most = [named(f"own_{i}") for i in range(32 - len(CODES))]
    assert len(build_policy(Config(), extra=most).codes) == 32
    with pytest.raises(ConfigError, match="at most 32 reasons can be told apart, 33 came"):
        build_policy(Config(), extra=[*most, named("one_more")])


@pytest.mark.parametrize("mask", [np.ones(8, bool), np.ones((3, 8)), np.ones((8, 3), bool), np.ones((1, 3, 8), bool)])
def test_a_mask_that_does_not_fit_is_refused(take: Take, mask: Any) -> None:
    policy = build_policy(Config(), extra=(Awkward(mask),))
    with pytest.raises(ConfigError, match=r"'awkward' must give a boolean mask that broadcasts to \(3, 8\)"):
        policy.suppressions(take({}, {}, {}))


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 8), (3, 8)])
def test_a_mask_may_have_any_shape_that_broadcasts(take: Take, shape: tuple[int, int]) -> None:
    policy = Policy(rules=(Awkward(np.ones(shape, bool)),), codes=("awkward",))
    assert policy.suppressions(take({}, {}, {})).tolist() == [[1] * 8] * 3


def test_one_account_gets_the_same_reasons_alone_as_among_many(take: Take) -> None:
    spoilt = [OPEN, {}, {"held_products": ["all"]}, {"marketing_refused": ["*"]}, {"usage_consent": None}]
    policy = build_policy(Config())
    together = policy.suppressions(take(*spoilt))
    assert together.dtype == np.uint32
    assert together.flags.c_contiguous
    for one, facts in zip(together, spoilt, strict=True):
        assert policy.suppressions(take(facts)).tolist() == [one.tolist()]


def test_runs_of_accounts_are_cut_without_a_seam(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt = [OPEN, {}, {"held_products": ["all"]}, {"marketing_refused": ["*"]}, {"usage_consent": None}]
    policy = build_policy(Config())
    whole = policy.suppressions(take(*spoilt))
    for size in (1, 2, 5):
        monkeypatch.setattr("recommender.policy.engine._RUN", size)
        assert policy.suppressions(take(*spoilt)).tolist() == whole.tolist()


def test_the_order_of_rules_is_immaterial(take: Take) -> None:
    policy = build_policy(Config())
    facts = take(OPEN, {"held_products": None}, {"contact_log": None})
    backwards = replace(policy, rules=policy.rules[::-1])
    assert backwards.suppressions(facts).tolist() == policy.suppressions(facts).tolist()


def test_no_accounts_give_no_reasons(take: Take) -> None:
    policy = build_policy(Config())
    assert policy.suppressions(take()).shape == (0, 8)
    assert policy.scorable(take()).shape == (0,)


@given(st.integers(0, 2 ** len(CODES) - 1))
def test_bits_are_decoded_to_their_codes(bits: int) -> None:
    policy = build_policy(Config())
    assert sum(int(policy.bit(code)) for code in decode(bits)) == bits
    assert policy.decode(bits) == decode(bits)


def test_bits_without_a_code_are_refused() -> None:
    with pytest.raises(ConfigError, match="have bits beyond the 18 codes known"):
        decode(2 ** len(CODES))


def test_every_code_has_its_sentence() -> None:
    sentences = _policy(in_arrears={"enabled": False}).sentences
    assert tuple(sentences) == CODES
    assert all(sentence.endswith(".") and " " in sentence for sentence in sentences.values())
    assert sentences["in_arrears"].startswith("The account has a bill long due")


def test_more_facts_against_never_free_a_pair(take: Take) -> None:
    policy = build_policy(Config())
    before = policy.suppressions(take({"held_products": ["fax"]}))
    after = policy.suppressions(take({"held_products": ["fax", "data"], "ordered_products": ["all"]}))
    lacking = np.uint32(policy.bit("lacks_prerequisite"))
    assert ((before & ~lacking) & ~after == 0).all()


def test_rows_in_several_chunks_are_read_as_one(take: Take, rows: Any, catalogue: Any) -> None:
    spoilt: list[dict[str, Any]] = [{"account_id": "a0"} | OPEN, {"account_id": "a1", "held_products": ["all"]}]
    chunked = pa.concat_tables([rows(facts) for facts in spoilt])
    assert chunked.column("held_products").num_chunks == len(spoilt)
    policy = build_policy(Config())
    facts = Facts.of(chunked, catalogue, decided_at=NOW, channel="phone")
    assert policy.suppressions(facts).tolist() == policy.suppressions(take(*spoilt)).tolist()
    empty = Facts.of(chunked.schema.empty_table(), catalogue, decided_at=NOW, channel="phone")
    assert policy.suppressions(empty).shape == (0, 8)


class Bare:
    """The account is left alone by a rule that has no settings."""

    reason: ClassVar[str] = "bare"

    def suppresses(self, facts: Facts) -> Any:
        return np.ones((facts.shape[0], 1), dtype=bool)


def test_a_policy_decodes_its_own_rules_and_takes_one_without_settings(take: Take) -> None:
    policy = build_policy(Config(), extra=(Bare(),))
    assert policy.settings["rules"]["bare"] == {}
    assert policy.decode(int(policy.suppressions(take({}))[0, 1])) == ["bare"]


def test_a_catalogue_without_products_is_no_error(rows: Any) -> None:
    declined = {"contacted_at": NOW, "product_id": "a", "channel": "phone", "outcome": "declined"}
    facts = Facts.of(rows({"contact_log": [declined]}), Catalogue.of([]), decided_at=NOW, channel="phone")
    assert facts.anywhere_in_category(np.zeros((1, 0), dtype=bool)).shape == (1, 0)
    assert build_policy(Config()).suppressions(facts).shape == (1, 0)
