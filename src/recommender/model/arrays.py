"""Arrays as `.npz` bytes: the same arrays give the same bytes, and reading runs nothing."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError

__all__ = ["MAX_ARRAY_BYTES", "dump_arrays", "parse_arrays"]

MAX_ARRAY_BYTES = 1 << 30
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, KeyError, NotImplementedError)


def dump_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write `arrays` by name, sorted, with a fixed time stamp; `np.savez` would write today's."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _dump(arrays[name]))
    return out.getvalue()


def parse_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """Read what `dump_arrays` wrote.

    Raises
    ------
    ModelError
        If the content is no archive of plain arrays, or would take more than `MAX_ARRAY_BYTES`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
            return {entry.filename.removesuffix(".npy"): _parse(archive.read(entry)) for entry in archive.infolist()}
    except _UNREADABLE as error:
        raise ModelError(f"scorecard.npz: no archive of plain arrays ({type(error).__name__}).") from error


def _dump(array: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return out.getvalue()


def _parse(content: bytes) -> NDArray[Any]:
    read: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return read


def _check_size(archive: zipfile.ZipFile) -> None:
    if (size := sum(entry.file_size for entry in archive.infolist())) > MAX_ARRAY_BYTES:
        raise ModelError(f"scorecard.npz: at most {MAX_ARRAY_BYTES} bytes unpacked are read, {size} came.")
