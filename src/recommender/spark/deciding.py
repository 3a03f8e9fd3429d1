"""What a worker does: decide for the accounts of each batch that Spark hands it."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from recommender.model import Decision, FreshComplaints
from recommender.model.tally import Tally
from recommender.spark.shipping import Shipment, unpack

__all__ = ["TALLY", "Task", "decide_each", "dispositions", "offers", "tally"]

TALLY = "tally"


@dataclass(frozen=True)
class Task:
    """What every worker decides with: the model, the moment, what became known since, and offers per account.

    `shape` makes the rows wanted out of a decision.
    """

    shipment: Shipment
    decided_at: datetime
    complaints: FreshComplaints | None
    k: int | None
    shape: Callable[[Decision], pa.Table]

    def __call__(self, rows: pa.Table) -> pa.Table:
        """Decide for the accounts of `rows`."""
        model = unpack(self.shipment)
        decided = model.decide(_in_utc(rows), decided_at=self.decided_at, complaints=self.complaints, k=self.k)
        return self.shape(decided)


def decide_each(task: Task, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the rows that `task` makes of each batch."""
    for batch in batches:
        yield from task(pa.Table.from_batches([batch])).to_batches()


def offers(decision: Decision) -> pa.Table:
    """Return the offers."""
    return decision.offers


def dispositions(decision: Decision) -> pa.Table:
    """Return what became of every pair, without dictionaries, which Spark does not take."""
    table = decision.dispositions()
    return pa.table({name: _spelt(table[name].combine_chunks()) for name in table.column_names})


def tally(decision: Decision) -> pa.Table:
    """Return the counts, as a line of JSON."""
    return pa.table({TALLY: [json.dumps(Tally.of(decision).to_dict())]})


def _in_utc(rows: pa.Table) -> pa.Table:
    """Return `rows` with moments in UTC, where Spark names the zone of its session."""
    wanted = pa.schema([field.with_type(_zoned(field.type)) for field in rows.schema])
    return rows if wanted.equals(rows.schema) else rows.cast(wanted)


def _zoned(kind: Any) -> Any:
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return pa.timestamp(kind.unit, "UTC")
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_zoned(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_zoned(field.type)) for field in kind])
    return kind


def _spelt(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_list(column.type):
        return pa.ListArray.from_arrays(column.offsets, _spelt(column.values))
    return column
