import json
import os
import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import ModelError, OutputError
from recommender.files import dump_document
from recommender.model import load_model, save_model
from recommender.model.arrays import dump_arrays
from recommender.model.manifest import digest_of
from recommender.ranking import Scorecard


@pytest.fixture
def folder(model, tmp_path):
    return save_model(model, tmp_path / "cross-sell")


def rewrite(folder, **changes):
    """Write the manifest anew with a digest that fits, as an attacker who knows the format would."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest["digest"]
    (folder / "manifest.json").write_bytes(dump_document(manifest | changes))


def test_a_saved_model_decides_as_before(model, folder, rows_of, later):
    again, rows = load_model(folder), rows_of({}, {"call_daytime_minutes_30d": 100.0})
    assert again.label == "cross-sell/1"
    before = replace(model, version="1").decide(rows, decided_at=later(1))
    after = again.decide(rows, decided_at=later(1))
    assert after.offers.equals(before.offers)
    assert (after.propensity == before.propensity).all()


def test_versions_count_up_and_the_newest_is_read(model, folder, tmp_path):
    second = save_model(model, tmp_path / "cross-sell")
    assert (folder.name, second.name) == ("1", "2")
    assert load_model(tmp_path / "cross-sell").version == "2"


def test_only_folders_that_are_named_as_versions_are_versions(folder):
    home = folder.parent
    (home / "12").write_text("no folder")
    (home / "007").mkdir()
    (home / "٣").mkdir()
    (home / "9").symlink_to(folder)
    assert load_model(home).version == "1"


def test_the_tenth_version_is_newer_than_the_ninth(model, folder, tmp_path):
    for version in ("9", "10"):
        shutil.copytree(folder, tmp_path / "cross-sell" / version)
    assert save_model(model, tmp_path / "cross-sell").name == "11"


def test_the_same_model_gives_the_same_bytes(model, folder, tmp_path):
    other = save_model(model, tmp_path / "elsewhere" / "cross-sell")
    assert all(
        (other / name).read_bytes() == (folder / name).read_bytes() for name in ("manifest.json", "scorecard.npz")
    )


def test_every_changed_byte_is_refused(folder):
    rng = np.random.default_rng(0)
    for name in ("manifest.json", "scorecard.npz"):
        path = folder / name
        whole = path.read_bytes()
        for at in rng.integers(len(whole), size=100):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << rng.integers(8))]) + whole[at + 1 :])
            with pytest.raises(ModelError):
                load_model(folder)
        path.write_bytes(whole)
    assert load_model(folder).version == "1"


@pytest.mark.parametrize("length", [0, 1, 100, -1])
@pytest.mark.parametrize("name", ["manifest.json", "scorecard.npz"])
def test_a_truncated_file_is_refused(folder, name, length):
    path = folder / name
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelError):
        load_model(folder)


def test_an_extra_file_is_refused(folder):
    (folder / "estimator.joblib").write_bytes(pickle.dumps(print))
    with pytest.raises(ModelError, match=r"exactly scorecard.npz and manifest.json were needed"):
        load_model(folder)


def test_a_link_is_refused(folder, tmp_path):
    (folder / "scorecard.npz").rename(tmp_path / "scorecard.npz")
    (folder / "scorecard.npz").symlink_to(tmp_path / "scorecard.npz")
    with pytest.raises(ModelError, match="links or folders"):
        load_model(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "scorecard.npz").unlink()
    with pytest.raises(ModelError, match="exactly"):
        load_model(folder)


def test_other_arrays_with_a_fitting_digest_do_not_give_the_golden_propensities(folder, scorecard):
    content = dump_arrays(replace(scorecard, intercept=scorecard.intercept + 1).to_arrays())
    (folder / "scorecard.npz").write_bytes(content)
    rewrite(folder, files={"scorecard.npz": digest_of(content)})
    with pytest.raises(ModelError, match="golden"):
        load_model(folder)


def test_a_format_of_the_future_is_refused(folder):
    rewrite(folder, format=2)
    with pytest.raises(ModelError, match="format 1 was needed, 2 came"):
        load_model(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"config": {"offers": {"k": 99}}},
        {"config": {"policy": {"no_such_rule": {}}}},
        {"catalogue": [{"product_id": "hotspot"}]},
        {"catalogue": []},
        {"features": [{"name": "x", "run": "this"}]},
        {"features": []},
        {"golden": "none"},
        {"training": 7},
    ],
)
def test_a_manifest_with_a_wrong_value_is_refused(folder, changes):
    rewrite(folder, **changes)
    with pytest.raises(ModelError, match=r"manifest\.json"):
        load_model(folder)


def test_where_there_is_no_model_the_sentence_says_so(tmp_path):
    with pytest.raises(ModelError, match="there is no model folder"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="neither a model"):
        load_model(tmp_path)


def test_a_model_folder_that_cannot_be_made_is_said_so(model, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        save_model(model, tmp_path / "file" / "cross-sell")


def test_nothing_half_written_stays_behind(model, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recommender.model.folder.os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        save_model(model, tmp_path / "cross-sell")
    assert list((tmp_path / "cross-sell").iterdir()) == []


def test_a_product_whose_difference_overflows_is_refused_and_not_followed(scorecard):
    arrays = scorecard.to_arrays()
    wrong = arrays["term_products"].copy()
    wrong[2] = -(2**63)
    assert (np.diff(wrong[:3]) > 0).all()
    with pytest.raises(ModelError, match="names a product that is not there"):
        Scorecard.from_arrays(arrays | {"term_products": wrong})


def test_a_name_that_no_offer_could_carry_is_refused_before_anything_is_left(model, tmp_path):
    home = tmp_path / os.fsdecode(b"caf\xe9")
    with pytest.raises(OutputError, match=r"the model cannot be written .a name that is no UTF-8."):
        save_model(model, home)
    assert not list(home.iterdir())
