"""A snapshot that Spark takes, as the page on Spark has it, equals that of the single process, row for row."""

import pytest

import recommender
import recommender.spark
from recommender.errors import DataError
from recommender.tables import read_tables

AS_OF = "2026-06-15T00:00+00:00"

# Of pyspark and Ibis, which deprecate each other's ways; one worker of pytest starts Spark, not each.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.xdist_group("spark")]


@pytest.fixture(scope="module")
def frame(page):
    return page["spark"].table("snapshot_20260701")


def test_the_rows_are_those_of_the_single_process(frame, taken):
    found = frame.toArrow().sort_by("account_id")
    assert found.num_rows > 20
    assert found.column_names == taken.column_names
    assert found.cast(taken.schema).equals(taken)
    assert [field.type for field in found.schema] == [field.type for field in taken.schema]


def test_the_words_of_a_feature_travel_with_its_field(frame, taken):
    said = taken.schema.field("calls_90d").metadata[b"says"].decode()
    assert frame.schema["calls_90d"].metadata["says"] == said


def test_tables_that_lie_elsewhere_are_refused(small_operator):
    with pytest.raises(DataError, match=r"Tables on Spark were needed, and these lie in duckdb\."):
        recommender.spark.snapshot(read_tables(small_operator), AS_OF)


def test_what_is_no_table_is_refused():
    with pytest.raises(DataError, match="a mapping of names to Spark frames, or Tables, and int is none of them"):
        recommender.spark.snapshot(7, AS_OF)
