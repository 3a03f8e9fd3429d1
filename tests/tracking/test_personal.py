"""Nothing personal reaches MLflow: canaries planted in data, attributes and errors are in no file of the store."""

import shutil
import sqlite3
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest

from recommender.cli import main
from recommender.model.arrays import dump_arrays

ACCOUNT = "canary-4711"
SECRETS = (ACCOUNT, "+491711234567", "Canary Street 9", "canary-complaint")


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["recommender", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out + printed.err

    return call


@pytest.fixture(scope="module")
def planted(operator, tmp_path_factory):
    """Return the operator's folder with one account renamed, its phone number and its street as attributes."""
    folder = tmp_path_factory.mktemp("planted") / "data"
    shutil.copytree(operator, folder)
    old = pd.read_parquet(folder / "accounts.parquet")["account_id"].iloc[0]
    for path in folder.glob("*.parquet"):
        frame = pd.read_parquet(path)
        if "account_id" in frame:
            frame["account_id"] = frame["account_id"].where(frame["account_id"] != old, ACCOUNT)
        if path.stem == "accounts":
            own = frame["account_id"] == ACCOUNT
            frame["phone"] = [SECRETS[1] if one else f"+4917{i:08d}" for i, one in enumerate(own)]
            frame["street"] = [SECRETS[2] if one else "elsewhere" for one in own]
        if path.stem == "complaints":
            frame.loc[0, "complaint_id"] = SECRETS[3]
        frame.to_parquet(path, compression=None)
    return folder


def holds(folder, text):
    """Return the files below `folder` that hold `text`, in any of their bytes, unpacked where they are archives."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in unpacked(path)]


def unpacked(path):
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_no_canary_is_in_any_file_log_or_database_of_a_run(run, planted, tmp_path):
    uri = f"sqlite:///{tmp_path}/store/mlflow.db"
    (tmp_path / "store").mkdir()
    arguments = (
        "train",
        planted,
        "--as-of",
        "2026-07-01",
        "--out",
        tmp_path / "models" / "cross-sell",
        "--ranker",
        "logistic",
    )
    status, said = run(*arguments, "--tracking-uri", uri, "--register", "cross-sell", "--promote-if-better")
    assert status == 0, said
    assert "models:/cross-sell@champion is version 1 now" in said
    broken = pd.read_parquet(planted / "calls.parquet")
    broken.loc[broken.index[0], "direction"] = SECRETS[1]
    shutil.copytree(planted, tmp_path / "broken")
    broken.to_parquet(tmp_path / "broken" / "calls.parquet")
    status, _ = run("train", tmp_path / "broken", "--as-of", "2026-07-01", "--tracking-uri", uri, "--track")
    assert status == 1
    (tmp_path / "store" / "said.log").write_text(said)
    for secret in SECRETS:
        assert holds(planted, secret)
        assert not holds(tmp_path / "store", secret)
        assert not holds(tmp_path / "models", secret)
    names = [
        row[0] for row in sqlite3.connect(tmp_path / "store" / "mlflow.db").execute("select name from experiments")
    ]
    assert "recommender" in names


def test_the_search_for_canaries_finds_one_that_is_there(tmp_path):
    (tmp_path / "scorecard.npz").write_bytes(dump_arrays({"levels": np.frombuffer(SECRETS[1].encode() * 9, np.uint8)}))
    assert SECRETS[1].encode() not in (tmp_path / "scorecard.npz").read_bytes()
    assert holds(tmp_path, SECRETS[1])
    database = sqlite3.connect(tmp_path / "mlflow.db")
    database.execute("create table tags (value text)")
    database.execute("insert into tags values (?)", (ACCOUNT,))
    database.commit()
    database.close()
    assert holds(tmp_path, ACCOUNT)
