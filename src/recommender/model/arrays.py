"""Arrays as `.npz` bytes: the same arrays give the same bytes, and reading runs nothing."""

import io
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError

__all__ = ["MAX_ARRAY_BYTES", "dump_arrays", "parse_arrays"]

MAX_ARRAY_BYTES = 1 << 30
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST_ENTRIES = 256
_MOST_DIRECTORY_BYTES = _MOST_ENTRIES * 128
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '(?P<kind>[<|][a-zA-Z][0-9]{1,9})', 'fortran_order': False, "
    rb"'shape': \((?P<shape>[0-9, ]{0,99})\), \} *\n",
    re.DOTALL,
)
_END = b"PK\x05\x06"
_END_BYTES = 22
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


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
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist())
            return {entry.filename.removesuffix(".npy"): _parse(_bytes(archive, entry)) for entry in archive.infolist()}
    except _UNREADABLE as error:
        raise ModelError(f"scorecard.npz: no archive of plain arrays ({type(error).__name__}).") from error


def _dump(array: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array(out, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return out.getvalue()


def _bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack as many bytes as the entry claims; `ZipFile.read` would unpack two gigabytes before it counts them."""
    with archive.open(entry) as file:
        return file.read(entry.file_size)


def _parse(content: bytes) -> NDArray[Any]:
    """Read one array; its header is matched, not evaluated, and has to fit its bytes before memory is given to it."""
    header = _HEADER.match(content)
    if header is None:
        raise ValueError("no array as dump_arrays writes it")
    dtype, shape = np.dtype(header["kind"].decode()), tuple(int(n) for n in header["shape"].split(b",") if n.strip())
    if header.end() != 10 + int.from_bytes(content[8:10], "little"):
        raise ValueError("the header has another length than it says")
    if math.prod(shape) * dtype.itemsize != len(content) - header.end():
        raise ValueError("the array has another length than its header says")
    return np.frombuffer(content, dtype, offset=header.end()).reshape(shape)


def _check_directory(content: bytes) -> None:
    """Refuse a list of entries that would take long to read, before it is read; `dump_arrays` writes no comment."""
    end = content[-_END_BYTES:]
    n_entries, n_bytes = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if end[:4] != _END or n_entries > _MOST_ENTRIES or n_bytes > _MOST_DIRECTORY_BYTES:
        raise ValueError("no list of entries as dump_arrays writes it")


def _check_entries(entries: Sequence[zipfile.ZipInfo]) -> None:
    if (size := sum(entry.file_size for entry in entries)) > MAX_ARRAY_BYTES:
        raise ModelError(f"scorecard.npz: at most {MAX_ARRAY_BYTES} bytes unpacked are read, {size} came.")
    names = {entry.filename.removesuffix(".npy") for entry in entries}
    if len(names) < len(entries) or any(entry.compress_type != zipfile.ZIP_DEFLATED for entry in entries):
        raise ValueError("a name twice, or another compression")
    if entries and entries[0].header_offset != 0:
        raise ValueError("something stands before the first entry")
