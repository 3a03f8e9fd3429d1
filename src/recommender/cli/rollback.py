"""`recommender rollback`: the champion before this one."""

from typing import Annotated

import typer

from recommender.cli.options import TrackingUri
from recommender.cli.terminal import say
from recommender.tracking import CHAMPION, Store, rollback

NAME = "rollback"


def run(
    name: Annotated[str, typer.Argument(help="The name in the registry.", show_default=False)],
    tracking_uri: TrackingUri = "",
) -> None:
    """Make the version that was champion before this one champion again.

    Example: recommender rollback cross-sell
    """
    down, now = rollback(name, Store(tracking_uri))
    say(f"models:/{name}@{CHAMPION} is version {now} again; version {down} steps down.")
