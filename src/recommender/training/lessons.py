"""What a ranker learns from, and what its calibration is checked on."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import NotEnoughDataError
from recommender.evaluation import Examples, TimeSplit, examples_of, feature_frame, held_frame, stack
from recommender.labels import take_up
from recommender.ranking import hide_one
from recommender.reasons import Feature
from recommender.schema import ACCOUNT, AS_OF, FACTS, HOLDINGS
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, catalogue

__all__ = ["Lesson", "Lessons", "hidden_lessons", "take_up_lessons"]

Progress = Callable[[int, int], None]
_LATER_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Lesson:
    """Rows to learn from, as a ranker's `fit` takes them: X (n, F), y and held (n, P), sample_weight (n,) or None."""

    X: pd.DataFrame
    y: pd.DataFrame
    held: pd.DataFrame
    sample_weight: Any = None


@dataclass(frozen=True, eq=False)
class Lessons:
    """What to fit on, what to calibrate on (None: nothing is left for it), and the words of the features."""

    fit: Lesson
    calibration: Lesson | None
    features: tuple[Feature, ...]

    @property
    def fingerprint(self) -> str:
        """The sha256 of every row learnt from, in hex; equal data have equal fingerprints."""
        digest = hashlib.sha256()
        for lesson in (self.fit, self.calibration):
            for frame in () if lesson is None else (lesson.X, lesson.y, lesson.held):
                digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return digest.hexdigest()


def take_up_lessons(tables: Tables, as_of: datetime, progress: Progress | None = None) -> Lessons:
    """Learn from the take-ups after several past moments; the last of them is kept for the calibration.

    Raises
    ------
    NotEnoughDataError
        If there is no take-up in any of the horizons.
    """
    training = tables.config.training
    split = TimeSplit.before(as_of, training)
    snapshots, parts = [], []
    later = tables.cut(as_of)
    for i, cut_off in enumerate(split.cut_offs):
        snapshots.append(build_snapshot(tables, cut_off))
        parts.append(examples_of(snapshots[-1], take_up(later, cut_off, split.horizon_days, split.gap_days)))
        if progress:
            progress(i + 1, len(split.cut_offs))
    _need_take_ups(parts)
    features = features_of(snapshots[-1], tables)
    if len(parts) == 1:
        return Lessons(_lesson(parts[0]), None, features)
    return Lessons(_lesson(stack(parts[:-1])), _lesson(parts[-1]), features)


def hidden_lessons(tables: Tables, as_of: datetime) -> Lessons:
    """Hide each product that an account holds in turn and learn to ask for it back, from one snapshot.

    A fifth of the accounts is kept for the calibration.
    """
    rows = build_snapshot(tables, as_of)
    held = held_frame(rows, catalogue(tables).ids)
    chosen = np.random.default_rng(tables.config.training.seed).random(rows.num_rows) < _LATER_SHARE
    return Lessons(_hidden(rows, held, ~chosen), _hidden(rows, held, chosen), features_of(rows, tables))


def features_of(rows: pa.Table, tables: Tables) -> tuple[Feature, ...]:
    """Return the words of every feature of a snapshot, from the metadata of its fields."""
    sensitive = tables.config.features.sensitive
    names = [name for name in rows.column_names if name not in {ACCOUNT, AS_OF, *FACTS}]
    return tuple(_feature(rows.schema.field(name), is_sensitive=name in sensitive) for name in names)


def _feature(field: "pa.Field[Any]", *, is_sensitive: bool) -> Feature:
    words = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    return Feature(
        field.name, words.get("unit", ""), words.get("says", "{value}"), words.get("definition", ""), is_sensitive
    )


def _lesson(examples: Examples) -> Lesson:
    return Lesson(examples.X, examples.y, examples.held)


def _hidden(rows: pa.Table, held: pd.DataFrame, chosen: NDArray[np.bool_]) -> Lesson:
    return Lesson(*hide_one(feature_frame(rows)[chosen], held[chosen]))


def _need_take_ups(parts: list[Examples]) -> None:
    if not any(part.taken.any() for part in parts):
        moments = [f"{part.cut_offs[0]:%Y-%m-%d}" for part in parts if len(part)]
        raise NotEnoughDataError(
            f"{HOLDINGS.name}: no product was taken up within the horizon after any of the cut-offs {moments}; "
            "where the data know no start of holdings, learn_from='hide_one' learns from one snapshot."
        )
