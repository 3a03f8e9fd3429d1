"""One page out of the sections: no script, and nothing is fetched."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final

from recommender.report.elements import Element, el, to_html
from recommender.report.run import Run
from recommender.report.sections import (
    fairness,
    intended,
    judged,
    learnt,
    offered,
    overview,
    scorecard,
    stories,
    withheld,
)

__all__ = ["page"]

_ALLOWED: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(run: Run, groups: Mapping[str, Sequence[str]] | None, *, with_ids: bool) -> str:
    """Return the whole page as HTML."""
    sections = [
        learnt(run),
        judged(run),
        offered(run),
        withheld(run),
        fairness(run, groups),
        scorecard(run),
        stories(run, with_ids=with_ids),
        intended(run),
    ]
    body = el("body", el("main", overview(run), _contents(sections), *sections), _foot(run))
    return "<!DOCTYPE html>\n" + to_html(el("html", _head(run), body, lang="en")) + "\n"


def _head(run: Run) -> Element:
    style = files("recommender.report").joinpath("style.css").read_text(encoding="utf-8")
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", http_equiv="Content-Security-Policy", content=_ALLOWED),
        el("link", rel="icon", href="data:,"),
        el("title", f"{run.model.name} {run.model.version}: report"),
        el("style", style),
    )


def _contents(sections: list[Element]) -> Element:
    links = [el("a", section[0].text or "", href=f"#{section.get('id')}") for section in sections]
    return el("nav", *links, aria_label="Sections")


def _foot(run: Run) -> Element:
    return el(
        "footer", f"Made by recommender from {run.model.label} and the run decided at {run.summary['decided_at']}."
    )
