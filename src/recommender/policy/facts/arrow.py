"""Arrow columns as numpy arrays: the facts of a snapshot, checked, and lists laid flat."""

from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender import schema
from recommender.errors import FeatureError

__all__ = [
    "FACT_TYPES",
    "Mask",
    "fact",
    "flags",
    "flat",
    "frozen",
    "is_null",
    "microseconds",
    "places",
    "places_among",
    "whole",
    "words",
]

Mask = NDArray[np.bool_]

_TIME: Final = pa.timestamp("us", "UTC")
_NOT_A_TIME: Final = np.iinfo(np.int64).min
# So few that one after the other is quicker than all at once.
_FEW: Final = 16
_TEXTS: Final = pa.list_(pa.string())
_SPANS: Final = pa.list_(pa.struct([("opened_at", _TIME), ("open_until", _TIME)]))
_CONTACTS: Final = pa.list_(
    pa.struct(
        [("contacted_at", _TIME), ("product_id", pa.string()), ("channel", pa.string()), ("outcome", pa.string())]
    )
)

FACT_TYPES: Final[dict[str, pa.DataType]] = {
    schema.ACCOUNT: pa.string(),
    schema.HELD: _TEXTS,
    schema.ORDERED: _TEXTS,
    schema.COMPLAINT_SPANS: _SPANS,
    schema.CONTACT_LOG: _CONTACTS,
    schema.MARKETING_GRANTED: _TEXTS,
    schema.MARKETING_REFUSED: _TEXTS,
    schema.USAGE_CONSENT: pa.bool_(),
    schema.UNPAID_DUE_AT: _TIME,
    schema.VULNERABLE: pa.bool_(),
    schema.COMPLAINTS_KNOWN_UNTIL: _TIME,
    schema.CONSENTS_KNOWN_UNTIL: _TIME,
    schema.CONTACTS_KNOWN_UNTIL: _TIME,
}


def fact(rows: pa.Table, name: str) -> Any:
    """Return the fact called `name`, which `Facts.of` saw to be there, as one array of its type.

    Raises
    ------
    FeatureError
        If the rows have it in a type that cannot be read as its own.
    """
    array = whole(rows.column(name))
    return array if array.type == FACT_TYPES[name] else _cast(array, name)


def whole(column: Any) -> Any:
    """Return a column as one array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def flat(lists: Any) -> tuple[NDArray[np.int64], Any]:
    """Lay `lists` flat: the row that owns each value, and the values; a null list has none."""
    if len(lists) == 1 and lists.null_count == 0:
        values = lists[0].values
        return np.zeros(len(values), dtype=np.int64), values
    return pc.list_parent_indices(lists).to_numpy(zero_copy_only=False), lists.flatten()


def frozen(mask: Mask) -> Mask:
    """Return `mask` read-only: rules share it."""
    mask.flags.writeable = False
    return mask


def is_null(array: Any) -> Mask:
    """Mark the nulls."""
    if not array.null_count:
        return np.zeros(len(array), dtype=bool)
    missing: Mask = array.is_null().to_numpy(zero_copy_only=False)
    return missing


def flags(array: Any) -> Mask:
    """Return what is true; null is not."""
    known = array.fill_null(False) if array.null_count else array
    true: Mask = known.to_numpy(zero_copy_only=False)
    return true


def microseconds(times: Any, *, missing: int) -> NDArray[np.int64]:
    """Return microseconds since 1970 in UTC, `missing` where null."""
    given: NDArray[np.int64] = times.to_numpy(zero_copy_only=False).view(np.int64)
    return np.where(given == _NOT_A_TIME, missing, given) if times.null_count else given


def words(values: Any, wanted: frozenset[str]) -> Mask:
    """Mark the values that are among `wanted`, blanks around them and capitals aside; null is not."""
    if len(values) <= _FEW:
        return np.array([_is_among(word, wanted) for word in values.to_pylist()], dtype=bool)
    coded = values.dictionary_encode()
    hits = [_is_among(word, wanted) for word in coded.dictionary.to_pylist()]
    return np.array([*hits, False])[places(coded.indices, missing=len(hits))]


def places(indices: Any, *, missing: int) -> NDArray[np.int64]:
    """Return `indices` as an array, `missing` where null."""
    known: NDArray[np.int64] = (indices.fill_null(missing) if indices.null_count else indices).to_numpy()
    return known


def places_among(values: Any, ids: tuple[str, ...]) -> NDArray[np.int64]:
    """Return where each value stands among `ids`, which are all different; -1 where it does not."""
    if len(values) <= _FEW:
        place = _place_of(ids)
        return np.array([place.get(value, -1) for value in values.to_pylist()], dtype=np.int64)
    return places(pc.index_in(values, value_set=_id_array(ids)), missing=-1)


@lru_cache(maxsize=8)
def _place_of(ids: tuple[str, ...]) -> dict[str | None, int]:
    return {one: place for place, one in enumerate(ids)}


@lru_cache(maxsize=8)
def _id_array(ids: tuple[str, ...]) -> Any:
    return pa.array(ids, pa.string())


def _is_among(word: str | None, wanted: frozenset[str]) -> bool:
    return word is not None and word.strip().lower() in wanted


def _cast(array: Any, name: str) -> Any:
    wanted = FACT_TYPES[name]
    try:
        return array.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise FeatureError(f"The fact {name!r} must be {wanted}, but {array.type} came.") from error
