"""Dispositions on disk: dictionary codes and one integer of reason bits, decoded on reading."""

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import DataError
from recommender.model import Decision
from recommender.schema import ACCOUNT, DISPOSITION_COLUMNS, DISPOSITIONS, PRODUCT
from recommender.scoring.files import read_parquet
from recommender.scoring.results import DISPOSITIONS as KEPT_AS
from recommender.scoring.results import read_result, results_at

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SAMPLE", "compact", "read_dispositions"]

SAMPLE: Final = 100
_BITS: Final = "reason_bits"
_CODES: Final = b"reason_codes"
_WAIVED: Final = b"waived"


def compact(decision: Decision, *, sample: bool = False) -> pa.Table:
    """Return the dispositions with `reason_bits` in place of `reasons`; with `sample`, of one account in `SAMPLE`.

    An account is in the sample by its id, so it is in it every day. The codes, and which of them the operator waived,
    stand in the schema's metadata.
    """
    n, p = decision.disposition.shape
    kept = _in_sample(decision.account_id) if sample else np.arange(n)
    propensity = decision.propensity[kept].ravel()
    columns = {
        ACCOUNT: _coded(
            np.repeat(np.arange(len(kept), dtype=np.int32), p), decision.account_id.take(pa.array(kept, pa.int64()))
        ),
        PRODUCT: _coded(np.tile(np.arange(p, dtype=np.int32), len(kept)), pa.array(decision.product_id, pa.string())),
        "propensity": pa.array(propensity, mask=np.isnan(propensity)),
        "disposition": _coded(decision.disposition[kept].ravel(), pa.array(DISPOSITIONS, pa.string())),
        _BITS: pa.array(decision.bits[kept].ravel()),
    }
    said = {_CODES: json.dumps(decision.codes), _WAIVED: json.dumps(decision.waived)}
    return pa.table(columns).replace_schema_metadata(said)


def read_dispositions(path: str | Path) -> "pd.DataFrame":
    """Read the dispositions of a batch job, with `reasons` as lists of codes.

    Parameters
    ----------
    path
        The folder that `recommender.score` wrote, its `dispositions.parquet`, or a single file of them.

    Raises
    ------
    DataError
        If the job has not finished or kept none, or a file is missing, damaged or holds no dispositions.
    """
    home = results_at(Path(path), KEPT_AS)
    table = read_parquet(Path(path), "dispositions") if home is None else read_result(home, KEPT_AS)
    try:
        codes = json.loads((table.schema.metadata or {})[_CODES])
        plain = table.set_column(0, ACCOUNT, table.column(ACCOUNT).cast(pa.string()))
        frame = plain.drop_columns([_BITS]).to_pandas()
        frame["reasons"] = _reasons(table.column(_BITS).to_numpy(), codes)
        return frame[list(DISPOSITION_COLUMNS)]
    except (KeyError, ValueError) as error:
        raise DataError(f"{path}: it holds no dispositions.") from error


def _in_sample(ids: Any) -> NDArray[np.intp]:
    return np.flatnonzero([zlib.crc32(one.encode()) % SAMPLE == 0 for one in ids.to_pylist()])


def _coded(codes: NDArray[Any], words: Any) -> "pa.DictionaryArray[Any, Any]":
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), words)


def _reasons(bits: NDArray[Any], codes: list[str]) -> list[list[str]]:
    distinct, which = np.unique(bits, return_inverse=True)
    lists = [[code for i, code in enumerate(codes) if value >> i & 1] for value in distinct.tolist()]
    return [lists[i] for i in which]
