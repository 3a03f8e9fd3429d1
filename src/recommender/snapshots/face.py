"""A snapshot as a frame for a person, or as a file for a job."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow.parquet as pq

from recommender.config import Config
from recommender.files import dump_document, sealed, writing
from recommender.schema import ACCOUNT, BROUGHT_KEY
from recommender.snapshots.build import build_snapshot
from recommender.tables import Tables, catalogue, read_tables
from recommender.usage import INDICATORS, Indicator

__all__ = ["snapshot", "write_snapshot"]

# Small enough that looking up one account reads little, and large enough for few and long pages.
_GROUP_ROWS: Final = 16_384


def snapshot(
    source: Any,
    as_of: datetime | str,
    *,
    accounts: Sequence[str] | None = None,
    indicators: Sequence[Indicator] = INDICATORS,
    config: Config | None = None,
) -> pd.DataFrame:
    """Describe each account by what was recorded by `as_of`: see `build_snapshot`.

    Parameters
    ----------
    source
        `Tables`, or what `read_tables` reads.
    as_of
        The moment; a naive one is read in the time zone of the settings.
    accounts
        The accounts wanted; all those known at `as_of`, if left out.
    indicators
        What to compute besides the indicators that tables bring (`Tables.with_indicators`).
    config
        The settings, where `source` does not bring its own.

    Returns
    -------
    pandas.DataFrame
        One row per account, sorted by account_id, with Arrow-backed columns; `recommender.predict` takes it.
    """
    tables = read_tables(source, config)
    return build_snapshot(tables, as_of, accounts=accounts, indicators=indicators).to_pandas(types_mapper=pd.ArrowDtype)


def write_snapshot(source: Any, as_of: datetime | str, out: str | Path, *, config: Config | None = None) -> int:
    """Write a snapshot as a Parquet file, whole or not at all, and return its number of accounts.

    A hidden sidecar beside it keeps its sha256, which a batch job holds it against. The operator's settings and the
    catalogue of the moment go with it, and whoever scores the file decides by them.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    tables = read_tables(source, config)
    rows = build_snapshot(tables, as_of).replace_schema_metadata(_brought(tables, as_of))
    path = Path(out)
    with writing("the snapshot", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with sealed(path) as hidden:
            pq.write_table(
                rows,
                hidden,
                compression="zstd",
                row_group_size=_GROUP_ROWS,
                write_page_checksum=True,
                write_statistics=[ACCOUNT],
            )
    return rows.num_rows


def _brought(tables: Tables, as_of: datetime | str) -> dict[bytes, bytes]:
    settings = None if tables.settings is None else tables.settings.to_dict()
    on_sale = catalogue(tables.cut(tables.config.moment(as_of))).to_rows()
    return {BROUGHT_KEY: dump_document({"settings": settings, "catalogue": on_sale})}
