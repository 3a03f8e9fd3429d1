"""The site builds strictly and loads nothing from elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADS = re.compile(
    r'<(?:script|img|iframe)[^>]*\ssrc="(https?:)?//|<link[^>]*rel="(?:stylesheet|preconnect|icon)"[^>]*//'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "built"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_of_the_navigation_is_built(site):
    names = {path.name for path in site.glob("*.html")}
    assert {"index.html", "api.html", "data.html", "settings.html", "scorecard.html"} <= names
    assert "Tables.overview" in (site / "api.html").read_text(encoding="utf-8")


def test_every_page_of_the_folder_can_be_reached_from_the_first(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f'href="{page.stem}.html"' in text


def test_nothing_is_loaded_from_elsewhere(site):
    assert [path.name for path in site.rglob("*.html") if LOADS.search(path.read_text(encoding="utf-8"))] == []


def test_the_decisions_are_listed(site):
    text = (site / "decisions" / "index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md"):
        assert f'href="{page.stem}.html"' in text
