"""A scoring run as the report reads it: its summary, its offers, and what became of each account."""

import json
from collections.abc import Iterator, Mapping
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
from recommender.files import read_document, sha256_of
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
_SUMMARY, _OFFERS, _DISPOSITIONS, _MANIFEST = "summary.json", "offers.parquet", "dispositions.parquet", "_SUCCESS"
_COLUMNS: Final = (ACCOUNT, "rank", PRODUCT, "product_name", "propensity", "flags")


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of each account, in the order of the run; every array has shape (n,).

    `is_scored`: false where it objected to marketing. `could`: how many products it could take: it has not got
    them, and has all that they need. `fitting`: how many of these suit it better than the limits of [offers].
    `passing`: how many of those no rule forbids. `offers`: how many it is offered. `against`: the reasons that stand
    against every product, a bit each in the order of `codes`.
    """

    account_id: "pa.Array[Any]"
    is_scored: NDArray[np.bool_]
    could: NDArray[np.int64]
    fitting: NDArray[np.int64]
    passing: NDArray[np.int64]
    offers: NDArray[np.int64]
    against: NDArray[np.uint32]
    codes: tuple[str, ...]

    def stands_against(self, code: str) -> NDArray[np.bool_]:
        """Return the accounts to which nothing is offered for the reason `code`."""
        return (self.against >> np.uint32(self.codes.index(code)) & np.uint32(1)).astype(bool)


@dataclass(frozen=True, eq=False)
class Run:
    """The folder that `score` wrote, beside the model that decided."""

    model: Model
    summary: dict[str, Any]
    offers: pa.Table
    files: Mapping[str, tuple[Path, ...]]

    def offers_of(self, account: str) -> pa.Table:
        """Return the offers of one account with all their columns, which `offers` are without."""
        paths = self.files[_OFFERS]
        return pa.concat_tables([pq.read_table(path, filters=pc.field(ACCOUNT) == account) for path in paths])

    @cached_property
    def config(self) -> Config:
        """The settings that held in the run; they may be newer than the model's own."""
        return Config.from_dict(self.summary["settings"])

    @cached_property
    def outcome(self) -> Outcome | None:
        """What became of each account; None where the run kept no dispositions of every pair."""
        paths = self.files[_DISPOSITIONS]
        if not paths:
            return None
        try:
            parts, codes = _outcomes(paths, self.model, self.config)
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{paths[0]}: not a readable file of dispositions ({type(error).__name__}).") from error
        whole = _joined(parts, codes)
        return whole if len(whole.account_id) == self.summary["accounts"] else None


def tally(column: Any) -> dict[Any, int]:
    """Count each value of an Arrow column."""
    counted = pc.value_counts(column)
    return dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))


def read_run(folder: str | Path, model: Model) -> Run:
    """Read what `score` wrote into `folder`, and hold it against the digests in its manifest.

    Raises
    ------
    DataError
        If the run has not finished or was damaged since, or another model made it.
    """
    home = Path(folder)
    files = _named_files(home)
    try:
        summary = json.loads((home / _SUMMARY).read_text(encoding="utf-8"))
        offers = pa.concat_tables([pq.read_table(path, columns=list(_COLUMNS)) for path in files[_OFFERS]])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(f"{home}: {_SUMMARY} or {_OFFERS} cannot be read ({type(error).__name__}).") from error
    if summary["model_version"] != model.label:
        raise DataError(
            f"{home}: the model {summary['model_version']!r} made these offers, and {model.label!r} was given."
        )
    return Run(model, summary, offers, files)


def _named_files(home: Path) -> dict[str, tuple[Path, ...]]:
    """Return the parts of the offers and the dispositions that the manifest vouches for."""
    if not (home / _MANIFEST).is_file():
        raise DataError(
            f"{home}: a folder that `recommender score` wrote to its end was needed; {_MANIFEST} is not there."
        )
    named = read_document(home / _MANIFEST)["files"]
    for name, about in named.items():
        if not (home / name).is_file() or sha256_of(home / name) != about["sha256"]:
            raise DataError(f"{home / name}: it is missing or damaged: {_MANIFEST} has another sha256.")
    return {kind: tuple(home / n for n in sorted(named) if n.startswith(kind)) for kind in (_OFFERS, _DISPOSITIONS)}


