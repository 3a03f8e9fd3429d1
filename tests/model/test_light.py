import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from recommender.model import load_model

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
    "recommender.scoring.served",
    "recommender.tracking",
)
# Raises on import of any distribution that is not among those that a decision needs.
ALONE = """
import sys
from importlib.metadata import packages_distributions

allowed = {"numpy", "pyarrow", "recommender"} | set(sys.stdlib_module_names)
others = {name for name in packages_distributions() if name not in allowed}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in others:
            raise ImportError("refused: " + name)

sys.meta_path.insert(0, Refuse())
assert "sklearn" in others and "pandas" in others and "ibis" in others
"""


@pytest.mark.parametrize("room", ROOMS)
def test_what_decides_imports_numpy_and_pyarrow_alone(room):
    code = f"import sys, {room}; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_where_only_numpy_and_pyarrow_are_installed_a_model_is_loaded_and_decides(trained, rows, until, tmp_path):
    pq.write_table(rows, tmp_path / "snapshot.parquet")
    code = f"""{ALONE}
from datetime import datetime
import pyarrow.parquet as pq
from recommender import load_model

model = load_model({str(trained)!r})
rows = pq.read_table({str(tmp_path / "snapshot.parquet")!r})
decision = model.decide(rows, decided_at=datetime.fromisoformat({until.isoformat()!r}))
print(decision.offers.num_rows, sorted(set(sys.modules) & set({HEAVY!r})))
"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False, env={})
    expected = load_model(trained).decide(rows, decided_at=until).offers.num_rows
    assert expected > 100
    assert done.stdout.strip() == f"{expected} []", done.stderr


def test_predict_on_a_snapshot_imports_no_learner_no_engine_and_no_mlflow(trained, rows, until, tmp_path):
    pq.write_table(rows, tmp_path / "snapshot.parquet")
    code = f"""
import sys
from recommender import predict

offers = predict({str(tmp_path / "snapshot.parquet")!r}, {str(trained)!r}, as_of={until.isoformat()!r})
print(len(offers) > 100, sorted(set(sys.modules) & {{"mlflow", "sklearn", "duckdb", "ibis", "lightgbm"}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True []"


def test_the_package_by_itself_imports_not_even_numpy():
    code = "import sys, recommender; print(sorted(set(sys.modules) & {'numpy', 'pyarrow', 'rich', 'typer'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
