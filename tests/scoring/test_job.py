"""A batch job: whole or to be taken up again, the same bytes however it goes about it."""

import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.errors import ConfigError, DataError, OutputError
from recommender.scoring import workers
from recommender.scoring.job import score
from recommender.scoring.options import BatchOptions
from recommender.scoring.results import read_result

SHARDS = {"shard_rows": 25, "chunk_rows": 10}


def written(folder):
    """Return what a job wrote, by name; the summary without the seconds that it took."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet") if path.is_file()}
    found |= {path.name: path.read_bytes() for path in folder.glob(".shard-*.json")}
    summary = json.loads((folder / "summary.json").read_text())
    return found | {"summary.json": {name: value for name, value in summary.items() if name != "seconds"}}


def half_written(folder):
    return list(folder.rglob("*.writing"))


def killed_at_random(forge, source, whole, scratch, kills, seed):
    """Kill jobs at random moments, taking each up again until it is done; return how many kills hit a running job."""
    rng, expected = np.random.default_rng(seed), written(whole)
    started = time.monotonic()
    assert forge.run(source, scratch / "timed", **SHARDS) == (0, "")
    usual = time.monotonic() - started
    hit = 0
    for job in range(100 * kills):
        out = scratch / f"killed-{job}"
        while not (out / "_SUCCESS").exists():
            process = forge.start(source, out, **SHARDS)
            time.sleep(rng.uniform(0.1, 0.7) * usual)
            os.kill(process, signal.SIGKILL)
            hit += forge.wait() == -signal.SIGKILL
            for path in out.glob("*.parquet/part-*"):
                assert path.read_bytes() == expected[str(path.relative_to(out))]
            if not (out / "_SUCCESS").exists():
                with pytest.raises(DataError, match="has no _SUCCESS"):
                    recommender.read_dispositions(out)
        assert forge.run(source, out, **SHARDS) == (0, "")
        assert written(out) == expected
        assert not half_written(out)
        if hit >= kills:
            return hit
    return hit


@pytest.fixture(scope="module")
def whole(forge, snapshot, tmp_path_factory):
    """Return the results of a job of 24 shards that nobody disturbed."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert forge.run(snapshot, out, **SHARDS) == (0, "")
    assert len(list(out.glob("offers.parquet/part-*"))) == 24
    return out


def test_jobs_killed_at_random_moments_complete_to_the_same_bytes(forge, snapshot, whole, tmp_path):
    assert killed_at_random(forge, snapshot, whole, tmp_path, kills=20, seed=1) >= 20


@pytest.mark.torture
def test_two_hundred_kills_lose_double_and_change_nothing(forge, snapshot, whole, tmp_path):
    assert killed_at_random(forge, snapshot, whole, tmp_path, kills=200, seed=2) >= 200


def test_a_job_taken_up_again_keeps_the_shards_that_are_finished(forge, snapshot, whole, loaded, tmp_path):
    assert forge.run(snapshot, tmp_path / "out", **SHARDS) == (0, "")
    kept = tmp_path / "out" / "offers.parquet" / "part-00003.parquet"
    before = kept.stat().st_mtime_ns
    for name in ("_SUCCESS", "summary.json", ".shard-00007.json", "offers.parquet/part-00009.parquet"):
        (tmp_path / "out" / name).unlink()
    (tmp_path / "out" / "dispositions.parquet" / "part-00011.parquet").write_bytes(b"torn")
    done = []
    options = BatchOptions(shard_rows=25, chunk_rows=10)
    score(snapshot, loaded, tmp_path / "out", as_of="2026-07-01", options=options, progress=lambda *at: done.append(at))
    assert done == [(at, 600) for at in range(25, 601, 25)]
    assert kept.stat().st_mtime_ns == before
    assert written(tmp_path / "out") == written(whole)


