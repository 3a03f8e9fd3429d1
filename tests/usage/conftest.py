"""One indicator of one account."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.config import Config
from recommender.snapshots import build, build_snapshot
from recommender.tables import Tables
from recommender.usage import INDICATORS, summaries

Ask = Callable[..., Any]

AS_OF = "2026-07-01T00:00+00:00"
_BY_NAME = {indicator.name: indicator for indicator in INDICATORS}


@pytest.fixture(scope="session")
def ask(small_tables: Callable[..., Tables]) -> Ask:
    """Return a function that computes indicators of account "a" at the start of July 2026, UTC, from rows.

    It leaves out the facts of a snapshot, which take longer to plan than an indicator.
    """

    def compute(*names: str, as_of: str = AS_OF, config: Config | None = None, **rows: Any) -> Any:
        tables = small_tables(config=config, **rows)
        known = build._known(tables, tables.config.moment(as_of), None)
        found: dict[str, Any] = {}
        for piece in summaries(known, [_BY_NAME[name] for name in names]):
            found |= next(iter(piece.to_pyarrow().to_pylist()), {})
        values = tuple(found.get(name) for name in names)
        return values if len(names) > 1 else values[0]

    return compute


@pytest.fixture(scope="session")
def bands_of(small_tables: Callable[..., Tables]) -> Callable[..., dict[str, str]]:
    """Return a function that tells in which band a call at each of several moments (UTC) counts."""
    shares = {f"share_{band}_calls_90d": band for band in ("daytime", "evening", "night", "weekend")}

    def tell(*moments: str, as_of: str = AS_OF) -> dict[str, str]:
        accounts = [{"account_id": at, "opened_at": "2020-01-01"} for at in moments]
        calls = [{"account_id": at, "started_at": at, "duration_s": 1, "direction": "out"} for at in moments]
        tables = small_tables(accounts=accounts, calls=calls)
        rows = build_snapshot(tables, as_of, indicators=[_BY_NAME[name] for name in shares]).to_pylist()
        return {row["account_id"]: band for row in rows for name, band in shares.items() if row[name] == 1}

    return tell
