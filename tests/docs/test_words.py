"""Every page, and the README: commands that the command line takes, Python that compiles, names that are public."""

import ast
import re
import shlex
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer

from recommender.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]]
_BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(page, *kinds):
    found = _BLOCK.finditer((ROOT / page).read_text(encoding="utf-8"))
    return [block["text"] for block in found if block["kind"] in kinds]


def _commands(page):
    lines = [
        line for text in _blocks(page, "", "sh", "console", "bash") for line in text.replace("\\\n", " ").splitlines()
    ]
    bare = (re.split(r"\s(?:\|\||>>?|&&)\s", line.removeprefix("$ ").strip())[0] for line in lines)
    return [line for line in bare if line.startswith("recommender ")]


def test_pages_have_commands_and_the_readme_has_most():
    assert sum(len(_commands(page)) for page in PAGES) > 20
    assert len(_commands("README.md")) >= 10


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_taken_by_the_command_line(page):
    group: Any = typer.main.get_command(app)
    for line in _commands(page):
        name, *arguments = shlex.split(line, comments=True)[1:]
        command = group.get_command(None, name)
        assert command is not None, line
        assert command.make_context(name, arguments).params is not None, line


@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_of_a_page_compiles_and_imports_what_is_there(page):
    for text in _blocks(page, "python"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("recommender"):
                room = import_module(str(node.module))
                assert {alias.name for alias in node.names} <= set(dir(room)), page
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "recommender":
                assert _is_public(node.attr), page


def _is_public(name):
    return name in import_module("recommender").__all__ or find_spec(f"recommender.{name}") is not None
