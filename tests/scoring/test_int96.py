"""A snapshot as Spark writes it: times as INT96."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from recommender.scoring.snapshot_file import _open

NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_an_open_complaint_stays_open_in_a_snapshot_with_times_as_int96(tmp_path):
    rows = pa.table({"open_until": pa.array([NEVER], pa.timestamp("us", "UTC"))})
    pq.write_table(rows, tmp_path / "snapshot.parquet", use_deprecated_int96_timestamps=True)
    read = _open(tmp_path / "snapshot.parquet").read()["open_until"][0].as_py()
    assert read.replace(tzinfo=UTC) == NEVER
