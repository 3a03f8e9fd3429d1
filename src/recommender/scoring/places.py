"""Where a job may write: not into what it reads."""

from pathlib import Path
from typing import Any

from recommender.errors import OutputError

__all__ = ["refuse_sources"]


def refuse_sources(out: Path, *sources: Any) -> None:
    """Refuse to write into a source's folder, or into a folder inside it.

    Raises
    ------
    OutputError
        If `out` is the folder of a source, or the folder that its file stands in.
    """
    target = out.resolve()
    for source in sources:
        if isinstance(source, str | Path) and Path(source).exists():
            home = Path(source).resolve()
            inside = home == target or home in target.parents
            if inside or (home.is_file() and home.parent == target):
                raise OutputError(f"{out}: the results cannot go where the input is ({source}); name another folder.")
