"""One job at a time in a folder."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from recommender.errors import OutputError
from recommender.scoring.sorting import SCRATCH

__all__ = ["alone_in"]

_LOCK: Final = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other jobs out of `folder` and clear away what a killed one left half-written.

    Raises
    ------
    OutputError
        If another job is at work there, parts would go elsewhere by a link, or the system has no POSIX locks.
    """
    fcntl = _locks()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / _LOCK, "ab", opener=_itself) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{folder}: another job is at work here; wait for it, or name another folder.") from None
        if links := sorted(path.name for path in folder.glob("*.parquet") if path.is_symlink()):
            raise OutputError(f"{folder}: {links} are links, and where they lead other jobs may be at work.")
        _clear(folder)
        yield


def _itself(path: str, flags: int) -> int:
    """Open the lock, but no file that a link in its place leads to, and without waiting for the other end of a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)


def _locks() -> Any:
    try:
        return import_module("fcntl")
    except ModuleNotFoundError:
        raise OutputError(
            "A batch job needs the locks of a POSIX system (Linux, macOS, WSL), which Windows does not have."
        ) from None


def _clear(folder: Path) -> None:
    for half in (*folder.glob(".*.writing"), *folder.glob("*.parquet/.*.writing")):
        half.unlink(missing_ok=True)
    for scratch in folder.glob(f"{SCRATCH}*"):
        shutil.rmtree(scratch, ignore_errors=True)
