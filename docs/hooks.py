"""What the site adds to its pages: the data contract, the list of decisions, and pages left out of the navigation."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
INDEX = "decisions/README.md"
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)#\s\[]+(?:\.\w+|/))(#[^)]*)?\)")


def on_config(config: Any) -> Any:
    """Put pages that the navigation does not name under "More", so that none is lost."""
    named = set(_pages(config.nav))
    more = [path.name for path in sorted(Path(config.docs_dir).glob("*.md")) if path.name not in named]
    if more:
        config.nav = [*config.nav, {"More": more}]
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the data contract, which stands beside the sample data."""
    contract = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "data.md", content=contract))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """List the decisions under their index; point links to what is not in the site at the names of the files."""
    folder = posixpath.dirname(page.file.src_uri)
    here = {file.src_uri for file in files}
    text = LINK.sub(lambda link: _link(link, folder, here), markdown)
    return text + _decisions(Path(config.docs_dir)) if page.file.src_uri == INDEX else text


def _pages(entries: Any) -> Iterator[str]:
    for entry in entries:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        yield from _pages(value) if isinstance(value, list) else [value]


def _link(link: re.Match[str], folder: str, here: set[str]) -> str:
    target = posixpath.normpath(posixpath.join(folder, link[2]))
    if target == "../data/README.md":
        return f"[{link[1]}]({posixpath.relpath('data.md', folder or '.')})"
    return link[0] if target in here else f"{link[1]} (`{posixpath.normpath(posixpath.join('docs', target))}`)"


def _decisions(docs: Path) -> str:
    pages = sorted(path for path in (docs / "decisions").glob("[0-9]*.md"))
    lines = [f"| {path.stem[:4]} | [{_title(path)}]({path.name}) |" for path in pages]
    return "\n".join(["", "| | |", "|---|---|", *lines, ""])


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    return re.sub(r"^#\s*(\d+[.:]?\s+)?", "", first).strip()