def _outcomes(paths: tuple[Path, ...], model: Model, config: Config) -> tuple[list[Outcome], tuple[str, ...]]:
    rates = dict(zip(model.scorecard.products, model.scorecard.base_rate.tolist(), strict=True))
    codes = tuple(json.loads((pq.read_schema(paths[0]).metadata or {})[b"reason_codes"]))
    batches = (batch for path in paths for batch in _batches(path))
    return [_outcome(pairs, rates, config, codes) for pairs in batches if pairs.num_rows], codes


def _batches(path: Path) -> Iterator[pa.Table]:
    """Yield the pairs in parts of whole accounts, about a row group each, so that a large run needs no more memory."""
    with pq.ParquetFile(path) as file:
        carried = file.schema_arrow.empty_table()
        for group in range(file.num_row_groups):
            read = pa.concat_tables([carried, file.read_row_group(group)]).unify_dictionaries().combine_chunks()
            last = int(_starts(_texts(read.column(ACCOUNT)))[-1]) if read.num_rows else 0
            carried = read.slice(last)
            yield read.slice(0, last)
        yield carried


def _outcome(pairs: pa.Table, rates: dict[str, float], config: Config, codes: tuple[str, ...]) -> Outcome:
    ids = _texts(pairs.column(ACCOUNT))
    starts = _starts(ids)
    propensity = np.asarray(pairs.column("propensity").to_numpy(zero_copy_only=False), dtype=np.float64)
    bits = pairs.column("reason_bits").to_numpy()
    base = _per_pair(pairs.column(PRODUCT), rates)
    about_product = np.uint32(sum(1 << codes.index(code) for code in ABOUT_PRODUCT if code in codes))
    with np.errstate(invalid="ignore"):
        suits = (propensity >= config.offers.min_propensity) & (propensity / base >= config.offers.min_lift)
    could = bits & about_product == 0
    offered = np.asarray(pc.equal(pairs.column("disposition").combine_chunks().cast(pa.string()), pa.scalar("offered")))
    return Outcome(
        account_id=ids.take(pa.array(starts, pa.int64())),
        is_scored=np.logical_or.reduceat(~np.isnan(propensity), starts),
        could=_counted(could, starts),
        fitting=_counted(could & suits, starts),
        passing=_counted((bits == 0) & suits, starts),
        offers=_counted(offered, starts),
        against=np.bitwise_and.reduceat(bits, starts),
        codes=codes,
    )


def _counted(marked: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.add.reduceat(marked.astype(np.int64), starts))


def _texts(column: Any) -> Any:
    return column.cast(pa.string()).combine_chunks()


def _starts(ids: Any) -> NDArray[np.int64]:
    """Return where each account begins; the pairs of an account stand together."""
    changes = np.asarray(pc.not_equal(ids[1:], ids[:-1]))
    return np.flatnonzero(np.append(True, changes)).astype(np.int64)


def _per_pair(product: Any, rates: dict[str, float]) -> NDArray[np.float64]:
    coded = product.combine_chunks()
    words = coded.dictionary.to_pylist()
    return np.asarray(np.array([rates.get(word, np.nan) for word in words])[np.asarray(coded.indices)])


def _joined(parts: list[Outcome], codes: tuple[str, ...]) -> Outcome:
    def whole(name: str, kind: Any = np.int64) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, kind)])

    return Outcome(
        account_id=pa.concat_arrays([part.account_id for part in parts]) if parts else pa.array([], pa.string()),
        is_scored=whole("is_scored", np.bool_),
        could=whole("could"),
        fitting=whole("fitting"),
        passing=whole("passing"),
        offers=whole("offers"),
        against=whole("against", np.uint32),
        codes=codes,
    )
