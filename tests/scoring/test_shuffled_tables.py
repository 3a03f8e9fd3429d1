import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.scoring.job import score


def parts(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*.parquet/part-*")}


def test_the_bytes_do_not_depend_on_the_order_of_rows_and_columns_of_raw_tables(operator, loaded, until, tmp_path):
    rng, turned = np.random.default_rng(0), tmp_path / "turned"
    turned.mkdir()
    shutil.copy(operator / "recommender.toml", turned)
    for path in operator.glob("*.parquet"):
        table = pq.read_table(path)
        columns = [table.column_names[i] for i in rng.permutation(table.num_columns)]
        pq.write_table(
            table.select(columns).take(pa.array(rng.permutation(table.num_rows), pa.int64())), turned / path.name
        )
    for source, out in ((operator, "one"), (turned, "other")):
        score(source, loaded, tmp_path / out, as_of=until)
    assert len(parts(tmp_path / "one")) == 2
    assert parts(tmp_path / "other") == parts(tmp_path / "one")
