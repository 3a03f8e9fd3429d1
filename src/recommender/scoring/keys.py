"""Whose models an operator trusts: the keys of the settings that belong to a source."""

from pathlib import Path
from typing import Any

from recommender.config import SETTINGS_FILE, Config, read_config

__all__ = ["trusted_keys"]


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
    home = Path(source) if Path(source).is_dir() else Path(source).parent
    return read_config(home / SETTINGS_FILE).trust.keys if (home / SETTINGS_FILE).is_file() else ()
