"""`recommender sign`: answer for a model."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.terminal import say

NAME = "sign"


def run(
    model: Annotated[Path, typer.Argument(help="Folder of a model, or of its versions.", show_default=False)],
    key: Annotated[Path, typer.Option("--key", help="File of the private key.", show_default=False)],
) -> None:
    """Verify a model and write its signature beside the manifest.

    Example: recommender sign models/cross-sell/3 --key recommender.key
    """
    signature, public = recommender.sign_model(model, key)
    say(f"{signature}: signed.")
    say_trust(public)


def say_trust(public: str) -> None:
    """Print what goes into the settings, so that only models signed by this key decide."""
    say("In recommender.toml, so that only signed models decide:")
    say("[trust]")
    say(f'keys = ["{public}"]')
