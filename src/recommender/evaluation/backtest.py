"""Judge rankers on months that came after those they learnt from."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from recommender.evaluation.examples import Examples, examples_of, stack
from recommender.evaluation.judged import Judged, Judging, measure, pool
from recommender.evaluation.learning import learn
from recommender.evaluation.time_split import Fold, TimeSplit
from recommender.labels import take_up
from recommender.snapshots import build_snapshot
from recommender.tables import Tables

__all__ = ["backtest", "roll", "summarise"]

Progress = Callable[[int, int], None]


def backtest(
    source: Tables | Examples,
    rankers: Mapping[str, Any],
    split: TimeSplit,
    *,
    tests: int = 3,
    judging: Judging | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Judge each ranker on each of the last `tests` cut-offs of `split`, and on all of them together.

    Parameters
    ----------
    source
        Tables, from which what was known at each moment is computed anew: of a training label, too, only what was
        recorded by the test cut-off. Or examples that are there already; their labels are taken as they are.
    rankers
        By the names that they have in the result. They are cloned and stay as they are.
    split
        The cut-offs (see `TimeSplit.folds` for what is learnt from before each).
    judging
        Metrics and bootstrap.
    progress
        Called with the fits done and the fits in all.

    Returns
    -------
    The frame of `measure`, with cut_off NaT in the rows that are about all test cut-offs together; figures of single
    products are given for these alone.
    """
    return summarise(roll(source, rankers, split, tests=tests, progress=progress), judging)


def roll(
    source: Tables | Examples,
    rankers: Mapping[str, Any],
    split: TimeSplit,
    *,
    tests: int = 3,
    progress: Progress | None = None,
) -> dict[str, tuple[Judged, ...]]:
    """Return what each ranker says at each test cut-off, for `summarise` or `compare`; see `backtest`."""
    said: dict[str, list[Judged]] = {name: [] for name in rankers}
    folds = split.folds(tests)
    for i, (train, test) in enumerate(_lessons(source, split, folds)):
        for j, (name, ranker) in enumerate(rankers.items()):
            said[name].append(Judged(name, test, learn(ranker, train)(test)))
            if progress:
                progress(i * len(rankers) + j + 1, len(folds) * len(rankers))
    return {name: tuple(judged) for name, judged in said.items()}


def summarise(said: Mapping[str, tuple[Judged, ...]], judging: Judging | None = None) -> pd.DataFrame:
    """Return the figures of each ranker per cut-off and over all of them; the frame of `backtest`."""
    frames = []
    for judged in said.values():
        frames += [measure(one, judging, by_product=False) for one in judged if one.examples.cut_offs]
        frames.append(measure(pool(judged), judging).assign(cut_off=pd.Series(dtype="datetime64[us, UTC]")))
    return pd.concat(frames, ignore_index=True)


def _lessons(
    source: Tables | Examples, split: TimeSplit, folds: tuple[Fold, ...]
) -> Iterator[tuple[Examples, Examples]]:
    if isinstance(source, Examples):
        yield from ((source.at(fold.train), source.at([fold.test])) for fold in folds)
        return
    needed = sorted({cut_off for fold in folds for cut_off in (*fold.train, fold.test)})
    snapshots = {cut_off: build_snapshot(source, cut_off) for cut_off in needed}
    for fold in folds:
        known = source.cut(fold.test)
        days = (split.horizon_days, split.gap_days)
        train = [examples_of(snapshots[cut_off], take_up(known, cut_off, *days)) for cut_off in fold.train]
        yield stack(train), examples_of(snapshots[fold.test], take_up(source, fold.test, *days))
