"""A simulated operator, whose true probabilities are known, judged on its next month."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from contestants import OWN
from environment import PINS
from job import Job
from ours import OURS

import recommender
from recommender.config import Training
from recommender.evaluation import Examples, Judged, Judging, TimeSplit, examples_at, learn, summarise
from recommender.simulation import simulate
from recommender.tables import read_tables

OPERATOR = "operator"
ACCOUNTS = 8_000
QUICK_ACCOUNTS = 300
CUT_OFFS = 7
# each takes some minutes
MOST_SEEDS = 3
SHOWN = ("ndcg@3", "ndcg@3_of_oracle", "ece", "slope", "auc")


def judge_operator(seeds: Sequence[int], job: Job) -> pd.DataFrame:
    """Return one row per ranker and seed; the operator of a seed is another one, and so are its accounts."""
    return pd.DataFrame(row for seed in seeds if seed < MOST_SEEDS for row in _judge(seed, job))


def n_accounts(*, quick: bool) -> int:
    return QUICK_ACCOUNTS if quick else ACCOUNTS


def folder_of(seed: int, job: Job) -> Path:
    """Return where the operator of a seed is kept, or will be."""
    return job.build / "operators" / f"{seed}-{n_accounts(quick=job.quick)}-{_digest()}"


def months_of(seed: int, job: Job) -> tuple[Examples, Examples, pd.DataFrame]:
    """Return the months of an operator to learn from, the next month, and the true probabilities."""
    split = TimeSplit.before(
        pd.Timestamp("2026-07-01", tz="Europe/Berlin").to_pydatetime(), Training(cut_offs=CUT_OFFS)
    )
    examples, truth = _examples(folder_of(seed, job), split, n_accounts(quick=job.quick), seed)
    fold = split.folds(1)[0]
    return examples.at(fold.train), examples.at([fold.test]), truth


def _judge(seed: int, job: Job) -> Iterator[dict[str, Any]]:
    folder = folder_of(seed, job)
    answers = {name: folder / f"{name}-{OWN.digest(PINS)}.json" for name in OURS}
    if not (job.asks or any(answer.exists() for answer in answers.values())):
        return
    train, test, truth = months_of(seed, job)
    for name, answer in answers.items():
        if job.asks and not answer.exists():
            _ask(answer, OURS[name](seed), train, test)
        if answer.exists():
            said, words = np.load(answer.with_suffix(".npy")), json.loads(answer.read_text())
            judged = summarise({name: (Judged(name, test, said),)}, Judging(resamples=2, truth=truth))
            pooled = judged[judged["product_id"].isna() & judged["cut_off"].isna()].set_index("metric")["value"]
            yield {"contestant": name, "seed": seed, **pooled[list(SHOWN)].to_dict(), "fit s": words["fit_s"]}


def _digest() -> str:
    """Change with whatever makes the operator, or reads it."""
    made_by = [path for room in ("simulation", "usage", "snapshots", "tables", "labels.py", "evaluation/examples.py")
               for path in _sources(Path(recommender.__file__).parent / room)]  # fmt: skip
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:12]


def _sources(room: Path) -> list[Path]:
    return sorted(room.rglob("*.py")) if room.is_dir() else [room]


def _examples(folder: Path, split: TimeSplit, accounts: int, seed: int) -> tuple[Examples, pd.DataFrame]:
    kept = folder / "examples.parquet"
    if not kept.exists():
        print(f"{folder.name}: simulate {accounts} accounts and describe them at {CUT_OFFS} moments", flush=True)
        simulate(folder / "operator", accounts=accounts, months=CUT_OFFS + 3, seed=seed)
        _save(examples_at(read_tables(folder / "operator"), split.cut_offs, horizon_days=split.horizon_days), kept)
    truth = pd.read_parquet(folder / "operator" / "truth" / "take_up_probability.parquet")
    return _load(kept), truth


def _save(examples: Examples, path: Path) -> None:
    parts = {"x:": examples.X, "y:": examples.y, "h:": examples.held}
    whole = pd.concat([part.add_prefix(prefix) for prefix, part in parts.items()], axis=1)
    whole.assign(account_id=examples.account_id, cut_off=examples.cut_off).to_parquet(path)


def _load(path: Path) -> Examples:
    whole = pd.read_parquet(path, dtype_backend="pyarrow")

    def part(prefix: str) -> pd.DataFrame:
        names = [name for name in whole if name.startswith(prefix)]
        return whole[names].rename(columns=lambda name: name.removeprefix(prefix))

    flags = (part("y:").astype(bool), part("h:").astype(bool))
    cut_off = pd.to_datetime(whole["cut_off"].astype("datetime64[us, UTC]"))
    return Examples(part("x:"), *flags, whole["account_id"].astype(object), cut_off)


def _ask(answer: Path, ranker: Any, train: Examples, test: Examples) -> None:
    print(f"{answer.parent.name}: {type(ranker).__name__}", flush=True)
    start = process_time()
    say = learn(ranker, train)
    fit_s = process_time() - start
    np.save(answer.with_suffix(".npy"), say(test))
    answer.write_text(json.dumps({"fit_s": fit_s}))
