"""Small tables made by hand, and a simulated operator with a model trained on it, for every room that needs some."""

import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import sync_playwright

import recommender
from recommender.config import Config
from recommender.schema import TABLES, TableContract
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, read_tables

ROOT = Path(__file__).parents[1]
_LONGEST = (
    "tests/spark",
    "tests/tracking",
    "tests/notebooks",
    "tests/docs",
    "tests/scoring",
    "tests/policy",
    "tests/training",
    "tests/snapshots",
)
SmallTables = Callable[..., Tables]
UNTIL = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))

_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>[^>]*?) -->\n)?^ *```(?P<kind>\w*)\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL
)
_KINDS: Mapping[str, pa.DataType] = {
    "id": pa.string(),
    "ids": pa.list_(pa.string()),
    "text": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "flag": pa.bool_(),
    "seconds": pa.int64(),
    "bytes": pa.int64(),
    "count": pa.int64(),
    "money": pa.decimal128(12, 2),
}
_USUAL: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "accounts": [{"account_id": "a", "opened_at": "2020-01-01"}],
    "products": [
        {"product_id": "p", "name": "P", "category": "calls", "monthly_price": "5.00"},
        {"product_id": "q", "name": "Q", "category": "calls", "monthly_price": "7.50"},
        {"product_id": "r", "name": "R", "category": "data", "monthly_price": "9.99"},
    ],
    "holdings": [],
    "complaints": [],
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each module on one worker, as its fixtures are dear, and begin with the rooms that take longest."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=lambda item: next((i for i, room in enumerate(_LONGEST) if item.nodeid.startswith(room)), 99))


def pytest_collection_finish() -> None:
    """Leave out of every garbage collection what was imported and collected: many objects, none of which goes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_sessionfinish() -> None:
    """Take it back: DuckDB would complain of objects that outlive it."""
    gc.unfreeze()


def _cell(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "time":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return Decimal(value) if kind == "money" else value


def _frame(contract: TableContract, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    used = {name for row in rows for name in row}
    columns = {column.name: column.type for column in contract.columns if column.required or column.name in used}
    values = {
        name: pa.array([_cell(kind, row.get(name)) for row in rows], _KINDS[kind]) for name, kind in columns.items()
    }
    extra = {name: [row.get(name) for row in rows] for name in sorted(used - columns.keys())}
    return pa.table({**values, **extra})


def _consents(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"account_id": row["account_id"], "purpose": purpose, "granted": True, "changed_at": "2020-01-01"}
        for row in rows
        for purpose in ("marketing", "usage_data")
    ]


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; `not_run` is the reason that stands before it where it cannot be run."""

    page: str
    kind: str
    text: str
    not_run: str | None

    @property
    def commands(self) -> list[str]:
        """The lines of a shell block, without prompts and comments; a line that goes on is one."""
        lines = (line.strip().removeprefix("$ ") for line in self.text.replace("\\\n", " ").splitlines())
        return [line for line in lines if line and not line.startswith("#")]


def _blocks_of(page: str) -> list[Block]:
    found = _BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))
    return [Block(page, block["kind"], block["text"], block["why"]) for block in found]


@pytest.fixture(scope="session")
def blocks_of() -> Callable[[str], list[Block]]:
    """Return a function from a page, by its path, to its fenced blocks."""
    return _blocks_of


@pytest.fixture(scope="session")
def small_tables() -> SmallTables:
    """Return a function from rows to Tables: `small_tables(calls=[{...}], config=...)`.

    Times are ISO texts in UTC, money is text. Account "a" and the products p, q and r are there unless given otherwise;
    every account consents unless `consents` says something else, where None is no such table.
    """

    def make(*, config: Config | None = None, **given: Sequence[Mapping[str, Any]] | None) -> Tables:
        rows = {**_USUAL, **given}
        rows.setdefault("consents", _consents(rows["accounts"] or []))
        frames = {name: _frame(TABLES[name], found) for name, found in rows.items() if found is not None}
        return read_tables(frames, config or Config(time_zone="Europe/Berlin"), check=False)

    return make


@pytest.fixture(scope="session")
def until() -> datetime:
    return UNTIL


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an operator of 600 accounts, known until `until`."""
    folder = tmp_path_factory.mktemp("operator") / "data"
    recommender.simulate(folder, accounts=600, seed=1, until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def turned(operator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the same operator with the rows and the columns of every table in another order."""
    folder, rng = tmp_path_factory.mktemp("turned"), np.random.default_rng(0)
    shutil.copy(operator / "recommender.toml", folder)
    for path in operator.glob("*.parquet"):
        table = pq.read_table(path)
        columns = [table.column_names[i] for i in rng.permutation(table.num_columns)]
        order = pa.array(rng.permutation(table.num_rows), pa.int64())
        pq.write_table(table.select(columns).take(order), folder / path.name)
    return folder


@pytest.fixture(scope="session")
def small_operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an operator of 40 accounts, for what has to be read by slow engines."""
    folder = tmp_path_factory.mktemp("small_operator") / "data"
    recommender.simulate(folder, accounts=40, seed=3)
    return folder


@pytest.fixture(scope="session")
def settings(small_operator: Path) -> Config:
    return recommender.read_config(small_operator / "recommender.toml")


@pytest.fixture(scope="session")
def tables(operator: Path) -> Tables:
    return read_tables(operator)


@pytest.fixture(scope="session")
def lean_operator(operator: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the same operator, to be learnt from at three cut-offs: half the time of a training."""
    folder = Path(shutil.copytree(operator, tmp_path_factory.mktemp("lean_operator") / "data"))
    settings = folder / "recommender.toml"
    settings.write_text(settings.read_text("utf-8").replace("[training]", "[training]\ncut_offs = 3"), "utf-8")
    return folder


@pytest.fixture(scope="session")
def lean_tables(lean_operator: Path) -> Tables:
    return read_tables(lean_operator)


@pytest.fixture(scope="session")
def rows(tables: Tables) -> pa.Table:
    """Return the operator's snapshot at `until`."""
    return build_snapshot(tables, UNTIL)


@pytest.fixture(scope="session")
def trained(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model trained on the operator."""
    model = recommender.train(tables, UNTIL)
    return recommender.save_model(model, tmp_path_factory.mktemp("models") / "cross-sell")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start the distribution's Chromium, driven by Playwright, which downloads none and keeps a loop of asyncio."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        assert os.environ.get("CI") != "true", "CI has to look at the pages: install chromium (.ci/run does)"
        pytest.skip("no chromium is installed here: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[[str, int, str], Any]]:
    """Return a function that opens an address; what the page complained of is in `said`, what it fetched in `asked`."""
    pages = []

    def load(address: str, width: int, scheme: str) -> Any:
        opened = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        pages.append(opened)
        opened.said, opened.asked = [], []
        opened.on("console", lambda message: opened.said.append(message.text))
        opened.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.goto(address)
        return opened

    yield load
    for opened in pages:
        opened.close()
