"""Every Python block and every command of the pages runs, in a folder that has data, a model and a snapshot."""

import re
import shlex
import shutil
from pathlib import Path

import matplotlib as mpl
import pytest
from typer.testing import CliRunner

from recommender.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = (
    "docs/batch.md",
    "docs/extending.md",
    "docs/index.md",
    "docs/nightly.md",
    "docs/notebooks.md",
    "docs/privacy.md",
    "docs/scorecard.md",
)
# What cannot be run here, and why; each block is marked on its page by `<!-- not run: ... -->`.
NOT_RUN = {"docs/index.md": ("it installs the package that is being tested",)}
_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>[^>]*?) -->\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)
_DONE = {0, 3}


def _blocks(page, *kinds):
    found = _BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))
    return [block for block in found if block["kind"] in kinds]


def _run_python(text, names):
    exec(compile(text, "<page>", "exec"), names)  # noqa: S102  # the page's own example


def _run_command(line):
    program, *arguments = shlex.split(line, comments=True)
    assert program == "recommender", line
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code in _DONE, f"{line}\n{result.output}\n{result.exception}"


def _lines(text):
    joined = text.replace("\\\n", " ")
    return [line.removeprefix("$ ") for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture
def _here(workshop, tmp_path, monkeypatch):
    shutil.copytree(workshop, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    mpl.use("agg")


@pytest.mark.usefixtures("_here", "_quick_default")
@pytest.mark.parametrize("page", PAGES)
def test_every_snippet_of_a_page_runs_from_top_to_bottom(page):
    names = {"__name__": "page"}
    blocks = [block for block in _blocks(page, "python", "sh", "console") if block["why"] is None]
    assert blocks, page
    for block in blocks:
        if block["kind"] == "python":
            _run_python(block["text"], names)
            continue
        for line in _lines(block["text"]):
            _run_command(line)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_run_is_marked_and_listed(page):
    found = tuple(block["why"] for block in _blocks(page, "python", "sh", "console") if block["why"])
    assert found == NOT_RUN.get(page, ())


def test_settings_in_pages_are_settings(tmp_path):
    from recommender.config import read_config  # noqa: PLC0415
    from recommender.policy import build_policy  # noqa: PLC0415

    for page in sorted((ROOT / "docs").glob("*.md")):
        for i, block in enumerate(_blocks(page.relative_to(ROOT), "toml")):
            path = tmp_path / f"{page.stem}{i}.toml"
            path.write_text(block["text"], encoding="utf-8")
            build_policy(read_config(path))
