"""A file appears whole or not at all."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommender.errors import DataError, OutputError
from recommender.files import (
    check_seal,
    dump_document,
    read_document,
    sealed,
    sha256_of,
    whole,
    write_document,
    writing,
)


def test_a_file_appears_when_the_block_ends(tmp_path: Path):
    with whole(tmp_path / "out.txt") as hidden:
        hidden.write_text("all of it")
        assert not (tmp_path / "out.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError, match="something else than a file is there"), whole(tmp_path / "pipe"):
        pass
    assert (tmp_path / "pipe").is_fifo()


def test_a_file_that_breaks_off_leaves_nothing_and_the_older_one_as_it_was(tmp_path: Path):
    (tmp_path / "out.txt").write_text("older")
    with pytest.raises(OSError, match="full"), whole(tmp_path / "out.txt") as hidden:  # noqa: PT012 (the block is it)
        hidden.write_text("half")
        raise OSError("full")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["older"]


def test_a_file_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[bool] = []
    sync = os.fsync

    def watched(file: int) -> None:
        synced.append((tmp_path / "out.txt").exists())
        sync(file)

    monkeypatch.setattr(os, "fsync", watched)
    with whole(tmp_path / "out.txt") as hidden:
        hidden.write_text("all of it")
    assert synced == [False, True]  # the file, and once it is named its folder


def test_a_seal_holds_until_the_file_changes(tmp_path: Path):
    with sealed(tmp_path / "out.bin") as hidden:
        hidden.write_bytes(b"as it was")
    assert check_seal(tmp_path / "out.bin") == sha256_of(tmp_path / "out.bin")
    (tmp_path / "out.bin").write_bytes(b"as it is")
    with pytest.raises(DataError, match=r"out.bin: it is not the file whose sha256 stands in .out.bin.json"):
        check_seal(tmp_path / "out.bin")


def test_a_file_without_a_seal_is_only_hashed(tmp_path: Path):
    (tmp_path / "out.bin").write_bytes(b"abc")
    assert check_seal(tmp_path / "out.bin") == sha256_of(tmp_path / "out.bin")


def test_a_document_with_any_bit_changed_is_refused(tmp_path: Path):
    path = tmp_path / "doc.json"
    write_document(path, {"name": "é", "counts": {"b": 1, "a": [2, None]}})
    assert read_document(path) == {"name": "é", "counts": {"b": 1, "a": [2, None]}}
    content = path.read_bytes()
    for place in range(8 * len(content)):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        path.write_bytes(changed)
        with pytest.raises(DataError, match=r"doc\.json: it (is damaged|was changed)"):
            read_document(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"5",
        b'{"digest": 1}',
        b'{"digest": 1, "digest": 1}',
        b'{"digest": "x", "counts": NaN}',
        b'{"digest": "x", "counts": -Infinity}',
        b'{"digest": "x", "name": "\\ud800"}',
        b'{"digest": "x", "name": ' + b"[" * 990 + b"]" * 990 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "doc.json").write_bytes(content)
    with pytest.raises(DataError, match=r"doc\.json"):
        read_document(tmp_path / "doc.json")


def test_half_a_character_is_not_written():
    with pytest.raises(ValueError, match="surrogates not allowed"):
        dump_document({"name": "\ud800"})


def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(tmp_path: Path):
    os.mkfifo(tmp_path / "doc.json")
    with pytest.raises(DataError, match=r"doc\.json: it is damaged"):
        read_document(tmp_path / "doc.json")
    with pytest.raises(OSError, match="no plain file"):
        sha256_of(tmp_path / "doc.json")


def test_a_name_that_is_no_utf8_is_one_sentence(tmp_path: Path):
    odd = tmp_path / os.fsdecode(b"\xff.parquet")
    with (
        pytest.raises(OutputError, match=r"the rows cannot be written .a name that is no UTF-8."),
        writing("the rows", odd),
    ):
        pq.write_table(pa.table({"a": [1]}), odd)
