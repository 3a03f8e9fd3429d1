"""The columns of a snapshot: their Arrow types, and the words that travel with each feature."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from recommender import schema
from recommender.snapshots.lists import sorted_lists
from recommender.usage import Indicator

__all__ = ["FACT_TYPES", "MOMENT", "feature_field", "in_type", "words"]

MOMENT: Final = pa.timestamp("us", tz="UTC")
_SPAN = pa.struct([("opened_at", MOMENT), ("open_until", MOMENT)])
_CONTACT = pa.struct(
    [("contacted_at", MOMENT), (schema.PRODUCT, pa.string()), ("channel", pa.string()), ("outcome", pa.string())]
)
_IDS = pa.list_(pa.string())
FACT_TYPES: Final[dict[str, pa.DataType]] = {
    schema.HELD: _IDS,
    schema.ORDERED: _IDS,
    schema.COMPLAINT_SPANS: pa.list_(_SPAN),
    schema.CONTACT_LOG: pa.list_(_CONTACT),
    schema.MARKETING_GRANTED: _IDS,
    schema.MARKETING_REFUSED: _IDS,
    schema.USAGE_CONSENT: pa.bool_(),
    schema.UNPAID_DUE_AT: MOMENT,
    schema.VULNERABLE: pa.bool_(),
    schema.COMPLAINTS_KNOWN_UNTIL: MOMENT,
    schema.CONSENTS_KNOWN_UNTIL: MOMENT,
    schema.CONTACTS_KNOWN_UNTIL: MOMENT,
}


def words(indicators: Sequence[Indicator], attributes: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return definition, unit and phrase of every feature, by its name."""
    own = {one.name: {"definition": one.definition, "unit": one.unit, "says": one.says} for one in indicators}
    return own | {name: _of_attribute(name) for name in attributes}


def feature_field(name: str, kind: pa.DataType, said: dict[str, str]) -> "pa.Field[Any]":
    """Return the Arrow field of a feature, which carries its words."""
    return pa.field(name, kind, metadata={key.encode(): text.encode() for key, text in said.items()})


def in_type(rows: pa.Table, field: "pa.Field[Any]") -> "pa.Array[Any]":
    """Return a column of `rows` in the type of `field`; one that is not there is null, lists are sorted or empty."""
    column = pa.nulls(rows.num_rows, field.type) if field.name not in rows.column_names else _whole(rows[field.name])
    return sorted_lists(column, field.type) if pa.types.is_list(field.type) else column.cast(field.type)


def _whole(column: Any) -> "pa.Array[Any]":
    """Return a column as one array; to combine a single chunk would copy it."""
    combined: pa.Array[Any] = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return combined


def _of_attribute(name: str) -> dict[str, str]:
    shown = name.replace("_", " ").replace("{", "{{").replace("}", "}}")
    return {"definition": f"attribute {name} of the accounts table", "unit": "", "says": f"{shown}: {{value}}"}
