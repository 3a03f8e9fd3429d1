"""Usage that an account no longer lets be read is not learnt from either, whenever it was made."""

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import recommender
from recommender.schema import USAGE_TABLES
from recommender.snapshots import build_snapshot
from recommender.tables import read_tables
from recommender.training.lessons import take_up_lessons


def test_a_snapshot_of_tables_cut_later_reads_no_usage_that_was_withdrawn_since(small_tables):
    said = {"account_id": "a", "purpose": "usage_data", "granted": True, "changed_at": "2026-01-01"}
    call = {"account_id": "a", "started_at": "2026-05-20T10:00:00", "duration_s": 60, "direction": "out"}
    consents = [said, said | {"granted": False, "changed_at": "2026-06-15"}]
    tables = small_tables(calls=[call | {"destination": "mobile"}], consents=consents)
    june, later = tables.config.moment("2026-06-01"), tables.config.moment("2026-07-01")
    assert build_snapshot(tables, june)["calls_30d"].to_pylist() == [1]
    assert build_snapshot(tables.cut(later), june)["calls_30d"].to_pylist() == [None]


def test_training_is_the_same_without_the_usage_of_an_account_that_has_withdrawn(lean_operator: Path, until):
    frames = {path.stem: pq.read_table(path) for path in lean_operator.glob("*.parquet")}
    consents = frames["consents"]
    mine = consents.filter((pc.field("purpose") == "usage_data") & pc.field("granted")).slice(0, 1)
    account, moment = (
        mine["account_id"][0],
        pa.scalar(until - timedelta(days=1), consents.schema.field("changed_at").type),
    )
    no = {"granted": pa.array([False]), "changed_at": pa.array([moment]), "recorded_at": pa.array([moment])}
    withdrawn = pa.table([no.get(name, mine[name]) for name in mine.column_names], schema=mine.schema)
    frames["consents"] = pa.concat_tables([consents, withdrawn])
    is_mine = {name: pc.equal(frames[name]["account_id"], account) for name in USAGE_TABLES}
    assert pc.any(is_mine["calls"]).as_py()
    without = frames | {name: frames[name].filter(pc.invert(mask)) for name, mask in is_mine.items()}
    settings = recommender.read_config(lean_operator / "recommender.toml")
    learnt = [take_up_lessons(read_tables(some, settings), until).fingerprint for some in (frames, without)]
    assert learnt[0] == learnt[1]
