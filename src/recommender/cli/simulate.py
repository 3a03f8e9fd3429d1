"""`recommender simulate`: the raw tables of a synthetic operator."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.terminal import by_share, say, step

NAME = "simulate"


def run(
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables.", show_default=False)],
    accounts: Annotated[int, typer.Option("--accounts", min=1, help="How many accounts.")] = 20_000,
    months: Annotated[int, typer.Option("--months", min=1, help="How many months of usage.")] = 6,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same tables.")] = 0,
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV files, to read, and not Parquet.")] = False,
) -> None:
    """Simulate an operator: accounts with needs, usage that follows from them, and what they took up.

    Example: recommender simulate --accounts 20000 --out data/
    """
    with step(f"Simulating {accounts:,} accounts") as advance:
        recommender.simulate(out, accounts=accounts, months=months, seed=seed, progress=by_share(advance))
    if csv:
        import_module("recommender.simulation.as_csv").rewrite_as_csv(out)
    say(f"{out}: the tables are here; next: recommender train {out} --as-of 2026-07-01 --tests 2")
