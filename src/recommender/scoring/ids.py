"""Account ids of a snapshot: as text, without blanks around them, each once."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from recommender.errors import DataError
from recommender.schema import ACCOUNT

__all__ = ["in_order", "plain_ids", "trimmed", "with_plain_ids"]


def plain_ids(rows: pa.Table) -> Any:
    """Return the ids of `rows` as text, stripped of blanks, as the border reads them.

    Raises
    ------
    DataError
        If there is no such column, or an id is blank or no text.
    """
    if rows.schema.get_field_index(ACCOUNT) < 0:
        raise DataError(f"A snapshot was needed, but it must have the column {ACCOUNT!r}, once.")
    ids = rows.column(ACCOUNT)
    kind = ids.type.value_type if pa.types.is_dictionary(ids.type) else ids.type
    if not (pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise DataError(f"A snapshot needs account_id as text, but it has the type {kind}.")
    ids = trimmed(ids)
    if ids.null_count or pc.any(pc.equal(ids, pa.scalar(""))).as_py():
        raise DataError("A snapshot needs an account_id in every row, but some are blank.")
    return ids


def with_plain_ids(rows: pa.Table) -> pa.Table:
    """Return `rows` with plain ids."""
    ids = plain_ids(rows)
    return rows.set_column(rows.schema.get_field_index(ACCOUNT), ACCOUNT, ids)


def in_order(rows: pa.Table) -> pa.Table:
    """Sort by account, so that the order of the rows changes nothing.

    Raises
    ------
    DataError
        If an account stands in several rows.
    """
    plain = with_plain_ids(rows)
    if twice := plain.num_rows - pc.count_distinct(plain.column(ACCOUNT), mode="all").as_py():
        raise DataError(f"A snapshot has one row per account, but {twice} rows repeat an account.")
    return plain.sort_by(ACCOUNT)


def trimmed(ids: Any) -> Any:
    """Return ids as text without the blanks around them."""
    return pc.utf8_trim_whitespace(ids.cast(pa.string()))
