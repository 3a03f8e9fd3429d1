"""One shard: decided chunk by chunk, written, and vouched for by a hidden sidecar that comes last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from recommender.errors import DataError
from recommender.files import read_document, sha256_of, write_document
from recommender.model import Decision, FreshComplaints, Model
from recommender.model.decision import merged
from recommender.model.tally import Tally
from recommender.scoring.dispositions import compact
from recommender.scoring.files import write_parquet
from recommender.scoring.options import BatchOptions
from recommender.scoring.results import DISPOSITIONS, OFFERS

__all__ = ["Finished", "Work", "find_finished", "kept_as", "part_of", "work_on"]


@dataclass(frozen=True)
class Work:
    """What every shard of a job is decided by and where it goes; `job` names the job by a digest."""

    model: Model
    decided_at: datetime
    complaints: FreshComplaints | None
    options: BatchOptions
    folder: Path
    job: str


@dataclass(frozen=True)
class Finished:
    """A shard that is on disk: its files, by their names in the folder, and what they add up to."""

    files: Mapping[str, Any]
    tally: Tally


def work_on(work: Work, number: int, rows: pa.Table) -> Finished:
    """Decide the accounts of a shard and write what became of them."""
    decision = _decide(work, rows)
    tables = {part_of(name, number): _table(decision, name, work.options) for name in kept_as(work.options)}
    written = {name: write_parquet(work.folder / name, table) for name, table in tables.items()}
    tally = Tally.of(decision)
    write_document(_sidecar(work, number), {"job": work.job, "files": written, "tally": tally.to_dict()})
    return Finished(_with_sidecar(work, number, written), tally)


def kept_as(options: BatchOptions) -> tuple[str, ...]:
    """Return the names of the folders that parts go to."""
    return (OFFERS,) if options.dispositions == "counts" else (OFFERS, DISPOSITIONS)


def part_of(name: str, number: int) -> str:
    """Return the name, in the folder of the job, of what shard `number` holds of `name`."""
    return f"{name}/part-{number:05d}.parquet"


def find_finished(work: Work, number: int) -> Finished | None:
    """Return the shard if an earlier run of this very job finished it and it is still as it was."""
    try:
        sidecar = read_document(_sidecar(work, number))
        if not _is_of(sidecar, work, number):
            return None
        if any(sha256_of(work.folder / name) != one["sha256"] for name, one in sidecar["files"].items()):
            return None
        return Finished(_with_sidecar(work, number, sidecar["files"]), Tally.from_dict(sidecar["tally"]))
    except (DataError, OSError):
        return None


def _is_of(sidecar: Mapping[str, Any], work: Work, number: int) -> bool:
    """Whether a sidecar was written by this job, for this shard and no other: a copy would count a shard twice."""
    expected = {part_of(name, number) for name in kept_as(work.options)}
    return sidecar.get("job") == work.job and set(sidecar.get("files", ())) == expected


def _table(decision: Decision, name: str, options: BatchOptions) -> pa.Table:
    return decision.offers if name == OFFERS else compact(decision, sample=options.dispositions == "sample")


def _sidecar(work: Work, number: int) -> Path:
    return work.folder / f".shard-{number:05d}.json"


def _with_sidecar(work: Work, number: int, files: Mapping[str, Any]) -> dict[str, Any]:
    sidecar = _sidecar(work, number)
    return {**files, sidecar.name: {"sha256": sha256_of(sidecar)}}


def _decide(work: Work, rows: pa.Table) -> Decision:
    starts = range(0, max(rows.num_rows, 1), work.options.chunk_rows)
    chunks = (rows.slice(start, work.options.chunk_rows) for start in starts)
    return merged(
        [work.model.decide(chunk, decided_at=work.decided_at, complaints=work.complaints) for chunk in chunks]
    )
