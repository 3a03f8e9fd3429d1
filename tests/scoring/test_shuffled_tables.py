from recommender.scoring.job import score


def parts(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*.parquet/part-*")}


def test_the_bytes_do_not_depend_on_the_order_of_rows_and_columns_of_raw_tables(
    operator, turned, loaded, until, tmp_path
):
    for source, out in ((operator, "one"), (turned, "other")):
        score(source, loaded, tmp_path / out, as_of=until)
    assert len(parts(tmp_path / "one")) == 2
    assert parts(tmp_path / "other") == parts(tmp_path / "one")
