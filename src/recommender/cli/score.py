"""`recommender score`: offers for every account, with the account of why each other product is not offered."""

from pathlib import Path
from typing import Annotated, Any

import typer

import recommender
from recommender.cli.options import AsOf, Complaints, ComplaintsKnownUntil, Data, Json, ModelPath
from recommender.cli.terminal import fail, say, say_json, show_table, step
from recommender.schema import Kept

NAME = "score"


def run(  # noqa: PLR0913  # a command has an argument per option
    data: Data,
    model: ModelPath,
    as_of: AsOf,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.", show_default=False)],
    complaints: Complaints = None,
    complaints_known_until: ComplaintsKnownUntil = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes side by side.")] = 1,
    dispositions: Annotated[
        Kept, typer.Option("--dispositions", help="Of all pairs, of one account in a hundred, or their counts alone.")
    ] = "all",
    *,
    as_json: Json = False,
) -> None:
    """Decide for every account of raw tables or of a snapshot file.

    Writes offers.parquet and dispositions.parquet in parts, summary.json, and _SUCCESS when all is done; a job that
    was killed goes on where it was when it is called again. Exit status 3: done, but a feed was missing or too old,
    and offers were withheld.

    Example: recommender score data/ --model models/cross-sell --as-of 2026-06-30 --out offers/
    """
    with step("Scoring accounts") as advance:
        summary = recommender.score(
            data,
            model,
            out,
            as_of=as_of,
            complaints=complaints,
            complaints_known_until=complaints_known_until,
            options=recommender.BatchOptions(workers=workers, dispositions=dispositions),
            progress=advance,
        )
    if as_json:
        say_json(summary)
    else:
        show_summary(summary, out)
        say(f"Next: recommender report {model} {out} --data {data}, and recommender recheck {out} before calling.")
    if summary["stale"]:
        say_stale(summary)
        raise typer.Exit(3)


def say_stale(summary: dict[str, Any]) -> None:
    """Say which feeds withheld offers, until when they are known, and what mends it."""
    until = {feed: summary["known_until"][feed] for feed in summary["stale"]}
    known = (f"{feed} ({f'known until {moment}' if moment else 'nothing is known'})" for feed, moment in until.items())
    fail(
        f"Offers were withheld: at {summary['decided_at']}, older than [feeds] in recommender.toml allows, or missing: "
        f"{', '.join(known)}. A feed ends with its newest row; where it is complete until later, the table `feeds` "
        "(feed, known_until) says so."
    )


def show_summary(summary: dict[str, Any], out: Path) -> None:
    """Print what became of the pairs of a batch job."""
    show_table("Dispositions", ("disposition", "pairs"), _rows(summary["dispositions"]))
    show_table("Suppressed, by reason (a pair counts for each)", ("reason", "pairs"), _rows(summary["suppressions"]))
    if summary["policy"]["waivers"]:
        say(f"Switched off by the operator: {', '.join(summary['policy']['waivers'])}.")
    with_offers, accounts = summary["accounts_with_offers"], summary["accounts"]
    say(f"{out}: {summary['offers']:,} offers for {with_offers:,} of {accounts:,} accounts.")


def _rows(counts: dict[str, int]) -> list[tuple[str, str]]:
    return [(name, f"{count:,}") for name, count in sorted(counts.items(), key=lambda item: -item[1])]
