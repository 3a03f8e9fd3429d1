"""What stands in a job's folder is not what a job wrote: copies, links, pipes and names of other systems."""

import json
import os
import shutil
import signal

import pytest

import recommender
from recommender.errors import DataError, OutputError
from recommender.files import read_document, write_document
from recommender.scoring.job import score
from recommender.scoring.options import BatchOptions

OPTIONS = BatchOptions(shard_rows=20)
NOT_UTF8 = os.fsdecode(b"caf\xe9")


@pytest.fixture(scope="module")
def finished(few_rows, loaded, until, tmp_path_factory):
    out = tmp_path_factory.mktemp("finished") / "out"
    score(few_rows, loaded, out, as_of=until, options=OPTIONS)
    return out


@pytest.fixture
def out(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "out")


@pytest.fixture
def again(few_rows, loaded, until):
    """Return a function that runs the job once more, and does not wait for ever."""

    def call(out):
        def late(*_):
            raise AssertionError("it waits")

        before = signal.signal(signal.SIGALRM, late)
        signal.alarm(20)
        try:
            return score(few_rows, loaded, out, as_of=until, options=OPTIONS)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    return call


def content_of(out):
    return {path.name: path.read_bytes() for path in out.rglob("*") if path.suffix != "" and path.is_file()}


def test_the_sidecar_of_another_shard_does_not_count_that_shard_twice(out, finished, again):
    for name in (
        "_SUCCESS",
        "summary.json",
        "offers.parquet/part-00001.parquet",
        "dispositions.parquet/part-00001.parquet",
    ):
        (out / name).unlink()
    shutil.copy(out / ".shard-00000.json", out / ".shard-00001.json")
    assert again(out)["offers"] == json.loads((finished / "summary.json").read_text())["offers"]
    assert {**content_of(out), "summary.json": b""} == {**content_of(finished), "summary.json": b""}


@pytest.mark.parametrize("other", [{}, {"job": "another"}, {"files": {}}])
def test_a_document_that_is_no_sidecar_is_no_finished_shard(out, again, other):
    (out / "_SUCCESS").unlink()
    write_document(out / ".shard-00001.json", {"job": read_document(out / ".shard-00000.json")["job"], **other})
    assert again(out)["accounts"] == 60


@pytest.mark.parametrize("other", [{"format": 1}, {"format": 1, "job": {}}, {"format": 1, "files": {}, "job": {}}])
def test_a_document_that_is_no_manifest_is_one_sentence(out, again, other):
    write_document(out / "_SUCCESS", other)
    for read in (again, recommender.read_dispositions):
        with pytest.raises(DataError, match="_SUCCESS: it is not the manifest of a job"):
            read(out)


def test_the_manifest_of_another_folder_vouches_for_nothing(out, again, few_rows, loaded, until, tmp_path):
    score(few_rows.slice(0, 50), loaded, tmp_path / "other", as_of=until, options=OPTIONS)
    shutil.copy(tmp_path / "other" / "_SUCCESS", out / "_SUCCESS")
    for read in (again, recommender.read_dispositions):
        with pytest.raises(DataError, match="its sha256 is not the one in _SUCCESS"):
            read(out)


def test_a_link_in_place_of_the_lock_leaves_what_it_leads_to_as_it_was(again, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(OutputError, match="the results cannot be written"):
        again(tmp_path / "out")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_parts_are_not_written_where_a_link_leads(again, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "offers.parquet").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match=r"\['offers.parquet'\] are links"):
        again(tmp_path / "out")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_folder_reached_by_a_link_is_one_folder(again, finished, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    again(tmp_path / "out")
    assert content_of(tmp_path / "real").keys() == content_of(finished).keys()


@pytest.mark.parametrize("name", [".lock", ".job.json", ".shard-00001.json", "offers.parquet/part-00001.parquet"])
@pytest.mark.parametrize("is_finished", [True, False])
def test_a_pipe_in_place_of_a_file_keeps_no_job_waiting(out, again, name, is_finished):
    if not is_finished:
        (out / "_SUCCESS").unlink()
    (out / name).unlink()
    os.mkfifo(out / name)
    with pytest.raises((DataError, OutputError), match=r"no plain file|something else|damaged|cannot be written"):
        again(out)


def test_a_name_that_is_no_utf8_is_one_sentence(again, few_rows, loaded, until, snapshot, tmp_path):
    with pytest.raises(OutputError, match="a name that is no UTF-8"):
        again(tmp_path / NOT_UTF8)
    odd = shutil.copy(snapshot, tmp_path / f"{NOT_UTF8}.parquet")
    with pytest.raises(DataError, match=r"not a readable snapshot .a name that is no UTF-8."):
        recommender.predict(odd, loaded, as_of=until)
    (tmp_path / f"{NOT_UTF8}.csv").write_text("account_id,opened_at,resolved_at,status\n")
    with pytest.raises(DataError, match=r"neither a readable Parquet nor a readable CSV file"):
        recommender.predict(few_rows, loaded, as_of=until, complaints=tmp_path / f"{NOT_UTF8}.csv")
