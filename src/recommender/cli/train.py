"""`recommender train`: a model from raw tables."""

from pathlib import Path
from typing import Annotated, Literal

import typer

import recommender
from recommender.cli.evaluate import show_figures
from recommender.cli.options import AsOf, Data
from recommender.cli.terminal import say, step

NAME = "train"


def run(
    data: Data,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="Folder of the model; versions 1, 2, ... land in it.")] = Path(
        "models/cross-sell"
    ),
    ranker: Annotated[
        str, typer.Option("--ranker", help="scorecard, logistic, co-holding, popularity; or auto.")
    ] = "scorecard",
    tests: Annotated[int, typer.Option("--tests", min=0, help="Months to judge on, beside the baselines.")] = 0,
    learn_from: Annotated[
        Literal["auto", "take_up", "hide_one"],
        typer.Option("--learn-from", help="Take-ups after past moments, or each held product hidden in turn."),
    ] = "auto",
) -> None:
    """Train a model on rows recorded by the moment alone, and write it as the next version.

    Example: recommender train data/ --as-of 2026-06-30 --out models/cross-sell
    """
    with step("Training") as advance:
        model = recommender.train(data, as_of, ranker=ranker, learn_from=learn_from, tests=tests, progress=advance)
    if model.training["figures"]:
        show_figures(model.training["figures"])
    if choice := model.training.get("choice"):
        say(_of_choice(**choice))
    folder = recommender.save_model(model, out)
    say(f"{folder}: {len(model.scorecard.products)} products, {len(model.scorecard.features)} features.")
    say(f"Next: recommender score {data} --model {folder} --as-of {as_of} --out offers/")


def _of_choice(
    *, metric: str, kept: str, explainability_cost: dict[str, float], against_default: dict[str, dict[str, float]]
) -> str:
    """Say which ranker was kept and what it costs that it can be explained."""
    cost = explainability_cost
    return (
        f"Kept: {kept}, of {len(against_default)} rankers. Unrestricted boosting, which cannot say why, is "
        f"{cost['difference']:+.4f} in {metric} ({cost['low']:+.4f} to {cost['high']:+.4f}): what explainability costs."
    )
