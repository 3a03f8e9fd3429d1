"""`recommender recheck`: saved offers once more, against complaints that became known since."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.options import ComplaintsKnownUntil, Json
from recommender.cli.terminal import fail, say, say_json, show_table

NAME = "recheck"


def run(
    offers: Annotated[Path, typer.Argument(help="Folder that `score` wrote, or a Parquet file.", show_default=False)],
    complaints: Annotated[
        Path, typer.Option("--complaints", help="Complaints since: a Parquet or a CSV file.", show_default=False)
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The moment the offers are made; now, if left out.")
    ] = None,
    complaints_known_until: ComplaintsKnownUntil = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results; beside the offers, if left out.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Take out of saved offers those over a complaint or past their date; nothing is ever added.

    Writes offers.parquet, removed.parquet (with what speaks against each) and summary.json. Exit status 3: done, but
    the complaints were missing or too old, and every offer was removed.

    Example: recommender recheck offers/ --complaints complaints.csv
    """
    summary = recommender.write_recheck(
        offers, complaints, out, as_of=as_of, complaints_known_until=complaints_known_until
    )
    if as_json:
        say_json(summary)
    else:
        removed = [(reason, f"{n:,}") for reason, n in summary["removed_because"].items()]
        show_table("Removed (an offer counts for each reason)", ("reason", "offers"), removed)
        say(f"{summary['folder']}: {summary['kept']:,} of {summary['offers']:,} offers stay.")
    if summary["stale"]:
        fail("Every offer was removed: the complaints are missing or older than [feeds] allows.")
        raise typer.Exit(3)
