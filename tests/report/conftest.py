from dataclasses import replace
from html.parser import HTMLParser

import pytest

import recommender
from recommender.model import load_model
from recommender.report.run import read_run

FIGURES = [
    {"ranker": ranker, "metric": metric, "value": value, "low": value - 0.05, "high": value + 0.05}
    for ranker, value in (("popularity", 0.2), ("logistic", 0.4))
    for metric in ("hit@1", "hit@3", "auc")
]
TENTHS = [
    {"pairs": 100, "propensity": 0.01 * i, "rate": 0.01 * i, "low": 0.008 * i, "high": 0.012 * i} for i in range(1, 11)
]
GAINS = [{"share": share, "found": found} for share, found in ((0.0, 0.0), (0.1, 0.37), (0.5, 0.8), (1.0, 1.0))]


class Page(HTMLParser):
    """What a page is made of: every element with its attributes, and the text outside the style."""

    def __init__(self, html):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.text = " ".join(self.words)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.words.append(data.strip())


@pytest.fixture(scope="session")
def scored(rows, trained, until, tmp_path_factory):
    """The folder of a run over the operator's snapshot."""
    folder = tmp_path_factory.mktemp("run") / "offers"
    recommender.score(rows, trained, folder, as_of=until)
    return folder


@pytest.fixture(scope="session")
def model(trained):
    """The trained model, as if it had been judged: figures and diagrams are made up."""
    loaded = load_model(trained)
    diagrams = {"tenths": {"logistic": TENTHS}, "gains": {"logistic": GAINS, "popularity": GAINS}}
    return replace(loaded, training={**loaded.training, "ranker": "logistic", "figures": FIGURES, "diagrams": diagrams})


@pytest.fixture(scope="session")
def run(scored, model):
    return read_run(scored, model)


@pytest.fixture(scope="session")
def written(scored, model, rows, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "report.html"
    return recommender.write_report(model, scored, out, groups=rows, by=("segment", "age_band"))


@pytest.fixture(scope="session")
def page_of():
    return Page


@pytest.fixture(scope="session")
def page(written) -> Page:
    return Page(written.read_text(encoding="utf-8"))
