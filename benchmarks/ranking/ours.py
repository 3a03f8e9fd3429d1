"""The package's own rankers on a task, as they come: `python ours.py TASK OUT NAME...`; see `peers.py`."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
import pandas as pd

from recommender.ranking import (
    BoostedRanker,
    CoHoldingRanker,
    LogisticRanker,
    PopularityRanker,
    ScorecardRanker,
    hide_one,
)

OURS: Mapping[str, Callable[[int], Any]] = {
    "PopularityRanker": lambda _seed: PopularityRanker(),
    "CoHoldingRanker": lambda _seed: CoHoldingRanker(),
    "LogisticRanker": lambda seed: LogisticRanker(random_state=seed, n_jobs=1),
    "BoostedRanker": lambda seed: BoostedRanker(random_state=seed, n_jobs=1),
    "ScorecardRanker": lambda seed: ScorecardRanker(random_state=seed, n_jobs=1),
}
SCORINGS = 3


def main(folder: Path, out: Path, names: list[str]) -> None:
    words = json.loads((folder / "words.json").read_text())
    train, test = (split(pd.read_parquet(folder / f"{part}.parquet")) for part in ("train", "test"))
    for name in names:
        said, answer = ask(OURS[name](words["seed"]), train, test, words["target"])
        np.save(out / f"{name}.npy", said)
        (out / f"{name}.json").write_text(json.dumps(answer))


def split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    features, held = ([name for name in frame if name.startswith(kind)] for kind in ("x:", "h:"))
    return frame[features].rename(columns=lambda name: name[2:]), frame[held].rename(columns=lambda name: name[2:])


def ask(
    ranker: Any, train: tuple[pd.DataFrame, pd.DataFrame], test: tuple[pd.DataFrame, pd.DataFrame], target: int | None
) -> tuple[np.ndarray, dict[str, Any]]:
    lessons = hide_one(*train) if target is None else (train[0], train[1].iloc[:, [target]])
    asked = test if target is None else test[:1]
    start = process_time()
    ranker.fit(*lessons)
    fit_s, scorings = process_time() - start, []
    for _ in range(SCORINGS):
        start = process_time()
        said = ranker.predict_proba(*asked).to_numpy(dtype=np.float64)
        scorings.append(process_time() - start)
    words = {"fit_s": fit_s, "score_s": min(scorings), "search_s": 0.0, "setting": {}, "is_probability": True}
    return said, words


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
