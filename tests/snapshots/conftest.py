"""One row of a snapshot, without indicators."""

from collections.abc import Callable
from typing import Any

import pytest

from recommender.config import Config
from recommender.snapshots import build_snapshot
from recommender.tables import Tables

AS_OF = "2026-07-01T00:00+00:00"


@pytest.fixture(scope="session")
def facts(small_tables: Callable[..., Tables]) -> Callable[..., dict[str, Any]]:
    """Return a function that gives the facts of account "a" at the start of July 2026, UTC, from rows."""

    def of(*, as_of: str = AS_OF, config: Config | None = None, **rows: Any) -> dict[str, Any]:
        return build_snapshot(small_tables(config=config, **rows), as_of, indicators=()).to_pylist()[0]

    return of
