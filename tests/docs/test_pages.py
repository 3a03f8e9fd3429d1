"""The pages are current, complete and link to what is there."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import yaml

from recommender.cli.settings_page import MEANINGS, settings_page
from recommender.config import Config
from recommender.policy import RULES
from recommender.usage import INDICATORS, dictionary

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types here
    """YAML whose tags for Python names are passed over."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda _loader, suffix, _node: suffix)


def _nav(entries):
    for entry in entries:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(value, list):
            yield from _nav(value)
        else:
            yield value


@pytest.fixture(scope="module")
def settings():
    return yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)  # noqa: S506


def test_the_page_of_the_settings_is_current():
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_the_page_of_the_features_is_current():
    assert (DOCS / "features.md").read_text(encoding="utf-8").rstrip() == dictionary(INDICATORS).rstrip()


def test_every_setting_has_a_meaning_and_no_meaning_lacks_its_setting():
    config = Config()
    tables = {one.name: getattr(config, one.name) for one in fields(Config) if is_dataclass(getattr(config, one.name))}
    known = {name: [one.name for one in fields(table)] for name, table in tables.items()}
    top = [one.name for one in fields(Config) if one.name not in {*tables, "policy", "columns"}]
    assert {name: list(keys) for name, keys in MEANINGS.items()} == {"": top, **known}


def test_every_rule_has_its_settings_on_the_page():
    page = settings_page()
    assert all(f"`[policy.{rule.reason}]`" in page for rule in RULES)


def test_every_entry_of_the_navigation_is_a_page(settings):
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} | {"data.md"}
    entries = list(_nav(settings["nav"]))
    assert set(entries) <= pages
    assert len(set(entries)) == len(entries)


def test_the_site_fetches_nothing(settings):
    assert settings["theme"]["font"] is False
    assert settings["strict"] is True
    assert not [entry for entry in settings.get("extra_css", []) if "//" in entry]
    assert not settings.get("extra_javascript")


def test_every_promise_that_is_named_is_on_its_page():
    promises = set(re.findall(r'id="p(\d+)"', (DOCS / "promises.md").read_text(encoding="utf-8")))
    texts = [path.read_text(encoding="utf-8") for path in [*DOCS.rglob("*.md"), *(ROOT / "src").rglob("*.py")]]
    named = {number for text in texts for number in re.findall(r"\b[Pp]romises? P(\d+)\b", text)}
    assert named <= promises
    assert len(promises) == 11


def test_every_decision_has_a_number_and_a_title_of_its_own():
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert len(set(numbers)) == len(pages)
    for number, page in zip(numbers, pages, strict=True):
        assert re.match(rf"# 0*{number}[.:]? \S", page.read_text(encoding="utf-8")), page.name
