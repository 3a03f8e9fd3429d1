"""What a manager reads first: the run in a sentence and in figures."""

from recommender.report.elements import Element, el
from recommender.report.run import Run
from recommender.report.words import count, moment, percent

__all__ = ["overview"]


def overview(run: Run) -> Element:
    """Return the head of the page."""
    summary = run.summary
    return el(
        "header",
        el("p", "Report on a model and a scoring run", class_="kicker"),
        el("h1", f"{run.model.name} {run.model.version}"),
        el("p", _sentence(run), class_="lead"),
        _stale(run),
        el(
            "div",
            _tile(count(summary["accounts"]), "accounts looked at"),
            _tile(percent(_share(run), 0), "of them are offered something"),
            _tile(count(summary["offers"]), "offers, three at most per account"),
            *_quality(run),
            class_="tiles",
        ),
        id="top",
    )


def _sentence(run: Run) -> str:
    summary = run.summary
    return (
        f"For each of {count(summary['accounts'])} accounts, as known at {moment(summary['as_of'], run.config)}, the "
        f"model ranked {summary['products']} products by how well they fit, and the policy took out what should not be "
        f"offered now. {count(summary['accounts_with_offers'])} accounts are left with an offer; the others are left "
        "in peace, each for a reason that is on record."
    )


def _stale(run: Run) -> Element | None:
    if not run.summary["stale"]:
        return None
    feeds = ", ".join(run.summary["stale"])
    return el("p", f"Offers were withheld: the feeds {feeds} were missing or too old.", class_="warning", role="note")


def _share(run: Run) -> float:
    return float(run.summary["accounts_with_offers"] / max(run.summary["accounts"], 1))


def _quality(run: Run) -> list[Element]:
    found = {(one["ranker"], one["metric"]): one["value"] for one in run.model.training.get("figures", [])}
    hit = found.get((run.model.training["ranker"], "hit@3"))
    return [] if hit is None else [_tile(percent(hit, 0), "of take-ups were among the best three in the backtest")]


def _tile(figure: str, says: str) -> Element:
    return el("div", el("strong", figure), el("span", says), class_="tile")
