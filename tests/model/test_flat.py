"""What is not as `flat_rows` writes it is refused: read loosely, it would be other holdings and other refusals."""

import pyarrow as pa
import pytest

from recommender.errors import DataError
from recommender.model import flat_rows, nested_rows


def test_lists_come_back_as_they_were():
    lists: list[list[str] | None] = [["p", "q"], [], None]
    rows = pa.table({"held_products": pa.array(lists, pa.list_(pa.string()))})
    assert nested_rows(flat_rows(rows)).to_pylist() == rows.to_pylist()


@pytest.mark.parametrize("name", ["held_products", "ordered_products", "marketing_refused"])
@pytest.mark.parametrize("text", ['"hotspot"', '{"hotspot": true}', "null", "1", "[1]", '[["p"]]', "", "hotspot"])
def test_what_is_no_list_of_texts_is_refused(name, text):
    with pytest.raises(DataError, match=f"{name}: a JSON list was needed"):
        nested_rows(pa.table({name: [text]}))
