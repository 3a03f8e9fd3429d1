"""Dispositions on disk: dictionary codes and one integer of reason bits, decoded on reading."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.errors import DataError
from recommender.model import Decision

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compact", "read_dispositions"]

_CODES = b"reason_codes"
_WAIVED = b"waived"


def compact(decision: Decision) -> pa.Table:
    """Return the dispositions with `reason_bits` in place of `reasons`.

    The codes, and which of them the operator waived, stand in the schema's metadata.
    """
    table = decision.dispositions()
    bits = pa.array(decision.bits.ravel())
    compacted = table.drop_columns(["reasons"]).append_column("reason_bits", bits)
    return compacted.replace_schema_metadata({_CODES: json.dumps(decision.codes), _WAIVED: json.dumps(decision.waived)})


def read_dispositions(path: str | Path) -> "pd.DataFrame":
    """Read the dispositions of a batch job, with `reasons` as lists of codes.

    Raises
    ------
    DataError
        If the file is missing, damaged or holds no dispositions.
    """
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        codes = np.array(json.loads(table.schema.metadata[_CODES]))
    except (pa.ArrowException, OSError, TypeError, KeyError) as error:
        raise DataError(f"{path}: not a readable file of dispositions.") from error
    frame = table.drop_columns(["reason_bits"]).to_pandas()
    frame["reasons"] = _reasons(table.column("reason_bits").to_numpy(), codes)
    return frame


def _reasons(bits: np.ndarray, codes: np.ndarray) -> list[list[str]]:
    distinct, which = np.unique(bits, return_inverse=True)
    lists = [[str(code) for i, code in enumerate(codes) if value >> i & 1] for value in distinct.tolist()]
    return [lists[i] for i in which]
