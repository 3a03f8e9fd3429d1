"""From snapshot rows to offers: score, suppress, then cut to k."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.config import check_k
from recommender.errors import DataError
from recommender.model.decision import Decision, merged
from recommender.model.offer_rows import Chosen, has_or_ordered, offer_rows
from recommender.offers import Choice, choose
from recommender.policy import EXCLUDED_BY_OFFER, Facts
from recommender.schema import ACCOUNT, AS_OF

if TYPE_CHECKING:
    from recommender.model.model import Model

__all__ = ["FreshComplaints", "decide"]

# So many accounts at once that what they are decided by stays in the cache of a core, and memory flat.
_RUN: Final = 16_384


@dataclass(frozen=True)
class FreshComplaints:
    """Complaints that became known after the snapshot was taken; they can suppress and never release.

    `rows` has the columns of the complaints table. `known_until` is the moment until which the caller knows them to
    be complete; without it the feed is as old as the snapshot says.
    """

    rows: pa.Table
    known_until: datetime | None = None


def decide(
    model: "Model",
    rows: pa.Table,
    *,
    decided_at: datetime | None = None,
    complaints: FreshComplaints | None = None,
    k: int | None = None,
) -> Decision:
    """Decide for every account of `rows`; see `Model.decide`."""
    moment = (decided_at or datetime.now(UTC)).astimezone(UTC)
    _check(rows)
    if rows.num_rows <= _RUN:
        return _decide(model, rows, moment, complaints, k)
    starts = range(0, rows.num_rows, _RUN)
    return merged([_decide(model, rows.slice(start, _RUN), moment, complaints, k) for start in starts])


def _decide(
    model: "Model", rows: pa.Table, moment: datetime, complaints: FreshComplaints | None, k: int | None
) -> Decision:
    facts = _facts(model, rows, moment, complaints)
    bits = model.policy.suppressions(facts)
    bins, propensity = _score(model, rows, facts)
    lift = propensity / model.lookups.base_rate
    choice = _choose(model, propensity, lift, bits, k)
    return Decision(
        account_id=rows.column(ACCOUNT).combine_chunks(),
        product_id=model.catalogue.ids,
        propensity=propensity,
        disposition=choice.disposition,
        bits=bits | choice.excluded_by_offer * np.uint32(1 << model.policy.codes.index(EXCLUDED_BY_OFFER)),
        codes=model.policy.codes,
        stale=model.policy.stale_in(bits),
        offers=offer_rows(model, rows, bins, facts, Chosen.of(choice, propensity, lift), moment),
        waived=model.policy.waived,
    )


def _check(rows: pa.Table) -> None:
    if missing := [name for name in (ACCOUNT, AS_OF) if rows.schema.get_field_index(name) < 0]:
        raise DataError(f"A snapshot was needed, but it must have these columns, once each: {missing}.")
    if not pa.types.is_timestamp(rows.schema.field(AS_OF).type):
        raise DataError(f"A snapshot was needed, but its {AS_OF} is no moment: it has the type {rows[AS_OF].type}.")


def _facts(model: "Model", rows: pa.Table, decided_at: datetime, complaints: FreshComplaints | None) -> Facts:
    return Facts.of(
        rows,
        model.catalogue,
        decided_at=decided_at,
        channel=model.config.offers.channel,
        complaints=complaints.rows if complaints else None,
        complaints_known_until=complaints.known_until if complaints else None,
    )


def _score(model: "Model", rows: pa.Table, facts: Facts) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the bins of the features, and the propensities of the accounts that may be scored; NaN for the others."""
    bins = model.scorecard.find_bins(rows, has_or_ordered(facts)[:, model.lookups.held])
    may = model.policy.scorable(facts)
    if may.all():
        return bins, _propensities(model, bins)
    propensity = np.full((rows.num_rows, len(model.catalogue.products)), np.nan)
    propensity[may] = _propensities(model, bins.take(np.flatnonzero(may), axis=1))
    return bins, propensity


def _propensities(model: "Model", bins: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the propensities of all products, NaN for those that are not ranked."""
    propensity = np.full((bins.shape[1], len(model.catalogue.products)), np.nan)
    propensity[:, model.lookups.ranked] = model.scorecard.propensities_of(bins)
    return propensity


def _choose(
    model: "Model",
    propensity: NDArray[np.float64],
    lift: NDArray[np.float64],
    bits: NDArray[np.uint32],
    k: int | None,
) -> Choice:
    limits = model.config.offers
    return choose(
        propensity,
        lift,
        bits != 0,
        model.catalogue.conflicts,
        k=limits.k if k is None else check_k(k),
        min_propensity=limits.min_propensity,
        min_lift=limits.min_lift,
    )
