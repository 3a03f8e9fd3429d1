"""`recommender train`: a model from raw tables."""

from pathlib import Path
from typing import Annotated, Literal

import typer

import recommender
from recommender.cli.evaluate import show_figures
from recommender.cli.options import Data, TrackingUri
from recommender.cli.registering import Registering, hand_on
from recommender.cli.terminal import say, step
from recommender.errors import ConfigError
from recommender.model import Model
from recommender.model.keys import trusted_model
from recommender.tracking import Store

NAME = "train"


def run(  # noqa: PLR0913, PLR0917  a command has an argument per option
    data: Data,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help="The moment, such as 2026-06-30; with --like, that of the model.", show_default=False
        ),
    ] = None,
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
    like: Annotated[
        str | None,
        typer.Option("--like", help="A model whose training is repeated, by its manifest.", show_default=False),
    ] = None,
    sign: Annotated[
        Path | None, typer.Option("--sign", help="Private key to sign the model with.", show_default=False)
    ] = None,
    track: Annotated[bool, typer.Option("--track", help="Record the training in MLflow.")] = False,  # noqa: FBT002
    tracking_uri: TrackingUri = "",
    experiment: Annotated[str, typer.Option("--experiment", help="The experiment of MLflow.")] = "recommender",
    register: Annotated[
        str | None, typer.Option("--register", help="Name in MLflow's registry; implies --track.", show_default=False)
    ] = None,
    promote_if_better: Annotated[  # noqa: FBT002
        bool, typer.Option("--promote-if-better", help="Make it the champion unless it is worse on the same months.")
    ] = False,
) -> None:
    """Train a model on rows recorded by the moment alone, and write it as the next version.

    Example: recommender train data/ --as-of 2026-06-30 --out models/cross-sell
    """
    handing = Registering(track, Store(tracking_uri, experiment), register, promote_if_better)
    liked = None if like is None else trusted_model(like, data)
    with step("Training") as advance:
        tables = recommender.read_tables(data, None if liked is None else liked.config)
        if liked is None:
            model = recommender.train(
                tables, _needed(as_of), ranker=ranker, learn_from=learn_from, tests=tests, progress=advance
            )
        else:
            model = recommender.train_like(tables, liked, as_of, progress=advance)
    if model.training["figures"]:
        show_figures(model.training["figures"])
    if choice := model.training.get("choice"):
        say(_of_choice(**choice))
    folder = recommender.save_model(model, out)
    say(f"{folder}: {len(model.scorecard.products)} products, {len(model.scorecard.features)} features.")
    if liked is not None:
        _say_likeness(model, liked)
    if sign is not None:
        say(f"{recommender.sign_model(folder, sign)[0]}: signed.")
    hand_on(handing, folder, model, tables, tests=tests)
    say(f"Next: recommender score {data} --model {folder} --as-of {as_of or model.training['as_of']} --out offers/")


def _needed(as_of: str | None) -> str:
    if as_of is None:
        raise ConfigError("--as-of: a moment such as 2026-06-30 was needed, or a model to repeat, by --like.")
    return as_of


def _say_likeness(model: Model, liked: Model) -> None:
    if model.training["fingerprint"] != liked.training["fingerprint"]:
        say(f"Trained like {liked.label}, on other rows: the fingerprints of the data differ.")
    elif model.digest == liked.digest:
        say(f"Trained like {liked.label}, on the same rows: the arrays are equal (sha256 {model.digest[:12]}).")
    else:
        say(f"Trained like {liked.label}, on the same rows, but the arrays differ; versions of libraries may too.")


def _of_choice(
    *, metric: str, kept: str, explainability_cost: dict[str, float], against_default: dict[str, dict[str, float]]
) -> str:
    """Say which ranker was kept and what it costs that it can be explained."""
    cost = explainability_cost
    return (
        f"Kept: {kept}, of {len(against_default)} rankers. Unrestricted boosting, which cannot say why, is "
        f"{cost['difference']:+.4f} in {metric} ({cost['low']:+.4f} to {cost['high']:+.4f}): what explainability costs."
    )
