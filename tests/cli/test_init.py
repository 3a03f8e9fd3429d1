import re
import tomllib
from dataclasses import fields, is_dataclass

import pytest

import recommender
from recommender.cli.init import settings_text
from recommender.config import Config
from recommender.policy import RULES, build_policy
from recommender.tables.contract_page import contract_page

# A setting that is commented out: not a sentence, and not one without a default.
SETTING = re.compile(r"^# ([a-z_0-9]+ = )", re.MULTILINE)


def uncommented(text):
    head, _, columns = text.partition("# Columns that have other names")
    return SETTING.sub(r"\1", head), columns


def test_the_file_as_written_changes_no_default():
    assert Config.from_dict(tomllib.loads(settings_text(Config()))).offers == Config().offers
    given = Config.from_dict(tomllib.loads(settings_text(Config(time_zone="Europe/Berlin"))))
    assert given.time_zone == "Europe/Berlin"
    assert build_policy(given).version == build_policy(Config()).version


def test_every_default_that_the_file_shows_is_the_default():
    text, _ = uncommented(settings_text(Config()))
    shown = Config.from_dict(tomllib.loads(text))
    for one in fields(Config):
        if one.name != "policy":
            assert getattr(shown, one.name) == getattr(Config(), one.name), one.name
    assert build_policy(shown).version == build_policy(Config()).version


def test_every_setting_is_in_the_file():
    text = settings_text(Config())
    for one in fields(Config):
        value = getattr(Config(), one.name)
        assert f"[{one.name}" in text or f"{one.name} " in text
        for inner in fields(value) if is_dataclass(value) else ():
            assert f"# {inner.name} = " in text, f"{one.name}.{inner.name}"
    for reason in {rule.reason for rule in RULES} - {"no_consent", "do_not_contact"}:
        assert f"[policy.{reason}]" in text


def test_init_writes_the_contract_and_tables_that_are_read_but_for_their_rows(run, tmp_path):
    status, out, _ = run("init", tmp_path / "data", "--time-zone", "Europe/Berlin")
    assert status == 0
    assert f"recommender check {tmp_path / 'data'}" in out
    assert (tmp_path / "data" / "README.md").read_text(encoding="utf-8") == contract_page() + "\n"
    assert recommender.check_tables(tmp_path / "data") == [
        "accounts: there are no rows, and at least one is needed.",
        "products: there are no rows, and at least one is needed.",
    ]


def test_init_overwrites_nothing(run, tmp_path):
    (tmp_path / "accounts.csv").write_text("mine")
    status, _, err = run("init", tmp_path)
    assert status == 1
    assert "nothing is overwritten, and these are there already: accounts.csv" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["accounts.csv"]


def test_a_time_zone_that_is_none_is_one_sentence(run, tmp_path):
    status, _, err = run("init", tmp_path / "data", "--time-zone", "Berlin")
    assert (status, len(err.splitlines())) == (1, 1)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_the_command_line_says_what_it_is(run, flag):
    status, out, _ = run(flag)
    assert status == 0
    assert ("recommender init" if flag == "--help" else recommender.__version__) in out
