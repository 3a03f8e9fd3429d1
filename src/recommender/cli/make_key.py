"""`recommender make-key`: the keys of whoever answers for models."""

from pathlib import Path
from typing import Annotated

import typer

import recommender
from recommender.cli.sign import say_trust
from recommender.cli.terminal import say

NAME = "make-key"


def run(
    out: Annotated[Path, typer.Option("--out", help="File of the private key; it must not be there yet.")] = Path(
        "recommender.key"
    ),
) -> None:
    """Make a pair of Ed25519 keys: the private one for `recommender sign`, the public one for recommender.toml.

    Example: recommender make-key --out recommender.key
    """
    public = recommender.make_key(out)
    say(f"{out}: the private key; keep it from everyone who may not answer for a model.")
    say_trust(public)
