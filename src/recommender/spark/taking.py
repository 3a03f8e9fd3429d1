"""The snapshot as a Spark frame: aggregated in Spark, each row finished by a worker."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from recommender.config import Config
from recommender.snapshots.build import finished, plan
from recommender.snapshots.facts import watermarks
from recommender.spark.schemas import no_rows, spark_schema
from recommender.spark.sources import session_of, spark_tables
from recommender.usage import INDICATORS, Indicator

__all__ = ["snapshot"]


def snapshot(
    source: Any, as_of: datetime | str, *, config: Config | None = None, indicators: Sequence[Indicator] = INDICATORS
) -> DataFrame:
    """Describe each account by what was recorded by `as_of`, in Spark: see `recommender.snapshot`.

    Parameters
    ----------
    source
        A Spark session whose current schema (or temporary views) has the tables of the contract, a mapping from their
        names to Spark frames, or `Tables` on Spark. The contract is checked, unless it was in `read_tables`.
    as_of
        The moment; a naive one is read in the time zone of the settings.
    config
        The settings, where `source` does not bring its own.
    indicators
        What to compute besides the indicators that `Tables` bring.

    Returns
    -------
    pyspark.sql.DataFrame
        One row per account, lazy and in no order, with the columns of `recommender.snapshot`. Definition, unit and
        phrase of a feature are metadata of its field.

    Raises
    ------
    ContractError
        If the tables break their contract.
    """
    tables = spark_tables(source, config or Config())
    at = tables.config.moment(as_of)
    draft = plan(tables, at, None, indicators)
    rows = session_of(tables).sql(draft.table.get_backend().compile(draft.table))
    finish = _Finish(draft.words, at, dict(watermarks(tables, at)))
    wanted = finish(no_rows(rows.schema)).schema
    found: DataFrame = rows.mapInArrow(partial(_each, finish), spark_schema(wanted))
    return found


@dataclass(frozen=True)
class _Finish:
    """What is added to the rows that Spark aggregates."""

    words: Mapping[str, Mapping[str, str]]
    at: datetime
    known_until: Mapping[str, datetime | None]

    def __call__(self, rows: pa.Table) -> pa.Table:
        return finished(rows, {name: dict(said) for name, said in self.words.items()}, self.at, self.known_until)


def _each(finish: _Finish, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield from finish(pa.Table.from_batches([batch])).to_batches()
