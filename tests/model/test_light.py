import subprocess
import sys

import pytest

HEAVY = ("pandas", "sklearn", "lightgbm", "mlflow", "ibis", "duckdb", "joblib", "scipy")
ROOMS = (
    "recommender",
    "recommender.model",
    "recommender.policy",
    "recommender.offers",
    "recommender.bill",
    "recommender.reasons",
    "recommender.ranking.scorecard",
    "recommender.scoring",
)


@pytest.mark.parametrize("room", ROOMS)
def test_what_decides_imports_numpy_and_pyarrow_alone(room):
    code = f"import sys, {room}; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
