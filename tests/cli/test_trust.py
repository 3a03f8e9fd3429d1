"""Commands that read a model's folder ask for the signature that the operator's settings name."""

from dataclasses import replace

import pytest

import recommender
from recommender.config import Trust
from recommender.errors import ModelError
from recommender.model import load_model


@pytest.fixture
def guarded(tmp_path):
    """Return the folder of an operator who trusts one key, the key's file and the key."""
    key = recommender.make_key(tmp_path / "mine.key")
    home = tmp_path / "data"
    home.mkdir()
    (home / "recommender.toml").write_text(f'time_zone = "Europe/Berlin"\n[trust]\nkeys = ["{key}"]\n')
    return home, tmp_path / "mine.key", key


def test_a_training_is_not_repeated_from_a_folder_that_nobody_trusted_signed(guarded, trained, run):
    status, _, said = run("train", guarded[0], "--like", trained)
    assert (status, "signature" in said) == (1, True)


def test_no_report_is_written_of_a_folder_that_nobody_trusted_signed(guarded, trained, rows, until, run, tmp_path):
    recommender.score(rows, trained, tmp_path / "offers", as_of=until)
    asked = ("report", trained, tmp_path / "offers", "--out", tmp_path / "page.html", "--data", guarded[0])
    status, _, said = run(*asked)
    assert (status, "signature" in said, (tmp_path / "page.html").exists()) == (1, True, False)


def test_the_settings_of_a_run_say_whose_models_a_report_trusts(guarded, trained, tables, until, tmp_path):
    folder = recommender.save_model(load_model(trained), tmp_path / "models" / "cross-sell")
    signature, _ = recommender.sign_model(folder, guarded[1])
    strict = replace(tables, config=replace(tables.config, trust=Trust((guarded[2],))))
    recommender.score(strict, folder, tmp_path / "offers", as_of=until)
    assert recommender.write_report(folder, tmp_path / "offers", tmp_path / "page.html").is_file()
    signature.unlink()
    with pytest.raises(ModelError, match="signature"):
        recommender.write_report(folder, tmp_path / "offers", tmp_path / "page.html")
