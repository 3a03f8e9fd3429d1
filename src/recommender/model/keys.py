"""Whose models an operator trusts: the keys of the settings that belong to a source."""

from pathlib import Path
from typing import Any

from recommender.config import Config, settings_in
from recommender.model.folder import load_model
from recommender.model.model import Model

__all__ = ["trusted_keys", "trusted_model"]


def trusted_model(model: Model | str | Path, source: Any) -> Model:
    """Return `model`, loaded where it is a folder, by the keys that belong to `source`.

    Raises
    ------
    ConfigError
        If the settings of `source` cannot be read.
    ModelError
        If the folder is no whole model, or not signed by a key that the settings trust.
    """
    return model if isinstance(model, Model) else load_model(model, trusted_keys=trusted_keys(source))


def trusted_keys(source: Any) -> tuple[str, ...]:
    """Return `[trust] keys` of the tables, or of the settings file in the folder, or beside the snapshot file.

    Raises
    ------
    ConfigError
        If that file is no settings file.
    """
    config = getattr(source, "config", None)
    if isinstance(config, Config):
        return config.trust.keys
    if not isinstance(source, str | Path):
        return ()
    beside = settings_in(Path(source) if Path(source).is_dir() else Path(source).parent)
    return beside.trust.keys if beside else ()
