import re
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from recommender.config import Config
from recommender.errors import ConfigError, ModelError, OutputError
from recommender.files import dump_document
from recommender.model import load_model, make_key, save_model, sign_model
from recommender.model.keys import trusted_keys
from recommender.model.manifest import parse_manifest


@pytest.fixture
def folder(model, tmp_path):
    return save_model(model, tmp_path / "cross-sell")


@pytest.fixture
def key(tmp_path):
    """Return a private key's file and its public key."""
    return tmp_path / "mine.key", make_key(tmp_path / "mine.key")


def test_a_signed_model_is_loaded_where_its_key_is_trusted(folder, key, tmp_path):
    signature, public = sign_model(folder, key[0])
    assert (signature, public) == (folder / "manifest.sig", key[1])
    another = make_key(tmp_path / "another.key")
    for keys in ([public], [another, public]):
        assert load_model(folder, trusted_keys=keys).version == "1"


def test_a_signed_model_is_loaded_where_no_key_is_named(folder, key):
    sign_model(folder.parent, key[0])
    assert load_model(folder).version == "1"


def test_a_model_without_a_signature_is_refused_where_keys_are_trusted(folder, key):
    with pytest.raises(ModelError, match=r"manifest\.sig: a signature was needed"):
        load_model(folder, trusted_keys=[key[1]])


def test_the_signature_of_another_key_is_refused(folder, key, tmp_path):
    sign_model(folder, key[0])
    with pytest.raises(ModelError, match="none of the 1 trusted keys has signed"):
        load_model(folder, trusted_keys=[make_key(tmp_path / "another.key")])


def test_the_signature_of_another_model_is_refused(folder, key, model, tmp_path):
    second = save_model(model, tmp_path / "cross-sell")
    sign_model(folder, key[0])
    (second / "manifest.sig").write_bytes((folder / "manifest.sig").read_bytes())
    with pytest.raises(ModelError, match="none of the 1 trusted keys has signed"):
        load_model(second, trusted_keys=[key[1]])


def test_a_manifest_rewritten_with_a_fitting_digest_is_refused_by_the_signature_alone(folder, key):
    sign_model(folder, key[0])
    path = folder / "manifest.json"
    manifest = parse_manifest(path.read_bytes())
    del manifest["digest"]
    path.write_bytes(dump_document(manifest | {"name": "another"}))
    assert load_model(folder).name == "another"
    with pytest.raises(ModelError, match="none of the 1 trusted keys has signed"):
        load_model(folder, trusted_keys=[key[1]])


@pytest.mark.parametrize("content", [b"", b"\xff", b"no hex", b"00", b"0" * 128, b"0" * 2000])
def test_what_is_no_signature_is_refused(folder, key, content):
    (folder / "manifest.sig").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.sig"):
        load_model(folder, trusted_keys=[key[1]])


@pytest.mark.parametrize("text", ["", "ed25519:", "ed25519:zz", "rsa:" + "0" * 64, "0" * 64, "ed25519:" + "0" * 62])
def test_what_is_no_key_is_refused(folder, key, text):
    sign_model(folder, key[0])
    with pytest.raises(ModelError, match="A trusted key is ed25519:"):
        load_model(folder, trusted_keys=[text])


def test_only_a_whole_model_is_signed(folder, key):
    content = (folder / "scorecard.npz").read_bytes()
    (folder / "scorecard.npz").write_bytes(content[:-1])
    with pytest.raises(ModelError, match="sha256 differs"):
        sign_model(folder, key[0])
    assert not (folder / "manifest.sig").exists()


def test_a_private_key_is_for_its_owner_alone_and_never_written_over(key):
    assert stat.S_IMODE(key[0].stat().st_mode) == 0o600
    with pytest.raises(OutputError, match="File exists"):
        make_key(key[0])


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_holds_no_key_signs_nothing(folder, tmp_path, content):
    (tmp_path / "odd.key").write_bytes(content)
    with pytest.raises(ModelError, match=re.escape("odd.key: a private key in PEM")):
        sign_model(folder, tmp_path / "odd.key")
    with pytest.raises(ModelError, match="the key cannot be read"):
        sign_model(folder, tmp_path / "nowhere.key")


def test_without_cryptography_the_sentence_names_the_extra(folder, key):
    sign_model(folder, key[0])
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from recommender.model import load_model\n"
        f"assert load_model({str(folder)!r}).version == '1'\n"
        f"load_model({str(folder)!r}, trusted_keys=[{key[1]!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1].endswith("pip install 'recommender[sign]'.")


def test_keys_stand_in_the_settings_and_never_in_a_model(model, key, tmp_path):
    config = Config.from_dict({"time_zone": "Europe/Berlin", "trust": {"keys": [key[1]]}})
    folder = save_model(replace(model, config=config), tmp_path / "with-keys")
    assert key[1].encode() not in (folder / "manifest.json").read_bytes()
    with pytest.raises(ConfigError, match=r"\[trust\] keys"):
        Config.from_dict({"trust": {"keys": ["ed25519:short"]}})


def test_the_keys_are_those_of_the_settings_beside_the_source(key, tmp_path):
    (tmp_path / "recommender.toml").write_text(f'[trust]\nkeys = ["{key[1]}"]\n')
    assert trusted_keys(tmp_path) == trusted_keys(tmp_path / "snapshot.parquet") == (key[1],)
    assert trusted_keys(tmp_path / "elsewhere" / "snapshot.parquet") == trusted_keys({"accounts": None}) == ()
