"""`recommender evaluate`: rankers against the baselines, on what they did not learn from."""

from pathlib import Path
from typing import Annotated, Any

import typer

import recommender
from recommender.cli.options import AsOf, Data, Json
from recommender.cli.terminal import fail, say_json, show_table, step
from recommender.files import writing

NAME = "evaluate"


def run(
    data: Data,
    as_of: AsOf,
    tests: Annotated[int, typer.Option("--tests", min=1, help="Test months at most.")] = 3,
    out: Annotated[Path | None, typer.Option("--out", help="A CSV file for every figure.", show_default=False)] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="Judge this model's offers, before and after the policy.", show_default=False),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Judge the rankers by a rolling backtest, or by hidden products where no holding has a start.

    With --model: what its offers were worth in the months after its training, before and after the policy.

    Example: recommender evaluate data/ --as-of 2026-06-30
    """
    with step("Judging") as advance:
        if model is None:
            figures = recommender.evaluate(data, as_of, tests=tests, progress=advance)
        else:
            figures = recommender.evaluate_offers(data, model, as_of, tests=tests)
    if as_json:
        say_json(recommender.headlines(figures))
    else:
        show_figures(recommender.headlines(figures))
    if out is not None:
        with writing("the figures", out):
            out.parent.mkdir(parents=True, exist_ok=True)
            figures.to_csv(out, index=False)
        fail(f"{out}: {len(figures):,} figures.")


def show_figures(figures: list[dict[str, Any]]) -> None:
    """Print the headline figures of each ranker with their 95 % intervals by account."""
    found = {(one["ranker"], one["metric"]): _figure(**one) for one in figures}
    rankers, metrics = (list(dict.fromkeys(names)) for names in zip(*found, strict=True))
    rows = [[metric, *(found.get((ranker, metric), "") for ranker in rankers)] for metric in metrics]
    show_table("Judged on what was not learnt from (± 95 % interval by account)", ("metric", *rankers), rows)


def _figure(*, value: float | None, low: float | None, high: float | None, **_names: str) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ±{(high - low) / 2:.3f}"
