"""One folder in which every command and snippet of the pages runs: data, a model, a snapshot, complaints."""

import shutil
from pathlib import Path

import pytest

import recommender
from recommender.ranking import RANKERS, ScorecardRanker


@pytest.fixture
def _quick_default(monkeypatch):
    """Let the default ranker grow little: it is the words of the pages that are tested, not how well it ranks."""
    quick = ScorecardRanker(max_pairs=1, max_triples=0, n_folds=2, max_trees=5)
    monkeypatch.setitem(RANKERS, "scorecard", lambda _training: quick)


@pytest.fixture(scope="session")
def workshop(operator, trained, tables, until, tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("workshop")
    shutil.copytree(operator, folder / "data")
    settings = folder / "data" / "recommender.toml"
    quick = settings.read_text(encoding="utf-8").replace("[training]", "[training]\ncut_offs = 3")
    settings.write_text(quick, encoding="utf-8")
    shutil.copytree(trained, folder / "models" / "cross-sell")
    recommender.write_snapshot(tables, until, folder / "snapshot.parquet")
    account = tables["accounts"].account_id.min().to_pyarrow().as_py()
    line = f"c1,{account},2026-06-30T20:00:00Z,,open"
    text = f"complaint_id,account_id,opened_at,resolved_at,status\n{line}\n"
    (folder / "complaints.csv").write_text(text, encoding="utf-8")
    return folder
