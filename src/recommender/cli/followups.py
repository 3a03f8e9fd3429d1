"""`recommender followups`: who was interested and is still to be answered."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.options import AsOf, Data, Json
from recommender.cli.terminal import fail, say, say_json, step

NAME = "followups"


def run(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="The CSV or Parquet file to write.", show_default=False)],
    *,
    as_json: Json = False,
) -> None:
    """List the interested contacts that are to be taken up again and that no rule stands against.

    Exit status 3: done, but a feed was missing or too old, and leads were withheld.

    Example: recommender followups data/ --as-of 2026-06-30 --out followups.csv
    """
    with step("Listing"):
        listed = recommender.write_followups(data, as_of, out)
    if as_json:
        say_json(listed)
    else:
        say(f"{out}: {listed['followups']:,} contacts to follow up.")
    if listed["stale"]:
        fail(f"Leads were withheld: the feeds {listed['stale']} are missing or older than [feeds] allows.")
        raise typer.Exit(3)
