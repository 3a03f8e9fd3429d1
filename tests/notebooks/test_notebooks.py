"""The notebooks run from a clean kernel, use what is public alone, and are committed without output."""

import ast
import os
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
NAMES = ("01_quickstart", "02_what_the_bill_says", "03_train_and_compare", "04_who_not_to_call", "05_why_this_offer")
ON_REAL_DATA = "06_real_data"
PUBLIC_ROOMS = ("recommender", "recommender.datasets", "recommender.evaluation", "recommender.tracking")
SHARED = Path(os.environ.get("RECOMMENDER_SHARED_DATA", ROOT.parent / "shared" / "data"))
SECONDS = 600


def _read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def _code(name):
    return [cell.source for cell in _read(name).cells if cell.cell_type == "code"]


def _run(name):
    """Run a notebook in a kernel of its own; what it prints to the standard error, warnings too, fails it."""
    notebook = _read(name)
    NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(FOLDER)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    complaints = [output.text for output in outputs if output.get("name") == "stderr"]
    assert not complaints, complaints
    return outputs


def _kinds(outputs):
    return {kind for output in outputs for kind in output.get("data", ())}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def test_a_notebook_runs_from_a_clean_kernel_and_shows_something(name):
    outputs = _run(name)
    assert "text/html" in _kinds(outputs)
    if name != "01_quickstart":
        assert "image/png" in _kinds(outputs)


@pytest.mark.xdist_group(ON_REAL_DATA)
def test_the_notebook_on_real_data_runs(monkeypatch):
    if not (SHARED / "telco").is_dir():
        pytest.skip(f"the Telco table is not at hand ({SHARED}): set RECOMMENDER_SHARED_DATA")
    monkeypatch.setenv("RECOMMENDER_SHARED_DATA", str(SHARED))
    outputs = _run(ON_REAL_DATA)
    assert {"text/html", "image/png"} <= _kinds(outputs)


def test_no_notebook_is_left_out():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {*NAMES, ON_REAL_DATA}


@pytest.mark.parametrize("name", [*NAMES, ON_REAL_DATA])
def test_a_notebook_is_committed_without_output(name):
    for cell in _read(name).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert "execution" not in cell.metadata


@pytest.mark.parametrize("name", [*NAMES, ON_REAL_DATA])
def test_a_notebook_uses_what_is_public_alone(name):
    tree = ast.parse("\n".join(_code(name)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            rooms = [alias.name for alias in node.names if alias.name.startswith("recommender")]
            assert rooms in ([], ["recommender"])
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("recommender"):
            assert node.module in PUBLIC_ROOMS
            assert {alias.name for alias in node.names} <= set(import_module(node.module).__all__)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "recommender":
            assert node.attr in import_module("recommender").__all__
        assert not (isinstance(node, ast.Attribute) and node.attr.startswith("_"))
