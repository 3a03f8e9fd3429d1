"""`recommender demo`: the whole way on a synthetic operator."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

import recommender
from recommender.cli.evaluate import show_figures
from recommender.cli.score import show_summary
from recommender.cli.terminal import by_share, say, step
from recommender.errors import OutputError

NAME = "demo"
TESTS = 1
_GROUPS = ("segment", "region", "age_band")
UNTIL = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))
_WITHHELD = {"open_complaint": "has an unresolved complaint", "recently_declined": "said no not long ago"}


def run(
    out: Annotated[Path, typer.Option("--out", help="Folder for everything; it must not be there yet.")] = Path("demo"),
    accounts: Annotated[int, typer.Option("--accounts", min=100, help="How many accounts.")] = 20_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same demo.")] = 0,
) -> None:
    """Simulate an operator, train, judge against the baselines, score, and tell five accounts' stories.

    Example: recommender demo --out demo
    """
    if out.exists():
        raise OutputError(f"{out}: it is there already; name another folder with --out, or remove it.")
    data, rows, offers = out / "data", out / "snapshot.parquet", out / "offers"
    with step(f"Simulating {accounts:,} accounts") as advance:
        recommender.simulate(data, accounts=accounts, seed=seed, until=UNTIL, progress=by_share(advance))
    with step("Reading and checking the tables"):
        tables = recommender.read_tables(data)
    with step("Training, and judging on a month that came after") as advance:
        trained = recommender.train(tables, UNTIL, tests=TESTS, progress=advance)
    show_figures(trained.training["figures"])
    model = recommender.save_model(trained, out / "models" / "cross-sell")
    with step("Taking the snapshot"):
        recommender.write_snapshot(tables, UNTIL, rows)
    with step("Scoring") as advance:
        summary = recommender.score(rows, model, offers, as_of=UNTIL, progress=advance)
    show_summary(summary, offers)
    _tell(rows, model, _worth_telling(offers))
    with step("Writing the report"):
        page = recommender.write_report(model, offers, out / "report.html", groups=rows, by=_GROUPS)
    say(f"{out}: data/, models/, snapshot.parquet and offers/ are here, and the report on all of it:")
    say(f"  {page}")
    say("Any other account's story:")
    say(f"  recommender explain {rows} --account A0000042 --model {model} --as-of {UNTIL:%Y-%m-%d}")


def _worth_telling(offers: Path) -> dict[str, str]:
    """Pick three accounts with the best offers, each of another product, and two to whom nothing is offered."""
    made = import_module("pandas").read_parquet(
        offers / "offers.parquet", columns=["account_id", "rank", "product_id", "propensity"]
    )
    best = made[made["rank"] == 1].sort_values(["propensity", "account_id"], ascending=[False, True])
    told = dict.fromkeys(best.drop_duplicates("product_id")["account_id"].head(3), "is offered")
    dispositions = recommender.read_dispositions(offers / "dispositions.parquet")
    for code, what in _WITHHELD.items():
        hit = dispositions[[code in reasons for reasons in dispositions["reasons"]]]
        told |= dict.fromkeys(hit["account_id"].head(1), what)
    return told


def _tell(rows: Path, model: Path, accounts: dict[str, str]) -> None:
    for account, what in accounts.items():
        say()
        say(f"Account {account} {what}:")
        say(recommender.explain(rows, model, account, as_of=UNTIL).in_brief())
    say()
