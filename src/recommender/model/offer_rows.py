"""The offers frame: one row per offer, with its reason, what the bill would do and until when it stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.bill import bill_changes
from recommender.model.lookups import money
from recommender.offers import Choice
from recommender.policy import Facts
from recommender.policy.facts.arrow import fact, microseconds
from recommender.policy.facts.moments import DAY, HOUR, micros
from recommender.reasons import Reasons, explain_offers, explain_parts
from recommender.schema import ACCOUNT, AS_OF, COMPLAINTS_KNOWN_UNTIL

if TYPE_CHECKING:
    from recommender.model.model import Model

__all__ = ["Chosen", "has_or_ordered", "offer_rows"]

Bins = NDArray[np.int32]

_TIME = pa.timestamp("us", tz="UTC")
_COLD_SHARE = 0.5
_FEW = 32


@dataclass(frozen=True)
class Chosen:
    """The offers by position; every array has shape (n_offers,), ordered by account and rank."""

    account: NDArray[np.intp]
    product: NDArray[np.intp]
    rank: NDArray[np.uint8]
    propensity: NDArray[np.float64]
    lift: NDArray[np.float64]

    @classmethod
    def of(cls, choice: Choice, propensity: NDArray[np.float64], lift: NDArray[np.float64]) -> "Chosen":
        """Pick the offers out of the matrices."""
        account, product = np.nonzero(choice.rank)
        order = np.lexsort((choice.rank[account, product], account))
        at = account[order], product[order]
        return cls(*at, choice.rank[at], propensity[at], lift[at])


def offer_rows(
    model: "Model", rows: pa.Table, bins: Bins, facts: Facts, chosen: Chosen, decided_at: datetime
) -> pa.Table:
    """Build the offers frame; its columns are `schema.OFFER_COLUMNS`. `bins` are those of `Scorecard.find_bins`."""
    of_account, of_product = _accounts(rows, chosen), _products(model, bins, chosen)
    said = _reasons(model, rows, bins, chosen)
    columns: dict[str, Any] = {
        ACCOUNT: of_account.column(ACCOUNT),
        "rank": pa.array(chosen.rank, pa.int8()),
        "product_id": of_product.column("product_id"),
        "product_name": of_product.column("product_name"),
        "propensity": pa.array(chosen.propensity, pa.float64()),
        "lift": pa.array(chosen.lift, pa.float64()),
        "reason": said.text,
        "reason_features": said.features,
        "bill_change": _bill_change(model, of_product, facts, chosen),
        "flags": of_product.column("flags"),
        "model_version": _same(model.label, chosen),
        "policy_version": _same(model.policy.version, chosen),
        AS_OF: of_account.column(AS_OF),
        "decided_at": pa.repeat(pa.scalar(decided_at, _TIME), len(chosen.account)),
        "valid_until": _valid_until(model, of_account, facts, decided_at),
    }
    return pa.table(columns)


def has_or_ordered(facts: Facts) -> NDArray[np.bool_]:
    """Mark what the ranker takes for held: what is on order was chosen already, in training as here; (n, P)."""
    return facts.holdings.held | facts.holdings.on_order


def _same(text: str, chosen: Chosen) -> "pa.Array[Any]":
    return pa.repeat(pa.scalar(text, pa.string()), len(chosen.account))


def _reasons(model: "Model", rows: pa.Table, bins: Bins, chosen: Chosen) -> Reasons:
    card = model.scorecard
    product = model.lookups.places[chosen.product]
    if len(product) <= _FEW:
        adds = card.contributions_of(bins, chosen.account, product)
        return explain_offers(rows, adds, card.terms, model.words, of=chosen.account)
    found = card.contributions_apart(bins, chosen.account, product)
    parts = ((part.pairs, part.terms, part.adds) for part in found)
    return explain_parts(rows, parts, card.terms, model.words, of=chosen.account)


def _accounts(rows: pa.Table, chosen: Chosen) -> pa.Table:
    """Return of each offer who gets it, as of when, and until when the account's complaints are known."""
    known = rows.select([ACCOUNT, AS_OF, COMPLAINTS_KNOWN_UNTIL])
    return known.take(pa.array(chosen.account, pa.int64()))


def _products(model: "Model", bins: Bins, chosen: Chosen) -> pa.RecordBatch:
    """Return what each offer says of its product; see `Lookups.offered`."""
    is_cold = model.scorecard.unknown_share(bins)[chosen.account] > _COLD_SHARE
    return model.lookups.offered.take(pa.array(2 * chosen.product + is_cold, pa.int64()))


def _bill_change(model: "Model", of_product: pa.RecordBatch, facts: Facts, chosen: Chosen) -> "pa.Array[Any]":
    if not model.config.offers.bundle_replaces_parts:
        return of_product.column("bill_change")
    minor, known = bill_changes(model.lookups.prices, facts.held[chosen.account], bundle_replaces_parts=True)
    at = np.arange(len(chosen.account)), chosen.product
    changes: pa.Array[Any] = money(minor[at], known[at], model.config.minor_digits)
    return changes


def _valid_until(model: "Model", of_account: pa.Table, facts: Facts, decided_at: datetime) -> "pa.Array[Any]":
    """Let an offer stand for the days set, but no longer than the complaints feed that cleared it counts as fresh."""
    settings, moved = model.config, facts.complaints_known_until or 0
    standing = micros(decided_at) + settings.offers.valid_days * DAY
    fresh = round(settings.feeds.complaints_max_age_hours * HOUR)
    known_until = microseconds(fact(of_account, COMPLAINTS_KNOWN_UNTIL), missing=moved)
    return pa.array(np.minimum(np.maximum(known_until, moved) + fresh, standing), _TIME)
