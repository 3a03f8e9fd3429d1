"""Digests by which documents and rows are known again."""

import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

__all__ = ["sha256_of_document", "sha256_of_rows"]


def sha256_of_document(document: Mapping[str, Any]) -> str:
    """Return the sha256 of a document; what is none of JSON's own types counts by its `repr`."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=repr).encode()).hexdigest()


def sha256_of_rows(rows: pa.Table) -> str:
    """Return the sha256 of rows as an Arrow stream; their chunks make no difference, and no copy of them is kept."""
    sink = _Hashing()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), rows.schema) as stream:
        stream.write_table(rows.combine_chunks())
    return sink.sha256.hexdigest()


class _Hashing(io.RawIOBase):
    """A file that keeps nothing of what is written but its sha256."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.sha256.update(content)
        return len(content)
