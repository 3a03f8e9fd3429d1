"""One real tracking server and one real model server for all tests of this folder."""

import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

import recommender
from recommender.tables import Tables
from recommender.tracking import Store, promote, record

MLFLOW = Path(sys.executable).with_name("mlflow")
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text()[-3000:]}")


@contextmanager
def running(*arguments: object, url: str, log: Path, **environment: str) -> Iterator[None]:
    """Run a command of MLflow until the block ends, once `url` answers."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(MLFLOW), *map(str, arguments)],
            stdout=out,
            stderr=out,
            cwd=log.parent,
            env={**os.environ, "PATH": f"{MLFLOW.parent}:{os.environ['PATH']}", **_QUIET, **environment},
            start_new_session=True,
        )
        try:
            _wait(url, process, log)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait(30)


@pytest.fixture(scope="session")
def judged(lean_tables: Tables, until, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a model that was judged on two months."""
    model = recommender.train(lean_tables, until, ranker="logistic", tests=2)
    return recommender.save_model(model, tmp_path_factory.mktemp("judged") / "cross-sell")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a tracking server with a registry on loopback; return its address."""
    home, port = tmp_path_factory.mktemp("server"), _free_port()
    address = f"http://127.0.0.1:{port}"
    arguments = ("server", "--host", "127.0.0.1", "--port", port, "--workers", 1)
    stores = ("--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--artifacts-destination", f"{home}/artifacts")
    with running(*arguments, *stores, url=f"{address}/health", log=home / "server.log"):
        yield address


@pytest.fixture(scope="session")
def store(server: str) -> Store:
    return Store(server, "tests")


@pytest.fixture(scope="session")
def registered(store: Store, judged: Path):
    """Record and register the judged model once, as the champion of `cross-sell`."""
    made = record(judged, store, register="cross-sell")
    assert made.version is not None
    promote("cross-sell", made.version, store)
    return made


@pytest.fixture(scope="session")
def serving(server: str, registered, blocks_of, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the champion over HTTP on loopback by the command of the page on MLflow; return its address."""
    home, port = tmp_path_factory.mktemp("serving"), _free_port()
    address = f"http://127.0.0.1:{port}"
    assert registered.version == "1"
    (line,) = (line for block in blocks_of("docs/mlflow.md") for line in block.commands if " serve " in line)
    arguments = shlex.split(line.replace("5001", str(port)))[1:]
    log = home / "serving.log"
    with running(*arguments, url=f"{address}/ping", log=log, MLFLOW_TRACKING_URI=server):
        yield address


@pytest.fixture(scope="session")
def soon(until):
    """Return a moment at which the simulated feeds are still fresh."""
    return until + timedelta(minutes=30)
