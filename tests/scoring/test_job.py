import json
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

import recommender

JOB = """
import resource, signal, sys, time
import recommender
from recommender.scoring import job

job.SHARD_ROWS = 50
snapshot, model, out, slow, limit = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    recommender.score(snapshot, model, out, as_of="2026-07-01", progress=lambda done, total: time.sleep(slow))
except recommender.RecommenderError as error:
    sys.exit(str(error))
"""
RESULTS = ("offers.parquet", "dispositions.parquet", "summary.json")


@pytest.fixture(scope="module")
def snapshot(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.parquet"
    pq.write_table(rows, path)
    return path


def start(snapshot, model, out, *, slow=0.0, limit=0):
    command = [sys.executable, "-c", JOB, snapshot, model, out, str(slow), str(limit)]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(snapshot, model, out, *, limit=0):
    """Run the job to its end; return its exit status and what it complained of."""
    job = start(snapshot, model, out, limit=limit)
    _, complaint = job.communicate()
    return job.returncode, complaint


def wait_for(path):
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert path.exists()


def test_a_killed_job_leaves_no_result_and_the_next_run_completes_to_the_same_bytes(snapshot, trained, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run(snapshot, trained, whole) == (0, "")
    job = start(snapshot, trained, killed, slow=0.5)
    wait_for(killed / ".offers.parquet.writing")
    job.send_signal(signal.SIGKILL)
    job.communicate()
    assert not [name for name in RESULTS if (killed / name).exists()]
    assert run(snapshot, trained, killed) == (0, "")
    for name in RESULTS[:2]:
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
    assert not list(killed.glob(".*"))


def test_a_full_disk_is_one_sentence_and_leaves_nothing(snapshot, trained, tmp_path):
    status, complaint = run(snapshot, trained, tmp_path / "out", limit=4096)
    assert status == 1
    assert "the results cannot be written" in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert not list((tmp_path / "out").iterdir())


def test_the_summary_names_what_the_offers_rest_on(snapshot, trained, until, tmp_path):
    summary = recommender.score(snapshot, trained, tmp_path / "out", as_of=until)
    assert summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["known_until"]["complaints"] == summary["as_of"]
    assert summary["stated"] == {"consents.if_missing": "refuse", "contacts.if_missing": "suppress"}
    assert (summary["stale"], summary["exit_status"]) == ([], 0)
    offers = pq.read_table(tmp_path / "out" / "offers.parquet")
    assert set(offers.column("model_version").to_pylist()) == {summary["model_version"]}
    assert set(offers.column("policy_version").to_pylist()) == {summary["policy_version"]}
