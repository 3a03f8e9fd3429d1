"""`recommender init`: a folder to put one's own tables in, and every setting with its default."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

import typer

from recommender.cli.terminal import say
from recommender.config import SETTINGS_FILE, Config
from recommender.errors import OutputError
from recommender.files import writing
from recommender.schema import TABLES

NAME = "init"

# The needed tables, and those without which nothing is offered.
_WRITTEN: Final = ("accounts", "products", "holdings", "complaints", "consents", "contacts", "feeds")
_HEAD: Final = """\
# The settings of recommender. A line that begins with `#` shows a default; take the `#` away to change it.
# Each rule of the policy has a table [policy.<reason>] of its own.
"""
_EXAMPLES: Final = {"time_zone": '; times without an offset need one: time_zone = "Europe/Berlin"'}
_COLUMNS: Final = """\
# Columns that have other names in your tables: ours = theirs. `recommender check` proposes them.
# [columns.accounts]
# account_id = "Customer no."
"""


def run(
    folder: Annotated[Path, typer.Argument(help="The folder; it is made where it is missing.")] = Path("data"),
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", help="Of times without an offset, such as Europe/Berlin.", show_default=False),
    ] = None,
) -> None:
    """Write recommender.toml with every setting and its default, the contract, and tables that have but a header.

    Example: recommender init data/ --time-zone Europe/Berlin
    """
    files = {
        SETTINGS_FILE: settings_text(Config(time_zone=time_zone)),
        "README.md": import_module("recommender.tables.contract_page").contract_page() + "\n",
        **{f"{name}.csv": ",".join(column.name for column in TABLES[name].columns) + "\n" for name in _WRITTEN},
    }
    _write(folder, files)
    say(f"{folder}: {SETTINGS_FILE}, README.md (the contract) and {len(_WRITTEN)} tables with a header are here.")
    say(f"Fill the tables, or put your own files in their place; then: recommender check {folder}")


def settings_text(config: Config) -> str:
    """Return `recommender.toml` with every setting: what differs from the default as a line, the rest as comments."""
    meanings = import_module("recommender.cli.settings_page").MEANINGS
    lines = [_HEAD, *_settings(config, Config(), meanings[""]), ""]
    for table in (name for name in meanings if name):
        settings, default = getattr(config, table), getattr(Config(), table)
        about = str(type(settings).__doc__).strip().splitlines()[0]
        lines += [f"# {about}", f"[{table}]", *_settings(settings, default, meanings[table]), ""]
    return "\n".join([*lines, *_policy(), _COLUMNS])


def _settings(settings: Any, default: Any, meanings: Mapping[str, str]) -> list[str]:
    hints = get_type_hints(type(settings))
    return [
        f"{_line(name, getattr(settings, name), getattr(default, name))} # {says}{_choices(hints[name])}"
        for name, says in meanings.items()
    ]


def _policy() -> list[str]:
    """Return a table for each rule that has a setting of its own or can be switched off."""
    build = import_module("recommender.policy.build")
    lines: list[str] = []
    policy = build.build_policy(Config())
    for rule in policy.rules:
        names = [one.name for one in build.settings_of(rule)]
        values = [_line(name, getattr(rule, name), getattr(rule, name)) for name in names]
        values += [] if rule.reason in build.NEVER_OFF else [_enabled(build.WAIVERS.get(rule.reason))]
        if values:
            lines += [f"# {policy.sentences[rule.reason]}", f"[policy.{rule.reason}]", *values, ""]
    return lines


def _enabled(waiver: str | None) -> str:
    return "# enabled = true" + (f" # false only together with {waiver} = true" if waiver else "")


def _choices(hint: Any) -> str:
    """Return the values that a setting can have, where they are few."""
    return f"; one of {', '.join(map(json.dumps, get_args(hint)))}" if get_origin(hint) is Literal else ""


def _line(name: str, value: Any, default: Any) -> str:
    if value is None:
        return f"# {name} has no default{_EXAMPLES.get(name, '')}"
    # TOML spells texts, numbers, flags and lists as JSON does
    return f"{'# ' if value == default else ''}{name} = {json.dumps(value, ensure_ascii=False)}"


def _write(folder: Path, files: dict[str, str]) -> None:
    if there := sorted(name for name in files if (folder / name).exists()):
        raise OutputError(f"{folder}: nothing is overwritten, and these are there already: {', '.join(there)}.")
    with writing("the settings and the contract", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
