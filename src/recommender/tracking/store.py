"""Where runs and registered models are kept, and MLflow itself, imported when it is first needed."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from recommender.errors import OutputError
from recommender.extras import load_extra

__all__ = ["DEFAULT_URI", "Store", "client_of", "mlflow", "refusals"]

DEFAULT_URI: Final = "sqlite:///mlflow.db"
_SQLITE: Final = "sqlite"


@dataclass(frozen=True)
class Store:
    """A tracking store with its registry, and the experiment that runs are written to.

    Without `uri`, what MLflow itself is set to (`MLFLOW_TRACKING_URI`) holds, and otherwise a SQLite file, `mlflow.db`,
    in the folder where one stands.
    """

    uri: str = ""
    experiment: str = "recommender"

    @property
    def address(self) -> str:
        """The tracking URI in force."""
        if self.uri:
            return self.uri
        return str(mlflow().get_tracking_uri()) if _is_set() else DEFAULT_URI

    @property
    def registry(self) -> str:
        """The registry that belongs to it: its own, or what MLflow is set to where the store is not named here."""
        return self.address if self.uri else str(mlflow().get_registry_uri() if _is_set() else DEFAULT_URI)

    @property
    def artifacts(self) -> str | None:
        """Where a new experiment keeps its files: beside a SQLite file; a server knows its own place."""
        parts = urlsplit(self.address)
        if parts.scheme != _SQLITE:
            return None
        file = Path(unquote(parts.path.removeprefix("/")))
        return (file.parent / "mlartifacts").resolve().as_uri()


def mlflow() -> Any:
    """Return MLflow.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own type hints and of what it imports
        load_extra("mlflow.pyfunc", needs="mlflow", extra="mlflow")
        return import_module("mlflow")


def _is_set() -> bool:
    return bool(mlflow().is_tracking_uri_set())


def client_of(store: Store) -> Any:
    """Return a client of the store; no global setting of MLflow is touched."""
    address, package = store.address, mlflow()
    # the SQLite store tells of every migration of its tables, a hundred lines at its first use
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # MLflow asks SQLAlchemy for what its next release drops
        return package.MlflowClient(tracking_uri=address, registry_uri=store.registry)


@contextmanager
def refusals(what: str) -> Iterator[None]:
    """Turn what MLflow says into one sentence.

    Raises
    ------
    OutputError
        If MLflow refuses, or cannot be reached.
    """
    refused = mlflow().exceptions.MlflowException
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # MLflow asks pandas for what its next release drops
            yield
    except refused as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise OutputError(f"MLflow: {what} is not possible ({said}).") from error
