"""`recommender explain`: one account in words."""

from typing import Annotated

import typer

import recommender
from recommender.cli.options import AsOf, Complaints, ComplaintsKnownUntil, Data, Json, ModelPath
from recommender.cli.terminal import say, say_json

NAME = "explain"


def run(
    data: Data,
    model: ModelPath,
    as_of: AsOf,
    account: Annotated[str, typer.Option("--account", help="The account's id.", show_default=False)],
    complaints: Complaints = None,
    complaints_known_until: ComplaintsKnownUntil = None,
    *,
    as_json: Json = False,
) -> None:
    """Say what is offered to one account and why, and for every other product why not.

    Example: recommender explain data/ --account A0000012 --model models/cross-sell --as-of 2026-06-30
    """
    explanation = recommender.explain(
        data, model, account, as_of=as_of, complaints=complaints, complaints_known_until=complaints_known_until
    )
    if as_json:
        decision = explanation.decision
        offers, pairs = decision.offers.to_pylist(), decision.dispositions().to_pylist()
        say_json({"offers": offers, "dispositions": pairs, "stale": decision.stale})
    else:
        say(str(explanation))
    if explanation.decision.stale:
        raise typer.Exit(3)
