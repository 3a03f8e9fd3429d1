"""A file appears whole or not at all."""

import os
from pathlib import Path

import pytest

from recommender.files import whole


def test_a_file_appears_when_the_block_ends(tmp_path: Path):
    with whole(tmp_path / "out.txt") as hidden:
        hidden.write_text("all of it")
        assert not (tmp_path / "out.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


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
    assert synced == [False]
