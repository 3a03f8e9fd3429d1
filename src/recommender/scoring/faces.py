"""What programs and notebooks call: frames in, pandas frames out."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recommender.errors import StaleDataWarning
from recommender.model import Decision, Model
from recommender.scoring.rows import resolve
from recommender.scoring.showing import recommendation_html

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recommendation", "predict", "recommend"]


@dataclass(frozen=True)
class Recommendation:
    """Offers and dispositions as pandas frames, and what they add up to."""

    decision: Decision
    model: Model

    @cached_property
    def offers(self) -> "pd.DataFrame":
        """One row per offer, with the columns `schema.OFFER_COLUMNS`."""
        return self.decision.offers.to_pandas()

    @cached_property
    def dispositions(self) -> "pd.DataFrame":
        """One row per (account, product) pair, with the columns `schema.DISPOSITION_COLUMNS`."""
        return self.decision.dispositions().to_pandas()

    @property
    def counts(self) -> Mapping[str, int]:
        """Pairs per disposition."""
        return self.decision.counts

    @property
    def suppressions(self) -> Mapping[str, int]:
        """Pairs per reason code."""
        return self.decision.suppressions

    @property
    def stale(self) -> tuple[str, ...]:
        """The feeds that were missing or too old."""
        return self.decision.stale

    def _repr_html_(self) -> str:
        return recommendation_html(self)


def predict(
    source: Any,
    model: Model | str | Path,
    accounts: Sequence[str] | None = None,
    complaints: Any = None,
    as_of: date | str | None = None,
    k: int | None = None,
) -> "pd.DataFrame":
    """Say which products would truly serve each account, best first; no more than `k`, and none over a complaint.

    Parameters
    ----------
    source
        Raw tables (`Tables`, a folder, a DuckDB file, a mapping of frames, an Ibis connection) or a snapshot that was
        taken before (a frame or a Parquet file).
    model
        A model, or the folder of one.
    accounts
        The accounts to decide for; all, if left out.
    complaints
        Complaints that became known since the snapshot was taken: a frame or a file. They can only take offers away.
    as_of
        The moment of decision: tz-aware, or read in the operator's time zone; now, if left out. A feed that is older
        than its limit at this moment suppresses what depends on it.
    k
        Offers per account at most, 0 to 3; the setting `offers.k`, if left out.

    Returns
    -------
    pandas.DataFrame
        One row per offer, ordered by account and rank, with the columns `schema.OFFER_COLUMNS`.

    Raises
    ------
    RecommenderError
        If the input, the model or a setting is not what was needed; the sentence says which, and where.

    Warns
    -----
    StaleDataWarning
        If offers were withheld because a feed is missing or too old.
    """
    return recommend(source, model, accounts, complaints, as_of, k).offers


def recommend(
    source: Any,
    model: Model | str | Path,
    accounts: Sequence[str] | None = None,
    complaints: Any = None,
    as_of: date | str | None = None,
    k: int | None = None,
    *,
    complaints_known_until: datetime | str | None = None,
) -> Recommendation:
    """Decide as `predict` does, and return what became of every pair beside the offers.

    Parameters
    ----------
    source, model, accounts, complaints, as_of, k
        As for `predict`.
    complaints_known_until
        The moment until which `complaints` is complete; the newest row in it, if left out.
    """
    request = resolve(
        source,
        model,
        accounts=accounts,
        as_of=as_of,
        complaints=complaints,
        complaints_known_until=complaints_known_until,
    )
    decision = request.model.decide(request.rows, decided_at=request.decided_at, complaints=request.complaints, k=k)
    if decision.stale:
        warnings.warn(_stale(decision), StaleDataWarning, stacklevel=3)
    return Recommendation(decision, request.model)


def _stale(decision: Decision) -> str:
    feeds = ", ".join(decision.stale)
    return f"Offers were withheld: {feeds} missing or older at the moment of decision than [feeds] allows."
