"""A folder of results: its manifest `_SUCCESS`, written last, vouches for every file that it names."""

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from recommender.errors import DataError, OutputError
from recommender.files import open_plain, read_document, sha256_of, whole, write_document

__all__ = [
    "DISPOSITIONS",
    "JOB",
    "MANIFEST",
    "OFFERS",
    "SUMMARY",
    "check_parts",
    "claim_folder",
    "earlier_job",
    "finish",
    "parts_in",
    "read_manifest",
    "read_result",
    "read_summary",
    "results_at",
]

OFFERS: Final = "offers.parquet"
DISPOSITIONS: Final = "dispositions.parquet"
SUMMARY: Final = "summary.json"
MANIFEST: Final = "_SUCCESS"
JOB: Final = ".job.json"
_FORMAT: Final = 1


def claim_folder(folder: Path) -> None:
    """Make `folder` for new results.

    Raises
    ------
    OutputError
        If it holds results already, finished or not.
    """
    if any((folder / name).exists() for name in (MANIFEST, JOB)):
        raise earlier_job(folder)
    folder.mkdir(parents=True, exist_ok=True)


def earlier_job(folder: Path, differing: Collection[str] = ()) -> OutputError:
    """Return the error of a folder that an earlier job has written to, one that differs in the things named."""
    how = f", which differs in its {', '.join(differing)}" if differing else ""
    return OutputError(f"{folder}: it holds the results of an earlier job{how}; name another folder, or remove it.")


def finish(folder: Path, summary: Mapping[str, Any], files: Mapping[str, Any], job: Mapping[str, Any]) -> None:
    """Write the summary and then the manifest, which names `files` (each with its rows and sha256) and the `job`."""
    with whole(folder / SUMMARY) as path:
        path.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    vouched = {**files, SUMMARY: {"sha256": sha256_of(folder / SUMMARY)}}
    write_document(folder / MANIFEST, {"format": _FORMAT, "job": dict(job), "files": vouched})


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a finished job, and hold the small files that it names against it.

    Raises
    ------
    DataError
        If the job has not finished, or a file is damaged, missing or not of this job.
    """
    if not (folder / MANIFEST).is_file():
        raise DataError(
            f"{folder}: it has no {MANIFEST}, so what is here may not be whole: the job that writes it has not "
            "finished; run it again, it goes on where it was."
        )
    manifest = read_document(folder / MANIFEST)
    if manifest.get("format") != _FORMAT:
        raise DataError(f"{folder / MANIFEST}: format {_FORMAT} was needed, {manifest.get('format')!r} came.")
    if SUMMARY not in manifest.get("files", ()) or "job" not in manifest:
        raise DataError(f"{folder / MANIFEST}: it is not the manifest of a job; it names no {SUMMARY} and no job.")
    for name in manifest["files"]:
        if name.endswith(".json"):
            _read(folder, name, manifest)
    return manifest


def check_parts(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Hold every part of a finished job against its manifest.

    Raises
    ------
    DataError
        If one is damaged or missing, or is there and not named.
    """
    for name in sorted(manifest["files"]):
        if not (folder / name).is_file() or sha256_of(folder / name) != manifest["files"][name]["sha256"]:
            raise DataError(
                f"{folder / name}: it is missing or damaged: its sha256 is not the one in {MANIFEST}. Remove "
                f"{MANIFEST} and run the job again: it keeps what is whole."
            )
    if odd := parts_in(folder) - set(manifest["files"]):
        raise DataError(f"{folder}: files are here that {MANIFEST} does not name: {sorted(odd)[:5]}.")


def parts_in(folder: Path, *names: str) -> set[str]:
    """Return the files in the folders of parts called `names`, in all if left out, by their names in `folder`."""
    homes = [folder / name for name in names or (OFFERS, DISPOSITIONS) if (folder / name).is_dir()]
    return {
        f"{home.name}/{entry.name}"
        for home in homes
        for entry in home.iterdir()
        if not entry.name.startswith((".", "_"))
    }


def read_summary(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Read the summary that the manifest vouches for."""
    summary: dict[str, Any] = json.loads(_read(folder, SUMMARY, manifest))
    return summary


def read_result(folder: Path, name: str) -> pa.Table:
    """Read `name`, a file or a folder of parts, of a finished job.

    Raises
    ------
    DataError
        If the job has not finished or keeps no `name`, or a file is damaged, missing or not of this job.
    """
    manifest = read_manifest(folder)
    parts = sorted(part for part in manifest["files"] if part == name or part.startswith(f"{name}/"))
    if not parts:
        raise DataError(f"{folder}: this job kept no {name}.")
    if odd := parts_in(folder, name) - set(parts):
        raise DataError(f"{folder}: files are here that {MANIFEST} does not name: {sorted(odd)[:5]}.")
    return pa.concat_tables([_parsed(folder / part, _read(folder, part, manifest)) for part in parts])


def results_at(path: Path, name: str) -> Path | None:
    """Return the folder of results that `path` stands for: itself, or the one that it is the part `name` of."""
    if not path.is_dir():
        return path.parent if path.name == name and (path.parent / MANIFEST).is_file() else None
    return path.parent if path.name == name else path


def _read(folder: Path, name: str, manifest: Mapping[str, Any]) -> bytes:
    path = folder / name
    try:
        with open_plain(path) as file:
            content = file.read()
    except OSError as error:
        raise DataError(f"{path}: {MANIFEST} names it, but it cannot be read ({error.strerror or error}).") from error
    if hashlib.sha256(content).hexdigest() != manifest["files"][name]["sha256"]:
        raise DataError(f"{path}: it is damaged: its sha256 is not the one in {MANIFEST}.")
    return content


def _parsed(path: Path, content: bytes) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: no readable Parquet file.") from error
