"""`recommender check`: hold raw tables against their contract."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.options import Data
from recommender.cli.terminal import fail, say

NAME = "check"


def run(
    data: Data,
    quarantine: Annotated[
        Path | None,
        typer.Option(
            "--quarantine", help="A folder for the rows that break a rule, with the rule.", show_default=False
        ),
    ] = None,
) -> None:
    """Name every way in which the tables break their contract, a sentence each.

    Example: recommender check data/
    """
    problems = recommender.check_tables(data, quarantine=quarantine)
    for problem in problems:
        fail(problem)
    if problems:
        raise typer.Exit(1)
    say(f"{data}: every table keeps its contract.")
