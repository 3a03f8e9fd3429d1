"""The batch job: a fixed plan of shards in, offers, dispositions and a summary out, each file whole or not there."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from recommender.errors import DataError, OutputError
from recommender.files import read_document, sha256_of, write_document, writing
from recommender.model import Model
from recommender.model.tally import Tally
from recommender.schema import AS_OF, COMPLAINTS_KNOWN_UNTIL, CONSENTS_KNOWN_UNTIL, CONTACTS_KNOWN_UNTIL
from recommender.scoring.batch import Batch, open_batch
from recommender.scoring.digests import sha256_of_document
from recommender.scoring.locking import alone_in
from recommender.scoring.options import BatchOptions
from recommender.scoring.places import refuse_sources
from recommender.scoring.results import (
    JOB,
    MANIFEST,
    SUMMARY,
    check_parts,
    earlier_job,
    finish,
    parts_in,
    read_manifest,
    read_summary,
)
from recommender.scoring.shards import Finished, Work, find_finished, kept_as, part_of, work_on

__all__ = ["score"]

Progress = Callable[[int, int], None]


def score(
    source: Any,
    model: Model | str | Path,
    out: str | Path,
    *,
    as_of: date | str,
    complaints: Any = None,
    complaints_known_until: datetime | str | None = None,
    options: BatchOptions = BatchOptions(),  # noqa: B008  # frozen
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Decide for every account and write `offers.parquet`, `dispositions.parquet`, `summary.json` and `_SUCCESS`.

    The first two are folders of parts, one for each shard of accounts. `_SUCCESS` is written last: where it stands,
    everything is whole, and it names the sha256 of every file. A job that was killed is taken up again by the same
    call and keeps the shards that it finished; the same call once more finds everything done and changes nothing. The
    same input gives the same bytes of offers and dispositions, in whatever order its rows come, and however many
    accounts are decided at once and by how many workers.

    In the summary, `suppressions` counts a pair for every rule that hits it, and `waterfall` only for the first of
    them in the order of the policy's codes, so that it adds up to the pairs suppressed; `policy` says which rules are
    switched off and which settings answer for that.

    Parameters
    ----------
    source, model, as_of, complaints, complaints_known_until
        As for `recommender.recommend`. A snapshot file is read in runs of rows, so that memory does not grow with it.
    out
        A folder without results of another job; it is made where it is missing.
    options
        Workers, and which dispositions are kept.
    progress
        Called with the accounts done and the accounts in all after each shard.

    Returns
    -------
    dict
        The summary as it was written; its `exit_status` is 3 where offers were withheld as a feed was stale.

    Raises
    ------
    DataError
        If the input cannot be read or is damaged.
    OutputError
        If the folder holds results of another job, is that of the input, or cannot be written.
    """
    started = time.monotonic()
    folder = Path(out)
    refuse_sources(folder, source, model)
    batch = open_batch(
        source,
        model,
        as_of=as_of,
        complaints=complaints,
        complaints_known_until=complaints_known_until,
        options=options,
        scratch=folder,
    )
    with writing("the results", folder), alone_in(folder):
        if (folder / MANIFEST).exists():
            return _finished_before(folder, batch)
        _begin(folder, batch)
        tally, files = _run(batch, folder, progress)
        summary = _summary(batch, tally) | {"seconds": round(time.monotonic() - started, 3)}
        finish(folder, summary, files, batch.identity)
    return summary


def _finished_before(folder: Path, batch: Batch) -> dict[str, Any]:
    manifest = read_manifest(folder)
    _refuse_another(folder, manifest["job"], batch.identity)
    check_parts(folder, manifest)
    return read_summary(folder, manifest)


def _begin(folder: Path, batch: Batch) -> None:
    """Put the job's name on the folder, or find there that an earlier run of the same job has."""
    is_ours = (folder / JOB).exists()
    if is_ours:
        _refuse_another(folder, _named(folder / JOB), batch.identity)
    elif (folder / SUMMARY).exists():
        raise earlier_job(folder)
    expected = {part_of(name, i) for name in kept_as(batch.options) for i in range(_count(batch))} if is_ours else set()
    if odd := parts_in(folder) - expected:
        raise OutputError(
            f"{folder}: parts of results are here that this job did not write: {sorted(odd)[:5]}; name another folder, "
            "or remove it."
        )
    for name in kept_as(batch.options):
        (folder / name).mkdir(exist_ok=True)
    if not is_ours:
        write_document(folder / JOB, batch.identity)


def _named(path: Path) -> dict[str, Any]:
    try:
        return read_document(path)
    except DataError as error:
        raise OutputError(f"{error} So it is unknown what job began here; remove the folder.") from error


def _refuse_another(folder: Path, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    if other := [name for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)]:
        raise earlier_job(folder, other)


def _run(batch: Batch, folder: Path, progress: Progress | None) -> tuple[Tally, dict[str, Any]]:
    work = Work(
        batch.model, batch.decided_at, batch.complaints, batch.options, folder, job=sha256_of_document(batch.identity)
    )
    tally, files = Tally(), {JOB: {"sha256": sha256_of(folder / JOB)}}
    for finished in _shards(work, batch):
        files |= finished.files
        tally.add(finished.tally)
        if progress:
            progress(tally.accounts, batch.accounts.n)
    return tally, files


def _shards(work: Work, batch: Batch) -> Iterator[Finished]:
    """Give every shard: those that an earlier run finished, and then the others as they are finished."""
    count = _count(batch)
    kept = {number: found for number in range(count) if (found := find_finished(work, number))}
    yield from kept.values()
    if len(kept) == count:
        return
    rows = batch.accounts.shards(batch.options.shard_rows) if batch.accounts.n else iter([batch.accounts.first])
    todo = ((number, shard) for number, shard in enumerate(rows) if number not in kept)
    if batch.options.workers == 1:
        yield from (work_on(work, number, shard) for number, shard in todo)
    else:
        yield from _side_by_side(work, todo)


def _count(batch: Batch) -> int:
    return -(-max(batch.accounts.n, 1) // batch.options.shard_rows)


def _side_by_side(work: Work, todo: Iterator[tuple[int, pa.Table]]) -> Iterator[Finished]:
    room = import_module("recommender.scoring.workers")  # joblib is of no use to a single process
    found: Iterator[Finished] = room.work_on_all(work, todo)
    return found


def _summary(batch: Batch, tally: Tally) -> dict[str, Any]:
    return tally.summary(batch.model, batch.decided_at) | {
        "dispositions_kept": batch.options.dispositions,
        "known_until": _watermarks(batch),
        "stated": _stated(batch),
        "as_of": _first(batch, AS_OF),
    }


def _watermarks(batch: Batch) -> dict[str, str | None]:
    return {
        name.removesuffix("_known_until"): _first(batch, name)
        for name in (COMPLAINTS_KNOWN_UNTIL, CONSENTS_KNOWN_UNTIL, CONTACTS_KNOWN_UNTIL)
    }


def _first(batch: Batch, name: str) -> str | None:
    rows = batch.accounts.first
    moment = rows.column(name)[0].as_py() if rows.num_rows else None
    return None if moment is None else str(moment.isoformat())


def _stated(batch: Batch) -> dict[str, str]:
    """List what the operator states instead of showing it, as every result must carry it."""
    config = batch.model.config
    return {"consents.if_missing": config.consents.if_missing, "contacts.if_missing": config.contacts.if_missing}
