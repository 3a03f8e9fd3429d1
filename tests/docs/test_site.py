"""The site builds strictly, loads nothing from elsewhere, and a browser has nothing to complain of."""

import os
import re
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_said):
        pass


@pytest.fixture(scope="module")
def address(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(site))) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("page", ["index", "policy", "scorecard", "settings", "benchmarks", "api"])
def test_a_browser_complains_of_nothing_fetches_nothing_from_elsewhere_and_nothing_sticks_out(
    open_page, address, page, width, scheme
):
    opened = open_page(f"{address}/{page}.html", width, scheme)
    opened.wait_for_load_state("networkidle")
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(address)] == []
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    assert opened.evaluate("document.body.dataset.mdColorScheme") == ("slate" if scheme == "dark" else "default")


def test_the_search_finds_a_word_of_a_page(open_page, address):
    opened = open_page(f"{address}/index.html", 1280, "light")
    opened.click(".md-search__input")
    opened.keyboard.type("purification")
    found = opened.wait_for_selector(".md-search-result__link")
    assert found.get_attribute("href").startswith(f"{address}/scorecard.html")
    assert opened.said == []
