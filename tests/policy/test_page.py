from pathlib import Path

from recommender.policy import CODES
from recommender.policy.page import policy_page

PAGE = Path(__file__).parents[2] / "docs" / "policy.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == policy_page()


def test_every_reason_has_its_section() -> None:
    headings = [line for line in policy_page().splitlines() if line.startswith("## ")]
    assert sorted(headings) == sorted(f"## `{code}`" for code in CODES)


def test_every_rule_states_its_basis() -> None:
    assert policy_page().count("\nBasis: ") == len(CODES) - 1
