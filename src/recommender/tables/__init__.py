"""The border: raw tables are read, checked and brought to one form here, and cut at a moment."""

from recommender.tables.casts import as_flag
from recommender.tables.clock import local_time, utc_time
from recommender.tables.engine import fetch, is_on_duckdb, kept
from recommender.tables.known import catalogue, known_until
from recommender.tables.reading import check_tables, propose_settings, read_tables
from recommender.tables.table import Tables

__all__ = [
    "Tables",
    "as_flag",
    "catalogue",
    "check_tables",
    "fetch",
    "is_on_duckdb",
    "kept",
    "known_until",
    "local_time",
    "propose_settings",
    "read_tables",
    "utc_time",
]
