"""`recommender check`: hold raw tables against their contract."""

import typer

import recommender
from recommender.cli.options import Data
from recommender.cli.terminal import fail, say

NAME = "check"


def run(data: Data) -> None:
    """Name every way in which the tables break their contract, a sentence each.

    Example: recommender check data/
    """
    problems = recommender.check_tables(data)
    for problem in problems:
        fail(problem)
    if problems:
        raise typer.Exit(1)
    say(f"{data}: every table keeps its contract.")
