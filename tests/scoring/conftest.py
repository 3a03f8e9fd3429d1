"""Batch jobs in processes of their own, so that they can be killed."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from recommender.model import Model, load_model
from recommender.snapshots import write_snapshot
from recommender.tables import Tables

# A process that has loaded everything forks one child per job: a job then takes a tenth of a second, not two.
FORGE = """
import json, os, resource, signal, sys
import recommender, recommender.scoring

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
model = recommender.load_model(sys.argv[1])
for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if asked["limit"]:
                resource.setrlimit(resource.RLIMIT_FSIZE, (asked["limit"], asked["limit"]))
            options = recommender.BatchOptions(**asked["options"])
            recommender.score(asked["source"], model, asked["out"], as_of="2026-07-01", options=options)
            status = 0
        except recommender.RecommenderError as error:
            sys.stderr.write(str(error) + "\\n")
            sys.stderr.flush()
        finally:
            os._exit(status)
    print(pid, flush=True)
    sys.stdin.readline()  # until then a child that has ended keeps its number, so that no other process can be killed
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@dataclass(frozen=True)
class Forge:
    """Runs jobs; `start` returns the process of one and `wait` its exit status."""

    process: "subprocess.Popen[str]"
    said: Path

    def start(self, source: Path, out: Path, *, limit: int = 0, **options: Any) -> int:
        asked: Mapping[str, Any] = {"source": str(source), "out": str(out), "limit": limit, "options": options}
        return self._answer(json.dumps(asked))

    def wait(self) -> int:
        return self._answer("")

    def run(self, source: Path, out: Path, *, limit: int = 0, **options: Any) -> tuple[int, str]:
        """Run a job to its end; return its exit status and what it complained of."""
        before = len(self.said.read_text())
        self.start(source, out, limit=limit, **options)
        return self.wait(), self.said.read_text()[before:].strip()

    def _answer(self, line: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="session")
def forge(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forge]:
    said = tmp_path_factory.mktemp("forge") / "said.txt"
    command = [sys.executable, "-c", FORGE, str(trained)]
    with (
        said.open("w") as complaints,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        yield Forge(process, said)
        assert process.stdin
        process.stdin.close()


@pytest.fixture(scope="session")
def loaded(trained: Path) -> Model:
    return load_model(trained)


@pytest.fixture(scope="session")
def snapshot(tables: Tables, until: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot file as `recommender snapshot` writes it, sidecar included."""
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.parquet"
    write_snapshot(tables, until, path)
    return path


@pytest.fixture(scope="session")
def few_rows(rows: pa.Table) -> pa.Table:
    """Return the rows of sixty accounts, for jobs that are run hundreds of times."""
    return rows.slice(0, 60)
