"""Nothing in the package unpickles or evaluates what it reads; the linter agrees."""

import ast
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import recommender
from recommender.errors import ModelError
from recommender.files import dump_document
from recommender.model import load_model, save_model
from recommender.model.arrays import dump_arrays
from recommender.model.folder import PICKLED
from recommender.model.manifest import digest_of

SOURCE = Path(recommender.__file__).parent
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "marshal",
    "shelve",
    "jsonpickle",
    "joblib.numpy_pickle",
}
# A data scientist's own classifier, which load_model reads only where the caller says trust=True.
TRUSTED = {"ranking/classifier_card.py": {"joblib.load"}}
CALLS = {"eval", "exec", "compile", "__import__"}


def wrongs(text):
    """Return what in a module's text could run what it reads."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} & MODULES
            found |= {"joblib.load"} if node.module == "joblib" and "load" in {a.name for a in node.names} else set()
        elif isinstance(node, ast.Call):
            found |= _wrong_call(node)
    return found


def _wrong_call(node):
    name = ast.unparse(node.func)
    arguments = {keyword.arg: keyword.value for keyword in node.keywords}
    allows = arguments.get("allow_pickle")
    found = {name} if name in CALLS or name.endswith(("joblib.load", ".read_pickle", "torch.load")) else set()
    if name.endswith(("np.load", "numpy.load")) or allows is not None:
        is_safe = isinstance(allows, ast.Constant) and allows.value is False
        found |= set() if is_safe else {f"{name} without allow_pickle=False"}
    return found


def test_no_module_unpickles_or_evaluates_what_it_reads():
    texts = {path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    assert len(texts) > 100
    assert {name: wrong for name, text in texts.items() if (wrong := wrongs(text))} == TRUSTED


def test_the_one_place_that_unpickles_is_reached_through_the_word_of_the_caller():
    named = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "classifier_card" in path.read_text(encoding="utf-8")
    }
    assert named == {"model/folder.py", "ranking/classifier_ranker.py"}
    folder = (SOURCE / "model" / "folder.py").read_text(encoding="utf-8")
    refusal, import_of_it = (
        folder.index("    if not trust:\n        raise ModelError("),
        folder.index("classifier_card"),
    )
    assert refusal < import_of_it


def test_a_pickle_in_a_model_is_refused_before_it_is_read(model, tmp_path):
    class Runs:
        def __reduce__(self):
            return Path.touch, (tmp_path / "ran",)

    arrays = model.scorecard.to_arrays() | {PICKLED: np.frombuffer(pickle.dumps(Runs()), np.uint8)}
    folder = save_model(model, tmp_path / "cross-sell")
    content = dump_arrays(arrays)
    (folder / "scorecard.npz").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    del manifest["digest"]
    forged = manifest | {"files": {"scorecard.npz": digest_of(content)}}
    (folder / "manifest.json").write_bytes(dump_document(forged))
    with pytest.raises(ModelError, match="trust=True"):
        load_model(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib\njoblib.load(path)",
        "from joblib import load",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.lib.format.read_array(file, allow_pickle=flag)",
        "pd.read_pickle(path)",
        "eval(text)",
    ],
)
def test_the_search_finds_what_would_run_something(text):
    assert wrongs(text)


def test_the_linter_refuses_unpickling(tmp_path):
    (tmp_path / "wrong.py").write_text("import pickle\n\npickle.loads(b'')\n")
    settings = SOURCE.parents[1] / "pyproject.toml"
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--config", settings, tmp_path / "wrong.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "S301" in done.stdout
