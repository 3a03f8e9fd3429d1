"""`recommender evaluate`: rankers against the baselines, on what they did not learn from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import recommender
from recommender.cli.options import AsOf, Data
from recommender.cli.terminal import say, show_table, step

if TYPE_CHECKING:
    import pandas as pd

NAME = "evaluate"
HEADLINES = ("hit@1", "hit@3", "mrr", "ndcg@3", "auc", "ece")


def run(
    data: Data,
    as_of: AsOf,
    tests: Annotated[int, typer.Option("--tests", min=1, help="Test months at most.")] = 3,
    out: Annotated[Path | None, typer.Option("--out", help="A CSV file for every figure.", show_default=False)] = None,
) -> None:
    """Judge the rankers by a rolling backtest, or by hidden products where no holding has a start.

    Example: recommender evaluate data/ --as-of 2026-06-30
    """
    with step("Judging") as advance:
        figures = recommender.evaluate(data, as_of, tests=tests, progress=advance)
    show_figures(figures)
    if out is not None:
        figures.to_csv(out, index=False)
        say(f"{out}: {len(figures):,} figures.")


def show_figures(figures: "pd.DataFrame") -> None:
    """Print the headline figures of each ranker over all test cut-offs, with their 95 % intervals."""
    pooled = figures[figures["cut_off"].isna() & figures["product_id"].isna()]
    found = [metric for metric in HEADLINES if metric in set(pooled["metric"])]
    rows = [[ranker, *(_figure(pooled, ranker, metric) for metric in found)] for ranker in pooled["ranker"].unique()]
    show_table("On months that came after (95 % interval by account)", ("ranker", *found), rows)


def _figure(pooled: "pd.DataFrame", ranker: str, metric: str) -> str:
    rows: Any = pooled[(pooled["ranker"] == ranker) & (pooled["metric"] == metric)]
    value, low, high = rows[["value", "low", "high"]].iloc[0]
    return f"{value:.3f}" if low != low else f"{value:.3f} ({low:.3f}-{high:.3f})"  # noqa: PLR0124  # NaN: no interval
