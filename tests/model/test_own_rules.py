"""An operator's own rule reaches a decision through the model, on disk as in memory."""

import json
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from recommender.errors import ModelError
from recommender.files import dump_document
from recommender.model import load_model, save_model
from recommender.policy import Facts


@dataclass(frozen=True)
class HeavySurfer:
    """The account has wi-fi in every coffee shop already."""

    reason: ClassVar[str] = "heavy_surfer"
    sessions: int = 10

    def suppresses(self, facts: Facts):
        sessions = facts.rows.column("coffee_shop_sessions_90d").to_numpy()
        return (sessions >= self.sessions)[:, None]


@pytest.fixture
def with_rule(model):
    return replace(model, rules=(HeavySurfer(),))


def test_an_own_rule_suppresses_and_is_named(model, with_rule, rows_of, later):
    rows = rows_of({}, {"coffee_shop_sessions_90d": 9})
    assert set(model.decide(rows, decided_at=later(1)).offers["account_id"].to_pylist()) == {"a0", "a1"}
    decision = with_rule.decide(rows, decided_at=later(1))
    assert set(decision.offers["account_id"].to_pylist()) == {"a1"}
    assert decision.suppressions["heavy_surfer"] == 3
    assert "heavy_surfer" in decision.dispositions()["reasons"][0].as_py()


def test_an_own_rule_enters_the_version_of_the_policy_with_its_settings(model, with_rule):
    tuned = replace(model, rules=(HeavySurfer(sessions=20),))
    assert len({one.policy.version for one in (model, with_rule, tuned)}) == 3


def test_a_model_with_own_rules_is_loaded_with_them(with_rule, rows_of, later, tmp_path):
    folder = save_model(with_rule, tmp_path / "cross-sell")
    again = load_model(folder, rules=(HeavySurfer(),))
    assert again.policy.version == with_rule.policy.version
    assert again.decide(rows_of({}), decided_at=later(1)).offers.num_rows == 0


def test_a_model_with_own_rules_is_refused_without_them(with_rule, tmp_path):
    folder = save_model(with_rule, tmp_path / "cross-sell")
    with pytest.raises(ModelError, match=r"own rules \['heavy_surfer'\] belong to the model"):
        load_model(folder)


def test_a_model_without_own_rules_may_be_given_some(model, tmp_path):
    folder = save_model(model, tmp_path / "cross-sell")
    assert load_model(folder, rules=(HeavySurfer(),)).policy.codes[-1] == "heavy_surfer"


@pytest.mark.parametrize("policy", [None, {}, {"own_rules": None}, {"own_rules": [1]}])
def test_a_manifest_that_does_not_name_its_rules_is_refused(model, tmp_path, policy):
    folder = save_model(model, tmp_path / "cross-sell")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest["digest"]
    (folder / "manifest.json").write_bytes(dump_document(manifest | {"policy": policy}))
    with pytest.raises(ModelError, match="which rules of the operator"):
        load_model(folder)


def test_two_rules_of_one_reason_are_refused(model, tmp_path):
    folder = save_model(model, tmp_path / "cross-sell")
    with pytest.raises(ModelError, match=r"heavy_surfer.*more than once"):
        load_model(folder, rules=(HeavySurfer(), HeavySurfer()))
