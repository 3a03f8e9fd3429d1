"""From a source to canonical tables."""

from pathlib import Path
from typing import Any

from recommender.config import Config, read_config
from recommender.errors import ContractError, DataError
from recommender.tables.drafts import draft
from recommender.tables.sources import open_source
from recommender.tables.table import Tables

__all__ = ["read_tables"]


def read_tables(source: Any, config: Config | None = None, *, check: bool = True) -> Tables:
    """Read raw tables."""
    settings = config or settings_beside(source)
    opened = open_source(source, settings)
    drafts = {name: draft(name, raw, settings) for name, raw in opened.tables.items()}
    problems = [*opened.problems, *(problem for one in drafts.values() for problem in one.problems)]
    if problems:
        raise ContractError(problems)
    recorded = frozenset(name for name, one in drafts.items() if one.is_recorded)
    return Tables({name: one.table for name, one in drafts.items()}, settings, recorded)


def settings_beside(source: Any) -> Config:
    """Return the settings in the `recommender.toml` of a folder, or the defaults."""
    path = Path(source) / "recommender.toml" if isinstance(source, str | Path) else None
    return read_config(path) if path and path.is_file() else Config()
