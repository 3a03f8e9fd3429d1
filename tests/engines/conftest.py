"""A small operator whose tables lie in several engines."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture(scope="session")
def raw(small_operator: Path) -> Mapping[str, pa.Table]:
    return {path.stem: pq.read_table(path) for path in sorted(small_operator.glob("*.parquet"))}
