"""Every Python block and every command of the README and the pages runs, from the top of a page to its bottom."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from typer.testing import CliRunner

from recommender.cli.app import app
from recommender.ranking import PopularityRanker

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "models/README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))

# Pages that ask for an engine, a cluster or a server run beside the tests of these; the README's program in a process
# of its own.
ELSEWHERE = {
    ("README.md", "python"): "tests/test_public.py",
    ("docs/databases.md", "python"): "tests/engines/test_postgres.py",
    ("docs/mlflow.md", "python"): "tests/tracking/test_serving.py",
    ("docs/spark.md", "python"): "tests/spark/conftest.py",
}
# Why a block cannot be run here, as it stands before the block.
NOT_RUN = {
    "docs/index.md": ["it installs the package that is being tested"],
    "docs/mlflow.md": ["it serves until it is stopped"],
    "docs/nightly.md": ["a line of a crontab; what it calls is run"],
}
RUN = {"python", "sh", "bash"}
LEFT_ALONE = {"text", "toml"}  # formulas; settings have a test of their own
# What is put smaller; everything else runs as it is written.
SMALLER = {
    "--accounts 20000": "--accounts 300",
    "demo --out": "demo --accounts 300 --out",
    "--seeds 5": "--seeds 1",
    "RandomForestClassifier(300": "RandomForestClassifier(3",
}
SHARED = Path(os.environ.get("RECOMMENDER_SHARED_DATA", ROOT.parent / "shared" / "data"))
TELCO = SHARED / "telco" / "Telco-Customer-Churn.csv"
_DONE = {0, 3}


def _runnable(page, blocks_of):
    found = [block for block in blocks_of(page) if block.kind in RUN and block.not_run is None]
    return [block for block in found if (page, block.kind) not in ELSEWHERE]


def _with_runnable():
    return [page for page in PAGES if any(f"```{kind}\n" in (ROOT / page).read_text("utf-8") for kind in RUN)]


def _smaller(text):
    for asked, less in SMALLER.items():
        text = text.replace(asked, less)
    return text


def _run_python(text, names):
    exec(compile(_smaller(text), "<page>", "exec"), names)  # noqa: S102  # the page's own example


def _run_command(line):
    program, *arguments = shlex.split(_smaller(line), comments=True)
    if program == "recommender":
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code in _DONE, f"{line}\n{result.output}\n{result.exception}"
    elif program == "python":
        if TELCO.is_file():
            subprocess.run([sys.executable, ROOT / arguments[0], *arguments[1:]], check=True, capture_output=True)
    else:
        assert program == "make", line
        _run_target(*arguments)


def _run_target(*arguments):
    """Run what a target calls of our commands; the others are CI's own, or take hours, and have to be there."""
    asked = [str(shutil.which("make")), "-n", "-o", ".venv/.ready", *arguments]
    printed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for line in printed.splitlines():
        if line.startswith(".venv/bin/recommender "):
            _run_command(line.removeprefix(".venv/bin/"))


def _run_script(text, folder):
    """Run a script of bash with our commands on its path, and a `mail` that writes down what it is told."""
    programs = folder / "programs"
    programs.mkdir()
    command = "import sys; sys.argv[0] = 'recommender'; from recommender.cli import main; main()"
    said = {"recommender": f'exec {sys.executable} -c "{command}" "$@"', "mail": f"cat > {folder}/mailed"}
    for name, line in said.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    subprocess.run(
        [str(shutil.which("bash")), "-c", text], check=True, capture_output=True, env=os.environ | {"PATH": path}
    )


@pytest.fixture
def _here(workshop, tmp_path, monkeypatch):
    shutil.copytree(workshop, tmp_path / "work")
    if TELCO.is_file():
        with TELCO.open(encoding="utf-8") as file:
            few = "".join(line for line, _ in zip(file, range(600), strict=False))
        (tmp_path / "work" / "path" / "to").mkdir(parents=True)
        (tmp_path / "work" / "path" / "to" / TELCO.name).write_text(few, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "work")
    mpl.use("agg")


@pytest.fixture
def names():
    """What the pages speak of without making it: a ranker and what it learns from."""
    features = pd.DataFrame({"calls": [1.0, 2.0, 3.0, 4.0]})
    taken = pd.DataFrame({"p": [True, False, True, False]})
    return {"__name__": "page", "ranker": PopularityRanker(), "X": features, "y": taken}


@pytest.mark.usefixtures("_here", "_quick")
@pytest.mark.parametrize("page", _with_runnable())
def test_every_snippet_of_a_page_runs_from_top_to_bottom(page, blocks_of, names, request, monkeypatch):
    blocks = _runnable(page, blocks_of)
    if any("--register" in block.text for block in blocks):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{request.getfixturevalue('registry')}")
    if page == "README.md":
        shutil.rmtree("data")
    for block in blocks:
        if block.kind == "python":
            _run_python(block.text, names)
        elif block.kind == "bash":
            _run_script(block.text, Path.cwd())
        else:
            for line in block.commands:
                _run_command(line)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is_and_what_is_not_run_is_listed(page, blocks_of):
    blocks = blocks_of(page)
    assert {block.kind for block in blocks} <= RUN | LEFT_ALONE
    assert [block.not_run for block in blocks if block.not_run] == NOT_RUN.get(page, [])


@pytest.mark.parametrize(("page", "test"), [(page, test) for (page, _), test in ELSEWHERE.items()])
def test_what_runs_elsewhere_is_read_there(page, test):
    assert f'"{page}"' in (ROOT / test).read_text(encoding="utf-8")


def test_settings_in_pages_are_settings(tmp_path, blocks_of):
    from recommender.config import read_config  # noqa: PLC0415
    from recommender.policy import build_policy  # noqa: PLC0415

    for page in PAGES:
        for i, block in enumerate(block for block in blocks_of(page) if block.kind == "toml"):
            path = tmp_path / f"{Path(page).stem}{i}.toml"
            path.write_text(block.text, encoding="utf-8")
            build_policy(read_config(path))
