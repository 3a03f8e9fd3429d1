"""Files that appear whole or not at all, and are known again by their digests."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from recommender.errors import DataError, OutputError

__all__ = [
    "DIGEST",
    "check_seal",
    "dump_document",
    "open_plain",
    "parse_document",
    "read_document",
    "sealed",
    "sha256_of",
    "sidecar_of",
    "sync_folder",
    "whole",
    "write_document",
    "writing",
]

DIGEST: Final = "digest"


@contextmanager
def writing(what: str, path: str | Path) -> Iterator[None]:
    """Let a block write `what` to `path`; what the system refuses becomes an `OutputError` that names both.

    Raises
    ------
    OutputError
        If the block raises an OSError, or a name is no text that pyarrow could write to.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: {what} cannot be written ({error.strerror or error}).") from error
    except UnicodeEncodeError as error:
        raise OutputError(f"{path}: {what} cannot be written (a name that is no UTF-8).") from error


@contextmanager
def open_plain(path: Path) -> Iterator[BufferedReader]:
    """Open a file to be read; a pipe or a device, which might keep the reader waiting for ever, is an OSError."""
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        yield file


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has none, and no pipes with names of files


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a hidden path beside `path`; sync and rename it when the block ends well, remove it otherwise.

    The hidden name is this process's own, so that a worker that outlives its job writes into nobody's file.

    Raises
    ------
    OutputError
        If something else than a file is at `path`: a device or a folder is not replaced.
    """
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: a file was to be written, and something else than a file is there.")
    hidden = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        yield hidden
        with hidden.open("rb") as file:
            os.fsync(file.fileno())
        hidden.replace(path)
        sync_folder(path.parent)
    finally:
        hidden.unlink(missing_ok=True)


@contextmanager
def sealed(path: Path) -> Iterator[Path]:
    """Do as `whole` does, and put the sha256 of the file into a hidden sidecar beside it."""
    sidecar = sidecar_of(path)
    with whole(path) as hidden:
        yield hidden
        digest = sha256_of(hidden)
        sidecar.unlink(missing_ok=True)
    write_document(sidecar, {"sha256": digest})


def check_seal(path: Path) -> str:
    """Return the sha256 of `path`, which is that of its sidecar where it has one.

    Raises
    ------
    DataError
        If it differs from the sidecar's.
    """
    digest, sidecar = sha256_of(path), sidecar_of(path)
    if sidecar.exists() and read_document(sidecar).get("sha256") != digest:
        raise DataError(
            f"{path}: it is not the file whose sha256 stands in {sidecar.name} beside it: it was damaged, or replaced "
            "without it."
        )
    return digest


def sidecar_of(path: Path) -> Path:
    """Return where the hidden sidecar of `path` stands."""
    return path.with_name(f".{path.name}.json")


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write `document` as canonical JSON that carries its own digest."""
    with whole(path) as hidden:
        hidden.write_bytes(dump_document(document))


def dump_document(document: Mapping[str, Any]) -> bytes:
    """Return `document`, which has no digest yet, as canonical JSON that carries its own.

    Raises
    ------
    ValueError
        If it holds a number that is none, or a text with half a character, which no column of Arrow takes.
    """
    json.dumps(document, ensure_ascii=False).encode()
    digest = hashlib.sha256(_canonical(document)).hexdigest()
    return _canonical({**document, DIGEST: digest})


def read_document(path: Path) -> dict[str, Any]:
    """Read what `write_document` wrote, and nothing else: a single changed byte is refused.

    Raises
    ------
    DataError
        If it is missing or was changed.
    """
    try:
        with open_plain(path) as file:
            content = file.read()
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file.") from None
    except OSError as error:
        raise DataError(f"{path}: it is damaged, or was not written by this package.") from error
    return parse_document(content, str(path))


def parse_document(content: bytes, name: str) -> dict[str, Any]:
    """Read what `dump_document` returned, and nothing else; `name` is what an error calls it.

    Raises
    ------
    DataError
        If it was changed.
    """
    try:
        document: dict[str, Any] = dict(json.loads(content))
        document.pop(DIGEST)
        again = dump_document(document)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{name}: it is damaged, or was not written by this package.") from error
    if again != content:
        raise DataError(f"{name}: it was changed after it was written; its digest does not fit.")
    return document


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, indent=1, allow_nan=False).encode("ascii") + b"\n"
