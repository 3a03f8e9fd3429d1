"""`recommender snapshot`: one row per account, as known at a moment."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.options import AsOf, Data
from recommender.cli.terminal import say, step

NAME = "snapshot"


def run(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="The Parquet file to write.", show_default=False)],
) -> None:
    """Take a snapshot: features and facts of every account, from rows recorded by the moment alone.

    Example: recommender snapshot data/ --as-of 2026-06-30 --out snapshot.parquet
    """
    with step("Taking the snapshot"):
        rows = recommender.write_snapshot(data, as_of, out)
    say(f"{out}: {rows:,} accounts.")
