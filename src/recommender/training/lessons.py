"""What a ranker learns from, and what its calibration is checked on."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from recommender.errors import ConfigError, NotEnoughDataError
from recommender.evaluation import (
    Examples,
    Judged,
    TimeSplit,
    blind_snapshot,
    examples_of,
    feature_frame,
    held_frame,
    hidden_one,
    roll,
    stack,
)
from recommender.labels import take_up
from recommender.ranking import hide_one
from recommender.ranking.binning import is_category
from recommender.reasons import Feature
from recommender.schema import ACCOUNT, AS_OF, FACTS, HOLDINGS
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, catalogue
from recommender.usage import INDICATORS

__all__ = ["Lesson", "Lessons", "hidden_lessons", "take_up_lessons"]

Progress = Callable[[int, int], None]
_LATER_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Lesson:
    """Rows to learn from, as a ranker's `fit` takes them: X (n, F), y and held (n, P), sample_weight (n,) or None.

    Rows of one account have the same label in the index.
    """

    X: pd.DataFrame
    y: pd.DataFrame
    held: pd.DataFrame
    sample_weight: Any = None


@dataclass(frozen=True, eq=False)
class Lessons:
    """What to fit on, what to calibrate on (None: nothing is left for it), and the words of the features.

    `judge` lets rankers, by name, learn from a part of this and returns what they say of the rest.
    """

    fit: Lesson
    calibration: Lesson | None
    features: tuple[Feature, ...]
    judge: Callable[[Mapping[str, Any], int], Mapping[str, tuple[Judged, ...]]]

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
    split = TimeSplit.before(as_of, tables.config.training)
    snapshots, parts = [], []
    later = tables.cut(as_of)
    for i, cut_off in enumerate(split.cut_offs):
        snapshots.append(build_snapshot(later, cut_off))
        parts.append(examples_of(snapshots[-1], take_up(later, cut_off, split.horizon_days, split.gap_days)))
        if progress:
            progress(i + 1, len(split.cut_offs) + 1)  # the last step is to learn from them
    _need_take_ups(parts)
    examples = stack(parts)
    last = None if len(parts) == 1 else _lesson(parts[-1])
    return Lessons(
        fit=_lesson(examples if last is None else stack(parts[:-1])),
        calibration=last,
        features=features_of(snapshots[-1], tables),
        judge=lambda rankers, tests: roll(examples, rankers, split, tests=min(tests, len(parts) - 1)),
    )


def hidden_lessons(tables: Tables, as_of: datetime) -> Lessons:
    """Hide each product that an account holds in turn and learn to ask for it back, from one snapshot.

    No indicator that would tell the hidden product is used. A fifth of the accounts is kept for the calibration.
    """
    rows = blind_snapshot(tables, as_of)
    features, held = feature_frame(rows), held_frame(rows, catalogue(tables).ids)
    seed = tables.config.training.seed
    chosen = np.random.default_rng(seed).random(rows.num_rows) < _LATER_SHARE
    return Lessons(
        fit=Lesson(*hide_one(features[~chosen], held[~chosen])),
        calibration=Lesson(*hide_one(features[chosen], held[chosen])),
        features=features_of(rows, tables),
        judge=lambda rankers, _tests: hidden_one(features, held, rankers, random_state=seed),
    )


def features_of(rows: pa.Table, tables: Tables) -> tuple[Feature, ...]:
    """Return the words of every feature of a snapshot, from the metadata of its fields.

    Raises
    ------
    ConfigError
        If a name under `sensitive` is that of no attribute and no indicator: misspelt, it would hide nothing.
    """
    sensitive = tables.config.features.sensitive
    names = [name for name in rows.column_names if name not in {ACCOUNT, AS_OF, *FACTS}]
    _check_names(tables, names)
    return tuple(_feature(rows.schema.field(name), is_sensitive=name in sensitive) for name in names)


def _check_names(tables: Tables, features: Sequence[str]) -> None:
    settings = tables.config.features
    indicators = {one.under(tables.config).name for one in (*INDICATORS, *tables.indicators)}
    known = {*features, *indicators, *tables["accounts"].columns, *settings.exclude}
    if unknown := sorted({*settings.sensitive} - known):
        raise ConfigError(f"[features] sensitive: {unknown} are the names of no attribute and no indicator.")


def _feature(field: "pa.Field[Any]", *, is_sensitive: bool) -> Feature:
    words = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    return Feature(
        field.name,
        words.get("unit", ""),
        words.get("says", "{value}"),
        words.get("definition", ""),
        is_sensitive,
        _kind(field.type),
    )


def _kind(of: pa.DataType) -> str:
    if pa.types.is_boolean(of):
        return "flag"
    return "text" if is_category(of) else "number"


def _lesson(examples: Examples) -> Lesson:
    account = pd.Index(examples.account_id)
    return Lesson(*(frame.set_axis(account) for frame in (examples.X, examples.y, examples.held)))


def _need_take_ups(parts: list[Examples]) -> None:
    if not any(part.taken.any() for part in parts):
        moments = [f"{part.cut_offs[0]:%Y-%m-%d}" for part in parts if len(part)]
        raise NotEnoughDataError(
            f"{HOLDINGS.name}: no product was taken up within the horizon after any of the cut-offs {moments}; "
            "where the data know no start of holdings, learn_from='hide_one' learns from one snapshot."
        )
