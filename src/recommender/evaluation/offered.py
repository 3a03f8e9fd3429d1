"""What a model's offers were worth in the months after its training: before the policy, and after it."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from recommender.config import Config
from recommender.errors import NotEnoughDataError
from recommender.evaluation.backtest import summarise
from recommender.evaluation.examples import examples_of
from recommender.evaluation.judged import Judged, Judging
from recommender.evaluation.time_split import TimeSplit
from recommender.labels import take_up
from recommender.model import Model, load_model
from recommender.model.present import at_present
from recommender.schema import DISPOSITIONS
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, catalogue, read_tables

__all__ = ["AFTER", "BEFORE", "evaluate_offers", "judge_offers"]

BEFORE: Final = "before the policy"
AFTER: Final = "after the policy"
_OFFERED: Final = DISPOSITIONS.index("offered")


def evaluate_offers(
    source: Any,
    model: Model | str | Path,
    as_of: datetime | str,
    *,
    tests: int = 3,
    judging: Judging | None = None,
    config: Config | None = None,
) -> pd.DataFrame:
    """Return what a model's offers were worth in the months after its training, before the policy and after it.

    Before the policy every candidate of the accounts that may be scored is ranked; after it, what was offered alone:
    at most k, none of it suppressed, none of it irrelevant. Both are judged on the same accounts and take-ups, so that
    the difference is what the policy and the limits of relevance cost. An account that may not be scored counts on
    both sides, as one that was offered nothing.

    Parameters
    ----------
    source
        `Tables`, or what `read_tables` reads; their settings say which policy is in force.
    model
        A model, or what `load_model` reads.
    as_of
        The label window of the last moment ends here.
    tests
        At most so many moments, one horizon apart, the first of them not before the model's training.
    judging
        Metrics and bootstrap.
    config
        The settings, where `source` does not bring its own.

    Returns
    -------
    The frame of `measure`, with `BEFORE` and `AFTER` in the column ranker.

    Raises
    ------
    NotEnoughDataError
        If no label window lies between the training and `as_of`.
    """
    tables = read_tables(source, config)
    loaded = model if isinstance(model, Model) else load_model(model, trusted_keys=tables.config.trust.keys)
    return summarise(judge_offers(tables, loaded, as_of, tests=tests), judging)


def judge_offers(tables: Tables, model: Model, as_of: datetime | str, *, tests: int) -> dict[str, tuple[Judged, ...]]:
    """Return what `evaluate_offers` measures, under `BEFORE` and under `AFTER`."""
    moment = tables.config.moment(as_of)
    split = TimeSplit.before(moment, tables.config.training)
    trained = datetime.fromisoformat(model.training["as_of"])
    moments = [cut_off for cut_off in split.cut_offs if cut_off >= trained][-tests:]
    if not moments:
        raise NotEnoughDataError(
            f"{model.label} learnt from what was known by {trained:%Y-%m-%d %H:%M %Z}: a moment was needed with "
            f"{split.span.days} days to see what was taken up, between then and {moment:%Y-%m-%d %H:%M %Z}."
        )
    pairs = [_decide(model, tables, cut_off, moment, split) for cut_off in moments]
    return {BEFORE: tuple(before for before, _ in pairs), AFTER: tuple(after for _, after in pairs)}


def _decide(
    model: Model, tables: Tables, cut_off: datetime, known_at: datetime, split: TimeSplit
) -> tuple[Judged, Judged]:
    known = tables.cut(known_at)
    rows = build_snapshot(known, cut_off)
    examples = examples_of(rows, take_up(known, cut_off, split.horizon_days, split.gap_days))
    decision = at_present(model, tables.settings, catalogue(tables.cut(cut_off))).decide(rows, decided_at=cut_off)

    def said(propensity: Any) -> Any:
        return pd.DataFrame(propensity, columns=list(decision.product_id)).reindex(columns=examples.products).to_numpy()

    offered = np.where(decision.disposition == _OFFERED, decision.propensity, np.nan)
    return Judged(BEFORE, examples, said(decision.propensity)), Judged(AFTER, examples, said(offered))
