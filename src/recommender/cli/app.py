"""The commands under one name, and what becomes of an error."""

import sys
import warnings
from typing import Annotated, Any

import typer

import recommender
from recommender.cli import (
    check,
    demo,
    evaluate,
    explain,
    followups,
    init,
    make_key,
    recheck,
    report,
    rollback,
    score,
    sign,
    simulate,
    snapshot,
    train,
)
from recommender.cli.terminal import fail, say
from recommender.errors import RecommenderError, StaleDataWarning, UnknownAccountWarning

__all__ = ["app", "main"]

_PROGRAM = "recommender"

app = typer.Typer(
    name=_PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for command in (
    demo,
    init,
    simulate,
    check,
    snapshot,
    train,
    evaluate,
    score,
    explain,
    recheck,
    followups,
    report,
    rollback,
    make_key,
    sign,
):
    app.command(command.NAME)(command.run)


def _show_version(value: bool) -> None:  # noqa: FBT001  # typer hands the flag itself
    if value:
        say(recommender.__version__)
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[  # its callback prints it
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Rank ancillary products by fit, and make no offer over an open complaint.

    Begin with `recommender demo`, or with your own tables: `recommender init data/`.
    """


def main() -> None:
    """Run the command line; a known error is one sentence and exit status 1."""
    warnings.simplefilter("ignore", StaleDataWarning)
    warnings.simplefilter("always", UnknownAccountWarning)
    warnings.showwarning = _say_warning
    try:
        app(prog_name=_PROGRAM)
    except RecommenderError as error:
        fail(str(error))
        sys.exit(1)


def _say_warning(message: Warning | str, *_where: Any, **_more: Any) -> None:
    fail(str(message))
