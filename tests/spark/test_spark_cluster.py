"""The snapshot and the decisions on a standalone cluster: a master and two workers, on loopback."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pyspark
import pytest

import recommender

AS_OF = "2026-07-01"
DEPLOY = "org.apache.spark.deploy"

pytestmark = pytest.mark.slow  # three Java processes and an executor in each worker take a minute or two

# The session of the other tests lives in their own process, and a process has one.
DRIVER = str(Path(__file__).with_name("driver.py"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Start a master and two workers, and return the address of the master."""
    home = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"spark://127.0.0.1:{port}"
    started = [
        _start("master.Master", ["--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"], home, "master")
    ]
    try:
        _wait_for(home / "master.log", "I have been elected leader", 1)
        for name in ("worker-1", "worker-2"):
            asked = ["--host", "127.0.0.1", "--cores", "1", "--memory", "800m", "--webui-port", "0"]
            started.append(_start("worker.Worker", [*asked, "--work-dir", str(home / name), url], home, name))
        _wait_for(home / "master.log", "Registering worker", 2)
        yield url
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def _start(name, arguments, home, log):
    command = [str(Path(pyspark.__file__).parent / "bin" / "spark-class"), f"{DEPLOY}.{name}", *arguments]
    setting = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "300m"}
    with (home / f"{log}.log").open("w") as file:
        return subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=setting, cwd=home)


def _wait_for(log, words, times):
    for _ in range(240):
        if log.read_text().count(words) >= times:
            return
        time.sleep(0.5)
    raise AssertionError(log.read_text()[-2000:])


def test_a_cluster_of_two_workers_gives_the_rows_of_the_single_process(
    cluster, folder, small_operator, taken, tmp_path
):
    package = str(Path(recommender.__file__).parents[1])
    setting = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": package}
    asked = [sys.executable, DRIVER, cluster, str(small_operator), str(folder), AS_OF, str(tmp_path), package]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=setting, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]

    rows = pq.read_table(tmp_path / "snapshot", coerce_int96_timestamp_unit="us").sort_by("account_id")
    assert rows.cast(taken.schema).equals(taken)
    here = recommender.recommend(taken, recommender.load_model(folder), as_of=AS_OF).decision.offers
    offers = pq.read_table(tmp_path / "offers", coerce_int96_timestamp_unit="us").sort_by(
        [("account_id", "ascending"), ("rank", "ascending")]
    )
    assert here.num_rows > 0
    assert offers.cast(here.schema).equals(here)
    assert "executors 2" in done.stdout
