"""Versions of a registered model, and which of them is the champion."""

from typing import Any, Final

from recommender.errors import OutputError
from recommender.tracking.store import Store, client_of, mlflow, refusals

__all__ = ["CHAMPION", "add_version", "champion_version", "promote", "promote_over", "rollback", "version_of"]

CHAMPION: Final = "champion"
_BEFORE: Final = "champion_before"
_MISSING: Final = frozenset({"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"})


def promote(name: str, version: str, store: Store | None = None) -> str | None:
    """Make `version` the champion and return the one that it follows; None where there was none.

    Raises
    ------
    OutputError
        If there is no such version.
    """
    client = client_of(store or Store())
    with refusals(f"promoting {name} {version}"):
        before = version_of(client, name, CHAMPION)
        if before != version:
            client.set_model_version_tag(name, version, _BEFORE, before or "")
            client.set_registered_model_alias(name, CHAMPION, version)
    return before


def promote_over(name: str, version: str, beaten: str | None, store: Store | None = None) -> None:
    """Make `version` the champion if the one that it was judged beside still is; None: if there still is none.

    Raises
    ------
    OutputError
        If another became the champion meanwhile, or there is no such version.
    """
    if (now := champion_version(name, store)) != beaten:
        raise OutputError(
            f"{name}: version {version} was judged beside {_named(beaten)}, but the champion is {_named(now)} by now, "
            "and stays; train again, to be judged beside that."
        )
    promote(name, version, store)


def _named(version: str | None) -> str:
    return "none" if version is None else f"version {version}"


def champion_version(name: str, store: Store | None = None) -> str | None:
    """Return the version that is the champion; None where none is."""
    with refusals(f"asking for the champion of {name}"):
        return version_of(client_of(store or Store()), name, CHAMPION)


def rollback(name: str, store: Store | None = None) -> tuple[str, str]:
    """Make the version that was champion before this one champion again.

    Returns
    -------
    tuple of str
        The version that steps down and the version that is champion now.

    Raises
    ------
    OutputError
        If there is no champion, or none before it.
    """
    client = client_of(store or Store())
    with refusals(f"rolling {name} back"):
        now = version_of(client, name, CHAMPION)
        if now is None:
            raise OutputError(f"{name}: no version bears the alias {CHAMPION!r}, so there is none to roll back from.")
        before = client.get_model_version(name, now).tags.get(_BEFORE)
        if not before:
            raise OutputError(f"{name}: version {now} is the first champion; there is none before it.")
        client.set_registered_model_alias(name, CHAMPION, before)
    return now, before


def version_of(client: Any, name: str, alias: str) -> str | None:
    """Return the version that bears `alias`; None where none does, or there is no such model."""
    try:
        return str(client.get_model_version_by_alias(name, alias).version)
    except mlflow().exceptions.MlflowException as error:
        if error.error_code in _MISSING:
            return None
        raise


def add_version(client: Any, name: str, source: Any, run_id: str, tags: dict[str, str]) -> str:
    """Register a logged model as the next version of `name`."""
    try:
        client.create_registered_model(name)
    except mlflow().exceptions.MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    made = client.create_model_version(
        name, source=source.artifact_location, run_id=run_id, tags=tags, model_id=source.model_id
    )
    return str(made.version)
