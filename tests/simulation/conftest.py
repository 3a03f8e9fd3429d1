from pathlib import Path

import pytest

from recommender.simulation import simulate


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 accounts over six months."""
    folder = tmp_path_factory.mktemp("simulation") / "operator"
    simulate(folder, accounts=400, seed=1)
    return folder
