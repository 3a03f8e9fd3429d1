"""A model on disk: `<name>/<version>/manifest.json` and `scorecard.npz`, verified before anything is believed."""

import errno
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from recommender.config import Config, Trust
from recommender.errors import ConfigError, DataError, ModelError
from recommender.files import dump_document, sync_folder, writing
from recommender.model.arrays import dump_arrays, parse_arrays
from recommender.model.golden import check_golden, golden_propensities
from recommender.model.manifest import FORMAT, digest_of, parse_manifest
from recommender.model.model import Model
from recommender.model.parts import read_catalogue, read_features
from recommender.model.signing import SIGNATURE, check_signature
from recommender.policy import Rule
from recommender.ranking.scorecard import Scorecard

__all__ = ["check_folder", "load_model", "newest_version", "save_model"]

MANIFEST = "manifest.json"
ARRAYS = "scorecard.npz"
PICKLED = "estimator"
MAX_MANIFEST_BYTES = 16 << 20
MAX_ARCHIVE_BYTES = 1 << 30
MAX_SIGNATURE_BYTES = 1 << 10
MAX_NAME = 1000
REGISTRY = "models:/"
_PACKAGES = ("recommender", "numpy", "pyarrow", "scikit-learn", "lightgbm")


def save_model(model: Model, folder: str | Path) -> Path:
    """Write `model` as the next version in `folder`, whole or not at all.

    Returns
    -------
    Path
        The folder of the version, `<folder>/<version>`; its name is the model's version from now on, and the name
        of `folder` is the model's name.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    home = Path(folder)
    with writing("the model", home):
        home.mkdir(parents=True, exist_ok=True)
        return _write_next(replace(model, name=home.name), home)


def load_model(
    path: str | Path, rules: Sequence[Rule] = (), *, trusted_keys: Sequence[str] = (), trust: bool = False
) -> Model:
    """Read and verify a model; nothing that comes with it is run, unless the caller trusts it.

    In this order: the exact set of files, their sizes, the signature where keys are named, the manifest's own digest
    and format, the sha256 of the arrays, every value's range, and the golden propensities of training time,
    reproduced.

    Parameters
    ----------
    path
        The folder of a version, or the folder of a name, whose newest version is then read; or a model of an MLflow
        registry, such as "models:/cross-sell@champion", which is downloaded and then goes the same way.
    rules
        The operator's own rules, in force after those of the package. Every rule that the model was saved with has
        to be among them, by its reason; its settings may have changed since.
    trusted_keys
        Public keys, each as `ed25519:` and 64 hexadecimal digits. With any, a model that none of them has signed is
        refused. They are the operator's (`[trust] keys` in recommender.toml) and never come from the model.
    trust
        Load the pickled classifiers of a `ClassifierRanker` too, which runs what they say; a model that holds any is
        refused without.

    Raises
    ------
    ModelError
        If there is no model, or anything about it is other than when it was written.
    """
    if not isinstance(path, str | Path):
        raise ModelError(f"A model or the folder of one was needed, {type(path).__name__} came.")
    if str(path).startswith(REGISTRY):
        with _downloaded(str(path)) as folder:
            return _load(folder, tuple(rules), trusted_keys, trust=trust)
    return _load(newest_version(Path(path)), tuple(rules), trusted_keys, trust=trust)


def check_folder(folder: Path, trusted_keys: Sequence[str] = ()) -> tuple[dict[str, Any], bytes]:
    """Return the manifest and the bytes of the arrays of one version, whole and as they were written."""
    _check_files(folder)
    signed = _read(folder / MANIFEST, MAX_MANIFEST_BYTES)
    if trusted_keys:
        check_signature(signed, _signature(folder), trusted_keys)
    manifest = parse_manifest(signed)
    content = _read(folder / ARRAYS, MAX_ARCHIVE_BYTES)
    if manifest["files"] != {ARRAYS: digest_of(content)}:
        raise ModelError(f"{folder.name}/{ARRAYS}: it is not the file that the manifest names; its sha256 differs.")
    return manifest, content


def _load(folder: Path, rules: tuple[Rule, ...], trusted_keys: Sequence[str], *, trust: bool) -> Model:
    manifest, content = check_folder(folder, trusted_keys)
    scorecard = _scorecard(parse_arrays(content), trust=trust)
    check_golden(scorecard, manifest["golden"])
    model = _model(manifest, scorecard, rules)
    _check_rules(manifest, model)
    return model


def _scorecard(arrays: Mapping[str, Any], *, trust: bool) -> Scorecard:
    if PICKLED not in arrays:
        return Scorecard.from_arrays(arrays)
    if not trust:
        raise ModelError(
            "The model holds classifiers that joblib pickled, and loading them runs what they say; where you trust "
            "whoever made it, load_model(path, trust=True)."
        )
    # scikit-learn is needed by such a model alone
    card: Scorecard = import_module("recommender.ranking.classifier_card").ClassifierCard.from_arrays(arrays)
    return card


def _downloaded(uri: str) -> AbstractContextManager[Path]:
    # The one import that goes up: only a name in a registry needs MLflow, and what it brings is verified like a folder.
    room = import_module("recommender.tracking")
    folder: AbstractContextManager[Path] = room.downloaded(uri)
    return folder


def _write_next(model: Model, home: Path) -> Path:
    while True:
        target = home / str(max(_versions(home), default=0) + 1)
        staging = Path(tempfile.mkdtemp(prefix=".writing-", dir=home))
        try:
            _write_files(replace(model, version=target.name), staging)
            staging.chmod(0o755)
            staging.rename(target)
        except OSError as error:
            if error.errno not in {errno.EEXIST, errno.ENOTEMPTY}:
                raise
            continue
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        sync_folder(home)
        return target


def _write_files(model: Model, folder: Path) -> None:
    content = dump_arrays(model.scorecard.to_arrays())
    _write(folder / ARRAYS, content)
    _write(folder / MANIFEST, dump_document(_manifest(model, {ARRAYS: digest_of(content)})))
    sync_folder(folder)


def _manifest(model: Model, files: Mapping[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": model.name,
        "version": model.version,
        "files": dict(files),
        "versions": {"python": platform.python_version()} | {name: metadata.version(name) for name in _PACKAGES},
        "features": [asdict(feature) for feature in model.features],
        "catalogue": model.catalogue.to_rows(),
        "config": replace(model.config, trust=Trust()).to_dict(),
        "training": dict(model.training),
        "policy": _policy(model),
        "golden": golden_propensities(model.scorecard).tolist(),
    }


def _model(manifest: Mapping[str, Any], scorecard: Scorecard, rules: tuple[Rule, ...]) -> Model:
    try:
        model = Model(
            name=_named(manifest, "name"),
            version=_named(manifest, "version"),
            scorecard=scorecard,
            catalogue=read_catalogue(manifest["catalogue"]),
            config=Config.from_dict(manifest["config"]),
            features=read_features(manifest["features"]),
            training=dict(manifest["training"]),
            rules=rules,
        )
        _check_whole(model)
    except (ConfigError, DataError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise ModelError(f"{MANIFEST}: {error}") from error
    return model


def _named(manifest: Mapping[str, Any], key: str) -> str:
    if not isinstance(manifest[key], str) or len(manifest[key]) > MAX_NAME:
        raise ModelError(f"{MANIFEST}: {key} must be a text of at most {MAX_NAME} characters.")
    return str(manifest[key])


def _check_whole(model: Model) -> None:
    """Find out now, and not at the first decision, whether the parts fit each other and the rules can be built."""
    ranked = {*model.scorecard.products, *model.scorecard.held_products}
    if lacking := sorted(ranked - model.catalogue.position.keys()):
        raise ModelError(f"{MANIFEST}: the catalogue lacks products that the scorecard ranks: {lacking[:5]}.")
    if unsaid := sorted(set(model.scorecard.features) - model.words.features.keys()):
        raise ModelError(f"{MANIFEST}: no words are there for features that the scorecard reads: {unsaid[:5]}.")
    _ = model.policy


def _policy(model: Model) -> dict[str, Any]:
    """Say what a reader of the manifest has to know of the policy besides the settings."""
    policy = model.policy
    return {
        "own_rules": [rule.reason for rule in model.rules],
        "switched_off": list(policy.switched_off),
        "waivers": list(policy.waivers),
    }


def _check_rules(manifest: Mapping[str, Any], model: Model) -> None:
    named = manifest["policy"]
    own = named.get("own_rules") if isinstance(named, Mapping) else None
    if not isinstance(own, list) or not all(isinstance(reason, str) for reason in own):
        raise ModelError(f"{MANIFEST}: it does not say which rules of the operator belong to the model.")
    if lacking := sorted(set(own) - {rule.reason for rule in model.rules}):
        raise ModelError(
            f"{MANIFEST}: the operator's own rules {lacking[:5]} belong to the model; hand them in by "
            "load_model(path, rules=...)."
        )


def newest_version(path: Path) -> Path:
    """Return `path` where it is a model, or else the newest version in it."""
    if not path.is_dir():
        raise ModelError(f"{path}: there is no model folder.")
    if (path / MANIFEST).exists():
        return path
    if not (versions := _versions(path)):
        raise ModelError(f"{path}: neither a model ({MANIFEST}) nor a folder of versions (1, 2, ...) is here.")
    return path / str(max(versions))


def _versions(home: Path) -> list[int]:
    """Return the versions in `home`: folders, and no links to any, that are named by a number as we write it."""
    named = [entry for entry in home.iterdir() if entry.name.isascii() and entry.name.isdecimal()]
    return [int(one.name) for one in named if one.name == str(int(one.name)) and one.is_dir() and not one.is_symlink()]


def _check_files(folder: Path) -> None:
    entries = list(folder.iterdir())
    if odd := sorted(entry.name for entry in entries if entry.is_symlink() or not entry.is_file()):
        raise ModelError(f"{folder}: plain files were needed, these are links or folders: {odd[:5]}.")
    if (found := {entry.name for entry in entries}) - {SIGNATURE} != {MANIFEST, ARRAYS}:
        raise ModelError(f"{folder}: exactly {ARRAYS} and {MANIFEST} were needed, {sorted(found)[:5]} came.")


def _signature(folder: Path) -> bytes | None:
    path = folder / SIGNATURE
    return _read(path, MAX_SIGNATURE_BYTES) if path.exists() else None


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else None
    except OSError as error:
        raise ModelError(f"{path.name}: it cannot be read ({error.strerror or error}).") from error
    if content is None or len(content) > most:
        raise ModelError(f"{path.name}: at most {most} bytes are read, the file is larger.")
    return content


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
