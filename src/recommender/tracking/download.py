"""Models of a registry as folders, which only the verified loader reads: MLflow's own run what an artefact names."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from recommender.errors import ModelError
from recommender.model import Model, load_model
from recommender.tracking.registry import champion_version
from recommender.tracking.store import Store, client_of, mlflow, refusals

__all__ = ["champion", "downloaded", "load_version"]


@contextmanager
def downloaded(uri: str, store: Store | None = None) -> Iterator[Path]:
    """Give the model folder that `uri` names, for as long as the block lasts.

    Parameters
    ----------
    uri
        `models:/<name>@<alias>`, `models:/<name>/<version>`, or `models:/<id>` of a model that a run logged.

    Raises
    ------
    OutputError
        If there is no such model, or MLflow cannot be reached.
    ModelError
        If what is registered is no model of this package.
    """
    where = store or Store()
    with tempfile.TemporaryDirectory(prefix="recommender-") as home:
        with refusals(f"downloading {uri}"):
            found = mlflow().artifacts.download_artifacts(
                artifact_uri=_location(uri, where), dst_path=home, tracking_uri=where.address
            )
        yield _model_folder(Path(found), uri)


def champion(name: str, store: Store | None = None, trusted_keys: Sequence[str] = ()) -> Model | None:
    """Return the model that bears the alias `champion`, verified; None where none does."""
    version = champion_version(name, store)
    return None if version is None else load_version(name, version, store, trusted_keys)


def load_version(name: str, version: str, store: Store | None = None, trusted_keys: Sequence[str] = ()) -> Model:
    """Return a version of a registered model, verified."""
    with downloaded(f"models:/{name}/{version}", store) as folder:
        return load_model(folder, trusted_keys=trusted_keys)


def _location(uri: str, store: Store) -> str:
    """Ask the registry of `store` where the artefact lies; MLflow's own look-up asks the one that is set globally."""
    client, (name, _, rest) = client_of(store), uri.removeprefix("models:/").strip("/").partition("/")
    if rest:
        return str(client.get_model_version_download_uri(name, rest))
    name, has_alias, alias = name.partition("@")
    if not has_alias:
        return str(client.get_logged_model(name).artifact_location)
    return str(client.get_model_version_download_uri(name, client.get_model_version_by_alias(name, alias).version))


def _model_folder(found: Path, uri: str) -> Path:
    data = found / "data"
    entries = [] if data.is_symlink() or not data.is_dir() else sorted(data.iterdir())
    if len(entries) != 1 or entries[0].is_symlink():
        raise ModelError(f"{uri}: a model of this package was needed, with one folder under `data`; another came.")
    return entries[0]
