"""A scoring run as the report reads it: its summary, its offers, and what became of each account."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recommender.config import Config
from recommender.errors import DataError
from recommender.model import Model
from recommender.schema import ACCOUNT, PRODUCT

__all__ = ["ABOUT_PRODUCT", "Outcome", "Run", "read_run", "tally"]

# Reasons that are about the product and not about whether the account may be approached.
ABOUT_PRODUCT: Final = (
    "already_held",
    "on_order",
    "in_bundle",
    "lacks_prerequisite",
    "excluded_by_holding",
    "not_offered",
)
_SUMMARY, _OFFERS, _DISPOSITIONS = "summary.json", "offers.parquet", "dispositions.parquet"
_COLUMNS: Final = (ACCOUNT, "rank", PRODUCT, "product_name", "propensity", "flags")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of each account, in the order of the run; every array has shape (n,).

    `fits`: some product that the account could take suits it better than the limits of [offers], whether or not it may
    be approached. `is_scored`: false where it objected to marketing. `against`: the reasons that stand against every
    product, a bit each in the order of `codes`.
    """

    account_id: "pa.Array[Any]"
    is_scored: NDArray[np.bool_]
    fits: NDArray[np.bool_]
    offers: NDArray[np.int64]
    against: NDArray[np.uint32]
    codes: tuple[str, ...]

    def stands_against(self, code: str) -> NDArray[np.bool_]:
        """Return the accounts to which nothing is offered for the reason `code`."""
        return (self.against >> np.uint32(self.codes.index(code)) & np.uint32(1)).astype(bool)


@dataclass(frozen=True, eq=False)
class Run:
    """The folder that `score` wrote, beside the model that decided."""

    folder: Path
    model: Model
    summary: dict[str, Any]
    offers: pa.Table

    def offers_of(self, account: str) -> pa.Table:
        """Return the offers of one account with all their columns, which `offers` are without."""
        return pq.read_table(self.folder / _OFFERS, filters=pc.field(ACCOUNT) == account)

    @cached_property
    def config(self) -> Config:
        """The settings that held in the run; they may be newer than the model's own."""
        return Config.from_dict(self.summary["settings"])

    @cached_property
    def outcome(self) -> Outcome | None:
        """What became of each account; None where the run kept no dispositions of every pair."""
        path = self.folder / _DISPOSITIONS
        if not path.exists():
            return None
        try:
            parts, codes = _outcomes(path, self.model, self.config)
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}: not a readable file of dispositions ({type(error).__name__}).") from error
        whole = _joined(parts, codes)
        return whole if len(whole.account_id) == self.summary["accounts"] else None


def tally(column: Any) -> dict[Any, int]:
    """Count each value of an Arrow column."""
    counted = pc.value_counts(column)
    return dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))


def read_run(folder: str | Path, model: Model) -> Run:
    """Read what `score` wrote into `folder`.

    Raises
    ------
    DataError
        If there is no whole run, or another model made it.
    """
    home = Path(folder)
    try:
        summary = json.loads((home / _SUMMARY).read_text(encoding="utf-8"))
        offers = pq.read_table(home / _OFFERS, columns=list(_COLUMNS), page_checksum_verification=True)
    except FileNotFoundError as error:
        raise DataError(
            f"{home}: a folder that `recommender score` wrote was needed; {error.filename} is not there."
        ) from None
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{home}: {_SUMMARY} or {_OFFERS} cannot be read ({type(error).__name__}).") from error
    if not isinstance(summary, dict) or "model_version" not in summary:
        raise DataError(f"{home}: {_SUMMARY} is not the summary of a scoring run.")
    if summary["model_version"] != model.label:
        raise DataError(
            f"{home}: the model {summary['model_version']!r} made these offers, and {model.label!r} was given."
        )
    return Run(home, model, summary, offers)


def _outcomes(path: Path, model: Model, config: Config) -> tuple[list[Outcome], tuple[str, ...]]:
    rates = dict(zip(model.scorecard.products, model.scorecard.base_rate.tolist(), strict=True))
    codes = tuple(json.loads(pq.read_schema(path).metadata[b"reason_codes"]))
    return [_outcome(pairs, rates, config, codes) for pairs in _batches(path) if pairs.num_rows], codes


def _batches(path: Path) -> Iterator[pa.Table]:
    """Yield the pairs in parts of whole accounts, about a row group each, so that a large run needs no more memory."""
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        carried = file.schema_arrow.empty_table()
        for group in range(file.num_row_groups):
            read = pa.concat_tables([carried, file.read_row_group(group)]).unify_dictionaries().combine_chunks()
            last = int(_starts(read.column(ACCOUNT).combine_chunks())[-1]) if read.num_rows else 0
            carried = read.slice(last)
            yield read.slice(0, last)
        yield carried


def _outcome(pairs: pa.Table, rates: dict[str, float], config: Config, codes: tuple[str, ...]) -> Outcome:
    ids = pairs.column(ACCOUNT).combine_chunks()
    starts = _starts(ids)
    propensity = np.asarray(pairs.column("propensity").to_numpy(zero_copy_only=False), dtype=np.float64)
    bits = pairs.column("reason_bits").to_numpy()
    base = _per_pair(pairs.column(PRODUCT), rates)
    about_product = np.uint32(sum(1 << codes.index(code) for code in ABOUT_PRODUCT if code in codes))
    with np.errstate(invalid="ignore"):
        suits = (propensity >= config.offers.min_propensity) & (propensity / base >= config.offers.min_lift)
    could = suits & (bits & about_product == 0)
    offered = np.asarray(pc.equal(pairs.column("disposition").combine_chunks().cast(pa.string()), pa.scalar("offered")))
    return Outcome(
        account_id=ids.take(pa.array(starts, pa.int64())),
        is_scored=np.logical_or.reduceat(~np.isnan(propensity), starts),
        fits=np.logical_or.reduceat(could, starts),
        offers=np.add.reduceat(offered.astype(np.int64), starts),
        against=np.bitwise_and.reduceat(bits, starts),
        codes=codes,
    )


def _starts(ids: Any) -> NDArray[np.int64]:
    """Return where each account begins; the pairs of an account stand together."""
    changes = np.asarray(pc.not_equal(ids[1:], ids[:-1]))
    return np.flatnonzero(np.append(True, changes)).astype(np.int64)


def _per_pair(product: Any, rates: dict[str, float]) -> NDArray[np.float64]:
    coded = product.combine_chunks()
    words = coded.dictionary.to_pylist()
    return np.asarray(np.array([rates.get(word, np.nan) for word in words])[np.asarray(coded.indices)])


def _joined(parts: list[Outcome], codes: tuple[str, ...]) -> Outcome:
    return Outcome(
        account_id=pa.concat_arrays([part.account_id for part in parts]) if parts else pa.array([], pa.string()),
        is_scored=np.concatenate([part.is_scored for part in parts] or [np.empty(0, bool)]),
        fits=np.concatenate([part.fits for part in parts] or [np.empty(0, bool)]),
        offers=np.concatenate([part.offers for part in parts] or [np.empty(0, np.int64)]),
        against=np.concatenate([part.against for part in parts] or [np.empty(0, np.uint32)]),
        codes=codes,
    )
