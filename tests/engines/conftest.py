"""A small operator whose tables lie in several engines."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.config import Config


@pytest.fixture(scope="session")
def small_operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small_operator") / "data"
    recommender.simulate(path, accounts=40, seed=3)
    return path


@pytest.fixture(scope="session")
def raw(small_operator: Path) -> Mapping[str, pa.Table]:
    return {path.stem: pq.read_table(path) for path in sorted(small_operator.glob("*.parquet"))}


@pytest.fixture(scope="session")
def settings(small_operator: Path) -> Config:
    return recommender.read_config(small_operator / "recommender.toml")
