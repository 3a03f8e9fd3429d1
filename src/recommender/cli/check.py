"""`recommender check`: hold raw tables and settings against their contract, and propose what would mend them."""

from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.options import Data, Json
from recommender.cli.terminal import fail, say, say_json, step
from recommender.config import SETTINGS_FILE, Config, settings_in
from recommender.errors import ConfigError, DataError

NAME = "check"


@dataclass(frozen=True)
class Findings:
    """What is wrong, what will have consequences, and the settings that would mend what they can."""

    problems: list[str]
    warnings: list[str]
    proposed: str = ""
    left: tuple[str, ...] = ()


def run(
    data: Data,
    quarantine: Annotated[
        Path | None,
        typer.Option(
            "--quarantine", help="A folder for the rows that break a rule, with the rule.", show_default=False
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Name every way in which the tables break their contract, a sentence each.

    Where columns have other names, or dates and amounts are written in another way, the settings are proposed under
    which the tables would be read. The settings and the policy are checked as well.

    Example: recommender check data/
    """
    with step("Checking"):
        found = _findings(data, quarantine)
    if as_json:
        say_json(asdict(found))
    else:
        _show(found, data)
    if found.problems:
        raise typer.Exit(1)


def _findings(data: Path, quarantine: Path | None) -> Findings:
    problems = recommender.check_tables(data, quarantine=quarantine)
    config = settings_in(data) or Config()
    try:
        # lazy: a command line that only prints its help needs neither numpy nor pyarrow
        import_module("recommender.policy").build_policy(config)
    except ConfigError as error:
        problems.append(str(error))
    if not data.is_dir():
        return Findings(problems, [])
    return _proposed(Findings(problems, _warnings(data, config)), data, config)


def _proposed(found: Findings, data: Path, config: Config) -> Findings:
    try:
        proposal = recommender.propose_settings(data, config)
    except DataError:
        return found
    if not (found.problems and proposal):
        return found
    left = recommender.check_tables(data, proposal.applied_to(config))
    return Findings(found.problems, found.warnings, proposal.as_toml(), tuple(left))


def _warnings(data: Path, config: Config) -> list[str]:
    there = {path.name.partition(".")[0] for path in data.iterdir()}
    said = {
        "contacts": "every offer is withheld, for who said no is unknown; if_missing in [contacts] states what holds.",
        "feeds": "each feed counts as known until its newest row; `feeds` (feed, known_until) says where it is later.",
    }
    stated = {"contacts"} if config.contacts.if_missing == "none_made" else set()
    return [f"{name}: there is no such table: {said[name]}" for name in said if name not in there | stated]


def _show(found: Findings, data: Path) -> None:
    for sentence in found.problems:
        fail(sentence)
    for sentence in found.warnings:
        fail(f"Note: {sentence}")
    if found.proposed:
        rest = "this would be left to mend" if found.left else "nothing would be left to mend"
        say(f"With these settings in {data / SETTINGS_FILE} {rest}; look them over first:")
        say()
        say(found.proposed)
        for sentence in found.left:
            say(f"Left: {sentence}")
    if not found.problems:
        say(f"{data}: every table keeps its contract.")
        say(f"Next: recommender train {data} --as-of <moment> --tests 2 --out models/cross-sell")
