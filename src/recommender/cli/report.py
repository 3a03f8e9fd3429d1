"""`recommender report`: one HTML page about a model and a scoring run."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.terminal import say, step

NAME = "report"


def run(
    model: Annotated[Path, typer.Argument(help="Folder of the model that decided.", show_default=False)],
    offers: Annotated[Path, typer.Argument(help="Folder that `score` wrote.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The HTML file to write.")] = Path("report.html"),
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The data or snapshot that were scored, to compare groups.", show_default=False),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="A column of the accounts to compare groups by; again for more. [default: segment]"),
    ] = None,
    *,
    accounts: Annotated[bool, typer.Option("--accounts", help="Name the accounts that serve as examples.")] = False,
) -> None:
    """Write one HTML page, without script or network, for people who decide by it.

    What was learnt from what, the backtest beside the baselines, what is offered and what is not and why, how groups
    fare, what the scorecard looks at, some accounts in words, and what the model is for.

    Example: recommender report models/cross-sell offers/ --data snapshot.parquet --by segment --by region
    """
    with step("Writing the report"):
        page = recommender.write_report(
            model, offers, out, groups=data, by=tuple(by or ("segment",)), with_ids=accounts
        )
    say(f"{page}: open it in a browser; it holds all it needs.")
