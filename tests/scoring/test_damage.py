"""A flipped bit or a lost end, in what a job reads or in what it wrote, is never passed over in silence."""

import shutil

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.errors import DataError, RecommenderError
from recommender.files import sealed, sidecar_of
from recommender.scoring.job import score
from recommender.scoring.results import OFFERS, read_manifest, read_result, read_summary


@pytest.fixture(scope="module")
def small(few_rows, tmp_path_factory):
    """Return a snapshot file of sixty accounts, with its sidecar."""
    path = tmp_path_factory.mktemp("small") / "snapshot.parquet"
    with sealed(path) as hidden:
        pq.write_table(few_rows, hidden, compression="zstd", write_page_checksum=True)
    return path


@pytest.fixture(scope="module")
def results(small, loaded, until, tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "out"
    options = recommender.BatchOptions(shard_rows=20)
    score(small, loaded, out, as_of=until, options=options)
    return out


def read_all(folder):
    """Read everything that a job wrote."""
    recommender.read_dispositions(folder)
    read_result(folder, OFFERS)
    read_summary(folder, read_manifest(folder))


def flipped(content, place):
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def in_copy(path, home):
    """Copy the folder of `path` to `home`; return where the file is in it."""
    return shutil.copytree(path.parent, home, dirs_exist_ok=True) / path.name


def check_flips_of_input(small, loaded, until, scratch, count, seed):
    copy, content = in_copy(small, scratch / "in"), small.read_bytes()
    for place in np.random.default_rng(seed).choice(8 * len(content), count, replace=False):
        copy.write_bytes(flipped(content, place))
        with pytest.raises(DataError, match=r"snapshot\.parquet"):
            score(copy, loaded, scratch / "out", as_of=until)
        assert not (scratch / "out").exists()


def check_flips_of_output(results, scratch, count, seed):
    copy = shutil.copytree(results, scratch / "copy")
    files = sorted(path for path in copy.rglob("*") if path.is_file() and path.name != ".lock")
    rng = np.random.default_rng(seed)
    for i in range(count):
        path = files[i % len(files)]
        content = path.read_bytes()
        path.write_bytes(flipped(content, rng.integers(8 * len(content))))
        with pytest.raises(DataError) as caught:
            read_all(copy)
        assert path.name in str(caught.value)
        path.write_bytes(content)
    read_all(copy)
    return len(files)


def check_truncations(small, results, loaded, until, scratch, count, seed):
    """Cut off the end of the snapshot, without and with its sidecar, and of each file of the results in turn."""
    rng = np.random.default_rng(seed)
    snapshot, copy = in_copy(small, scratch / "in"), shutil.copytree(results, scratch / "copy")
    files = [snapshot, *sorted(path for path in copy.rglob("*") if path.is_file() and path.name != ".lock")]
    for i in range(count):
        path = files[i % len(files)]
        content = path.read_bytes()
        path.write_bytes(content[: rng.integers(len(content))])
        if path == snapshot and rng.random() < 0.5:
            sidecar_of(snapshot).unlink(missing_ok=True)
        with pytest.raises(DataError) as caught:
            score(snapshot, loaded, scratch / "out", as_of=until) if path == snapshot else read_all(copy)
        assert path.name in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        path.write_bytes(content)
        shutil.copy(sidecar_of(small), sidecar_of(snapshot))
    read_all(copy)


def test_no_flipped_bit_of_the_input_is_silent(small, loaded, until, tmp_path):
    check_flips_of_input(small, loaded, until, tmp_path, count=100, seed=1)


def test_no_flipped_bit_of_the_output_is_silent(results, tmp_path):
    assert check_flips_of_output(results, tmp_path, count=60, seed=2) == 2 * 3 + 3 + 3  # parts, sidecars, the others


def test_every_truncation_is_one_sentence_that_names_the_file(small, results, loaded, until, tmp_path):
    check_truncations(small, results, loaded, until, tmp_path, count=40, seed=3)


@pytest.mark.torture
def test_a_thousand_and_five_hundred_flipped_bits(small, results, loaded, until, tmp_path):
    check_flips_of_input(small, loaded, until, tmp_path / "input", count=750, seed=4)
    check_flips_of_output(results, tmp_path / "output", count=750, seed=5)


@pytest.mark.torture
def test_five_hundred_truncations(small, results, loaded, until, tmp_path):
    check_truncations(small, results, loaded, until, tmp_path, count=500, seed=6)


def test_a_flipped_bit_of_a_page_is_found_without_a_sidecar(small, loaded, until, tmp_path):
    """A snapshot that another program wrote has no sidecar, but its pages carry checksums."""
    column = pq.ParquetFile(small).metadata.row_group(0).column(0)
    content, copy = small.read_bytes(), tmp_path / "alone.parquet"
    last = 8 * (column.data_page_offset + 60)  # within the first values
    for place in range(last, last + 8):
        copy.write_bytes(flipped(content, place))
        with pytest.raises(DataError, match=r"alone\.parquet: not a readable snapshot"):
            score(copy, loaded, tmp_path / "out", as_of=until)


def test_a_damaged_sidecar_of_the_input_is_refused(small, loaded, until, tmp_path):
    copy = in_copy(small, tmp_path / "in")
    content = sidecar_of(copy).read_bytes()
    for place in range(0, 8 * len(content), 37):
        sidecar_of(copy).write_bytes(flipped(content, place))
        with pytest.raises(DataError, match=r"snapshot\.parquet"):
            score(copy, loaded, tmp_path / "out", as_of=until)


def test_a_damaged_shard_of_an_unfinished_job_is_done_again(results, small, loaded, until, tmp_path):
    copy = shutil.copytree(results, tmp_path / "copy")
    (copy / "_SUCCESS").unlink()
    damaged = [copy / OFFERS / "part-00001.parquet", copy / ".shard-00002.json"]
    for path in damaged:
        path.write_bytes(flipped(path.read_bytes(), 300))
    score(small, loaded, copy, as_of=until, options=recommender.BatchOptions(shard_rows=20))
    for path in damaged:
        assert path.read_bytes() == (results / path.relative_to(copy)).read_bytes()


def test_a_file_that_the_manifest_does_not_name_is_refused(results, tmp_path):
    copy = shutil.copytree(results, tmp_path / "copy")
    shutil.copy(copy / OFFERS / "part-00000.parquet", copy / OFFERS / "part-00009.parquet")
    with pytest.raises(DataError, match="_SUCCESS does not name"):
        read_result(copy, OFFERS)


def test_a_part_that_is_gone_is_named(results, tmp_path):
    copy = shutil.copytree(results, tmp_path / "copy")
    (copy / OFFERS / "part-00001.parquet").unlink()
    with pytest.raises(DataError, match=r"part-00001.parquet: _SUCCESS names it, but it cannot be read"):
        recommender.recheck(copy, pd.DataFrame(), as_of="2026-07-01")


def test_dispositions_that_were_not_kept_are_said_to_be(few_rows, loaded, until, tmp_path):
    score(few_rows, loaded, tmp_path, as_of=until, options=recommender.BatchOptions(dispositions="counts"))
    with pytest.raises(RecommenderError, match=r"this job kept no dispositions\.parquet"):
        recommender.read_dispositions(tmp_path)
