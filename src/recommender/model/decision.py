"""What became of every (account, product) pair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.schema import ACCOUNT, DISPOSITIONS, PRODUCT

__all__ = ["Decision", "merged"]

# So many kinds of reasons that their sets can be counted in a table.
_FEW_BITS: Final = 20


@dataclass(frozen=True)
class Decision:
    """What became of every (account, product) pair.

    Matrices have shape (n_accounts, n_products), accounts in the order of the rows and products in the order of
    their ids. `propensity` is NaN where the account was not scored; `disposition` indexes
    `schema.DISPOSITIONS`; `bits` has a bit per rule that hit, in the order of `codes`. `stale` names the feeds that
    were missing or too old. `offers` has the columns `schema.OFFER_COLUMNS`. `waived` are the codes of the rules that
    keep a promise and that the operator has nevertheless switched off.
    """

    account_id: "pa.Array[Any]"
    product_id: tuple[str, ...]
    propensity: NDArray[np.float64]
    disposition: NDArray[np.uint8]
    bits: NDArray[np.uint32]
    codes: tuple[str, ...]
    stale: tuple[str, ...]
    offers: pa.Table
    waived: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Pairs per disposition; they add up to accounts times products."""
        found = np.bincount(self.disposition.ravel(), minlength=len(DISPOSITIONS))
        return dict(zip(DISPOSITIONS, found.tolist(), strict=True))

    @property
    def suppressions(self) -> dict[str, int]:
        """Pairs per reason code; a pair that several rules hit counts for each."""
        reasons, pairs = self._reasons
        return {code: int(pairs[reasons & (1 << i) > 0].sum()) for i, code in enumerate(self.codes)}

    @property
    def waterfall(self) -> dict[str, int]:
        """Pairs per reason code that no code before it hits; they add up to the pairs that are suppressed."""
        reasons, pairs = self._reasons
        first = reasons & -reasons
        return {code: int(pairs[first == 1 << i].sum()) for i, code in enumerate(self.codes)}

    @cached_property
    def _reasons(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return each set of reasons that stands against a pair, as bits, and against how many pairs it does."""
        if len(self.codes) > _FEW_BITS:
            distinct, counts = np.unique(self.bits, return_counts=True)
            return distinct.astype(np.int64), counts.astype(np.int64)
        pairs = np.bincount(self.bits.ravel(), minlength=1)
        sets = np.flatnonzero(pairs)
        return sets, pairs[sets]

    def dispositions(self) -> pa.Table:
        """Return one row per pair, with the columns `schema.DISPOSITION_COLUMNS`; `reasons` is a list of codes."""
        n, p = self.disposition.shape
        unscored = np.isnan(self.propensity).ravel()
        return pa.table(
            {
                ACCOUNT: self.account_id.take(pa.array(np.repeat(np.arange(n), p), pa.int64())),
                PRODUCT: _coded(np.tile(np.arange(p), n), self.product_id),
                "propensity": pa.array(self.propensity.ravel(), mask=unscored),
                "disposition": _coded(self.disposition.ravel(), DISPOSITIONS),
                "reasons": _decoded(self.bits.ravel(), self.codes),
            }
        )


def merged(decisions: Sequence[Decision]) -> Decision:
    """Return the decisions of runs of accounts, one or more of them, as one."""
    if len(decisions) == 1:
        return decisions[0]
    return replace(
        decisions[0],
        account_id=pa.concat_arrays([decision.account_id for decision in decisions]),
        propensity=np.concatenate([decision.propensity for decision in decisions]),
        disposition=np.concatenate([decision.disposition for decision in decisions]),
        bits=np.concatenate([decision.bits for decision in decisions]),
        offers=pa.concat_tables([decision.offers for decision in decisions]),
        stale=tuple(sorted({feed for decision in decisions for feed in decision.stale})),
    )


def _coded(codes: NDArray[Any], words: Sequence[str]) -> "pa.DictionaryArray[Any, Any]":
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(words, pa.string()))


def _decoded(bits: NDArray[np.uint32], codes: Sequence[str]) -> "pa.ListArray[Any]":
    hit = (bits[:, np.newaxis] >> np.arange(len(codes), dtype=np.uint32)) & np.uint32(1)
    offsets = pa.array(np.concatenate([[0], np.cumsum(hit.sum(axis=1))]), pa.int32())
    return pa.ListArray.from_arrays(offsets, _coded(np.nonzero(hit)[1], codes))