@pytest.mark.parametrize("limit", [300, 6_000])
def test_a_full_file_is_one_sentence_and_the_next_run_completes(forge, snapshot, whole, tmp_path, limit):
    status, complaint = forge.run(snapshot, tmp_path / "out", limit=limit, **SHARDS)
    assert status == 1
    assert "the results cannot be written (" in complaint
    assert len(complaint.splitlines()) == 1
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert not half_written(tmp_path / "out")
    assert forge.run(snapshot, tmp_path / "out", **SHARDS) == (0, "")
    assert written(tmp_path / "out") == written(whole)


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a disk of 256 KiB."""
    home = tmp_path / "disk"
    home.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", home], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a disk can only be mounted by root; the limit of a file's size is tested instead")
    yield home
    subprocess.run(["/bin/umount", home], check=True)


def test_a_full_disk_is_one_sentence_and_with_room_the_next_run_completes(forge, snapshot, whole, small_disk):
    status, complaint = forge.run(snapshot, small_disk / "out", **SHARDS)
    assert (status, "No space left on device" in complaint) == (1, True)
    assert not half_written(small_disk / "out")
    subprocess.run(["/bin/mount", "-o", "remount,size=64m", small_disk], check=True)
    assert forge.run(snapshot, small_disk / "out", **SHARDS) == (0, "")
    assert written(small_disk / "out") == written(whole)


def shuffled(rows, seed):
    rng = np.random.default_rng(seed)
    columns = [rows.column_names[i] for i in rng.permutation(rows.num_columns)]
    return rows.select(columns).take(pa.array(rng.permutation(rows.num_rows)))


def parts(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*.parquet/part-*")}


@pytest.fixture(scope="module")
def plain(rows, loaded, until, tmp_path_factory):
    """Return the parts of a job on a sorted frame, one chunk per shard."""
    out = tmp_path_factory.mktemp("plain") / "out"
    score(rows, loaded, out, as_of=until, options=BatchOptions(shard_rows=200))
    return parts(out)


@pytest.mark.parametrize("chunk_rows", [1, 7, 1_000])
def test_the_bytes_do_not_depend_on_how_many_accounts_are_decided_at_once(
    rows, loaded, until, plain, tmp_path, chunk_rows
):
    score(rows, loaded, tmp_path, as_of=until, options=BatchOptions(shard_rows=200, chunk_rows=chunk_rows))
    assert len(plain) == 2 * 3
    assert parts(tmp_path) == plain


@pytest.mark.parametrize("seed", [0, 1])
def test_the_bytes_do_not_depend_on_the_order_of_rows_and_columns(rows, loaded, until, plain, tmp_path, seed):
    other = shuffled(rows, seed)
    pq.write_table(other, tmp_path / "other.parquet", row_group_size=90)
    for source, out in ((other, tmp_path / "frame"), (tmp_path / "other.parquet", tmp_path / "file")):
        score(source, loaded, out, as_of=until, options=BatchOptions(shard_rows=200))
        assert parts(out) == plain
        assert not list(out.glob(".sorting-*"))


def test_the_bytes_do_not_depend_on_the_number_of_workers(snapshot, loaded, until, plain, tmp_path):
    score(snapshot, loaded, tmp_path, as_of=until, options=BatchOptions(shard_rows=200, workers=2))
    assert parts(tmp_path) == plain


def test_a_worker_that_dies_is_one_sentence(snapshot, loaded, until, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_one", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    options = BatchOptions(shard_rows=200, workers=2)
    with pytest.raises(OutputError, match="a worker was killed"):
        score(snapshot, loaded, tmp_path, as_of=until, options=options)
    monkeypatch.undo()
    assert score(snapshot, loaded, tmp_path, as_of=until, options=options)["accounts"] == 600


def test_a_sorted_file_with_an_account_twice_is_refused(rows, loaded, until, tmp_path):
    twice = pa.concat_tables([rows, rows.slice(5, 3)]).sort_by("account_id")
    for table in (twice, shuffled(twice, 0)):
        pq.write_table(table, tmp_path / "twice.parquet")
        with pytest.raises(DataError, match="3 rows repeat an account"):
            score(tmp_path / "twice.parquet", loaded, tmp_path / "out", as_of=until)


def test_finished_results_that_were_damaged_since_are_refused_and_mended(few_rows, loaded, until, tmp_path):
    score(few_rows, loaded, tmp_path, as_of=until)
    before = written(tmp_path)
    part = tmp_path / "offers.parquet" / "part-00000.parquet"
    for spoil in (lambda: part.write_bytes(b"torn"), part.unlink):
        spoil()
        with pytest.raises(DataError, match="missing or damaged: its sha256 is not the one in _SUCCESS"):
            score(few_rows, loaded, tmp_path, as_of=until)
        (tmp_path / "_SUCCESS").unlink()
        score(few_rows, loaded, tmp_path, as_of=until)
        assert written(tmp_path) == before


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ((), "that _SUCCESS does not name"),
        (("_SUCCESS",), "that this job did not write"),
        (("_SUCCESS", "summary.json", ".job.json"), "that this job did not write"),
    ],
)
def test_parts_that_no_job_of_the_folder_wrote_are_refused(few_rows, loaded, until, tmp_path, gone, said):
    score(few_rows, loaded, tmp_path, as_of=until)
    for name in gone:
        (tmp_path / name).unlink()
    part = tmp_path / "offers.parquet" / "part-00000.parquet"
    part.with_name("part-00001.parquet").write_bytes(part.read_bytes())
    with pytest.raises((OutputError, DataError), match=f"{said}: .*offers.parquet/part-00001.parquet"):
        score(few_rows, loaded, tmp_path, as_of=until)


def test_a_snapshot_that_is_replaced_while_it_is_read_is_refused_and_no_shard_of_it_is_kept(
    rows, snapshot, loaded, whole, tmp_path
):
    source, out = tmp_path / "snapshot.parquet", tmp_path / "out"
    shutil.copy(snapshot, source)
    options = BatchOptions(shard_rows=25, chunk_rows=10)

    def replaced(*_):
        pq.write_table(rows.slice(0, 7), tmp_path / "other.parquet")
        (tmp_path / "other.parquet").replace(source)

    with pytest.raises(DataError, match="it was changed while it was read"):
        score(source, loaded, out, as_of="2026-07-01", options=options, progress=replaced)
    assert len(list(out.glob(".shard-*"))) == 1
    shutil.copy(snapshot, source)
    score(source, loaded, out, as_of="2026-07-01", options=options)
    assert written(out) == written(whole)


def test_a_snapshot_that_is_overwritten_under_its_own_date_is_refused_and_a_new_link_to_it_is_no_change(
    rows, snapshot, loaded, tmp_path
):
    source, options = tmp_path / "snapshot.parquet", BatchOptions(shard_rows=200)
    shutil.copy(snapshot, source)
    content, times = source.read_bytes(), source.stat()

    def overwritten(*_):
        source.write_bytes(content[:-9] + bytes(9))
        os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))

    def linked(done, _):
        (tmp_path / f"link-{done}").hardlink_to(source)

    with pytest.raises(DataError, match="it was changed while it was read"):
        score(source, loaded, tmp_path / "one", as_of="2026-07-01", options=options, progress=overwritten)
    shutil.copy(snapshot, source)
    summary = score(source, loaded, tmp_path / "two", as_of="2026-07-01", options=options, progress=linked)
    assert summary["accounts"] == rows.num_rows


def test_no_account_gives_results_without_rows(rows, loaded, until, tmp_path):
    pq.write_table(rows.slice(0, 0), tmp_path / "none.parquet")
    summary = score(tmp_path / "none.parquet", loaded, tmp_path / "out", as_of=until)
    assert (summary["accounts"], summary["offers"], summary["as_of"]) == (0, 0, None)
    assert recommender.read_dispositions(tmp_path / "out").empty


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"as_of": "2026-07-02"}, "decided_at"),
        ({"options": BatchOptions(shard_rows=100)}, "shard_rows"),
        ({"options": BatchOptions(dispositions="counts")}, "dispositions"),
        (
            {
                "complaints": {
                    "account_id": ["A0000001"],
                    "opened_at": ["2026-06-30"],
                    "resolved_at": [None],
                    "status": [""],
                }
            },
            "complaints",
        ),
    ],
)
@pytest.mark.parametrize("is_finished", [True, False])
def test_results_of_another_job_are_refused(few_rows, loaded, until, tmp_path, change, named, is_finished):
    asked = {"as_of": until, "options": BatchOptions()}
    score(few_rows, loaded, tmp_path, **asked)
    if not is_finished:
        (tmp_path / "_SUCCESS").unlink()
    with pytest.raises(OutputError, match=f"an earlier job, which differs in its {named}"):
        score(few_rows, loaded, tmp_path, **(asked | change))


def test_another_input_and_another_model_are_refused(few_rows, rows, loaded, until, tmp_path):
    score(few_rows, loaded, tmp_path, as_of=until)
    with pytest.raises(OutputError, match="differs in its accounts, input;"):
        score(rows, loaded, tmp_path, as_of=until)
    place = few_rows.schema.get_field_index("held_products")
    other = few_rows.set_column(place, "held_products", pa.array([[]] * 60, pa.list_(pa.string())))
    with pytest.raises(OutputError, match="differs in its input;"):
        score(other, loaded, tmp_path, as_of=until)


def test_a_folder_is_written_by_one_job_at_a_time(forge, snapshot, loaded, until, tmp_path):
    process = forge.start(snapshot, tmp_path, shard_rows=1, chunk_rows=1)
    deadline = time.monotonic() + 30
    while not (tmp_path / ".job.json").exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    with pytest.raises(OutputError, match="another job is at work here"):
        score(snapshot, loaded, tmp_path, as_of=until)
    os.kill(process, signal.SIGKILL)
    forge.wait()


def test_the_folder_of_the_input_or_of_the_model_is_no_place_for_results(operator, snapshot, trained, until):
    for source, out in (
        (operator, operator),
        (operator, operator / "offers"),
        (snapshot, snapshot.parent),
        (snapshot, trained / "offers"),
    ):
        with pytest.raises(OutputError, match="the results cannot go where the input is"):
            score(source, trained, out, as_of=until)


def test_the_summary_names_what_the_offers_rest_on(rows, loaded, until, tmp_path):
    summary = score(rows, loaded, tmp_path / "out", as_of=until)
    assert summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["known_until"]["complaints"] == summary["as_of"]
    assert summary["stated"] == {"consents.if_missing": "refuse", "contacts.if_missing": "suppress"}
    assert (summary["stale"], summary["exit_status"]) == ([], 0)
    offers = read_result(tmp_path / "out", "offers.parquet")
    assert set(offers.column("model_version").to_pylist()) == {summary["model_version"]}
    assert set(offers.column("policy_version").to_pylist()) == {summary["policy_version"]}


def test_the_manifest_names_every_file_of_the_results(whole):
    named = json.loads((whole / "_SUCCESS").read_text())
    there = {str(path.relative_to(whole)) for path in whole.rglob("*") if path.is_file()}
    assert there - {"_SUCCESS", ".lock"} == set(named["files"])
    assert named["job"]["accounts"] == 600
    assert sum(one["rows"] for name, one in named["files"].items() if name.startswith("dispositions")) == 600 * 38


@pytest.mark.parametrize("name", ["offers", "dispositions"])
def test_what_repeats_has_a_dictionary_and_the_accounts_alone_have_statistics(whole, name):
    for part in sorted((whole / f"{name}.parquet").iterdir()):
        group = pq.read_metadata(part).row_group(0)
        columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
        plain = [path for path, column in columns.items() if "RLE_DICTIONARY" not in column.encodings]
        assert set(plain) == {"propensity", "lift"} & columns.keys()
        assert [path for path, column in columns.items() if column.statistics is not None] == ["account_id"]


def test_dispositions_decode_to_what_recommend_says(rows, loaded, until, whole):
    expected = recommender.recommend(rows, loaded, as_of=until).dispositions
    found = recommender.read_dispositions(whole)
    pd.testing.assert_frame_equal(
        found.astype({"account_id": "str", "product_id": "str", "disposition": "str"}).drop(columns="reasons"),
        expected.astype({"account_id": "str", "product_id": "str", "disposition": "str"}).drop(columns="reasons"),
    )
    assert found["reasons"].tolist() == [list(codes) for codes in expected["reasons"]]


def test_a_sample_keeps_whole_accounts_and_the_same_ones_every_day(rows, loaded, until, whole, tmp_path):
    options = BatchOptions(dispositions="sample")
    score(rows, loaded, tmp_path / "one", as_of=until, options=options)
    score(shuffled(rows.slice(100), 3), loaded, tmp_path / "two", as_of=until, options=options)
    one, two = (recommender.read_dispositions(tmp_path / name) for name in ("one", "two"))
    every = recommender.read_dispositions(whole)
    assert 0 < one["account_id"].nunique() < 30
    assert (one["account_id"].value_counts() == 38).all()
    assert set(two["account_id"]) == set(one["account_id"]) - set(rows.column("account_id").to_pylist()[:100])
    assert one["propensity"].tolist() == pytest.approx(
        every[every["account_id"].isin(one["account_id"])]["propensity"].tolist(), nan_ok=True, abs=0
    )


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"shard_rows": 0}, {"chunk_rows": 0}, {"dispositions": "some"}])
def test_wrong_options_are_one_sentence(wrong):
    with pytest.raises(ConfigError, match="needed"):
        BatchOptions(**wrong)
