"""What the room shows, and what it costs to import."""

import subprocess
import sys

import recommender.policy
from recommender.policy import RULES

HEAVY = ("pandas", "sklearn", "ibis", "duckdb", "lightgbm", "mlflow")


def test_the_surface_is_sorted_and_there() -> None:
    names = recommender.policy.__all__
    assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert all(hasattr(recommender.policy, name) for name in names)
    assert {rule.__name__ for rule in RULES} <= set(names)


def test_deciding_needs_numpy_and_pyarrow_alone() -> None:
    code = (
        "import sys, recommender.policy, recommender.offers, recommender.bill;"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
