import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import ibis
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from recommender.config import Config, Engine
from recommender.errors import ConfigError, ContractError, DataError
from recommender.schema import TABLES
from recommender.tables import Tables, check_tables, read_tables

Frames = dict[str, pa.Table]


def as_text(table: pa.Table) -> pa.Table:
    """Write lists with `;`, as a CSV file has them."""
    columns = [pc.binary_join(c, ";") if pa.types.is_list(c.type) else c for c in table.columns]
    return pa.Table.from_arrays(columns, table.column_names)  # type: ignore[arg-type] # the stubs know no list columns


def parquet(frames: Frames, path: Path) -> Path:
    for name, table in frames.items():
        pq.write_table(table, path / f"{name}.parquet")
    return path


def csv(frames: Frames, path: Path) -> Path:
    for name, table in frames.items():
        pyarrow.csv.write_csv(as_text(table), path / f"{name}.csv")
    return path


def zipped_csv_with_mark(frames: Frames, path: Path) -> Path:
    for file in csv(frames, path).glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace(",", "\t")
        with gzip.open(f"{file}.gz", "wt", encoding="utf-8-sig", newline="") as out:
            out.write(text.replace("\n", "\r\n"))
        file.unlink()
    return path


def parts(frames: Frames, path: Path) -> Path:
    for name, table in frames.items():
        folder = path / name / "year=2026"
        folder.mkdir(parents=True)
        (path / name / "_SUCCESS").touch()
        for i in range(table.num_rows):
            pq.write_table(table.slice(i, 1), folder / f"part-{i}.parquet")
    return path


def database(frames: Frames, path: Path) -> Path:
    with duckdb.connect(str(path / "operator.db")) as connection:
        for name, table in frames.items():
            connection.register("frame", table)
            connection.execute(f"create table {name} as from frame")
    return path / "operator.db"


def bracketed(frames: Frames, path: Path) -> Path:
    folder = path / "data [1]*"
    folder.mkdir()
    return parquet(frames, folder)


def pandas(frames: Frames, _: Path) -> Any:
    return {name: table.to_pandas() for name, table in frames.items()}


def polars(frames: Frames, _: Path) -> Any:
    return {name: pl.from_arrow(table).lazy() for name, table in frames.items()}  # type: ignore[union-attr]


def connection(frames: Frames, _: Path) -> Any:
    found = ibis.duckdb.connect()
    for name, table in frames.items():
        found.create_table(name, table)
    return found


def lazy(frames: Frames, path: Path) -> Any:
    found = connection(frames, path)
    return {name: found.table(name) for name in frames}


def content(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    first = {name: TABLES[name].columns[0].name for name in tables.by_name}
    rows = {
        name: tables[name].order_by(first[name], "recorded_at") if name != "feeds" else tables[name] for name in first
    }
    return {name: table.to_pyarrow().to_pylist() for name, table in rows.items()}


WAYS = [parquet, csv, zipped_csv_with_mark, parts, bracketed, database, pandas, polars, connection, lazy]


@pytest.fixture(scope="module")
def expected(whole: Frames) -> tuple[dict[str, Any], dict[str, Any]]:
    tables = read_tables(whole, Config(time_zone="Europe/Berlin"), check=False)
    return content(tables), {name: table.schema() for name, table in tables.by_name.items()}


@pytest.mark.parametrize("way", WAYS)
def test_every_source_gives_the_same_tables(
    way: Callable[..., Any], frames: Frames, config: Config, tmp_path: Path, expected: tuple[Any, Any]
):
    tables = read_tables(way(frames, tmp_path), config)
    assert (content(tables), {name: table.schema() for name, table in tables.by_name.items()}) == expected
    assert tables.recorded == {"accounts", "calls"}


def test_the_canonical_types(frames: Frames, config: Config):
    tables = read_tables(frames, config)
    expected = {"account_id": "string", "started_at": "timestamp(6)", "duration_s": "int64", "charge": "int64"}
    schema = tables["calls"].schema()
    assert {name: str(schema[name]) for name in expected} == expected
    assert str(tables["products"].schema()["includes"]) == "array<string>"
    attributes = {"age": "int64", "share": "float64", "is_staff": "boolean", "town": "string"}
    assert {name: str(tables["accounts"].schema()[name]) for name in attributes} == attributes


def test_tables_say_in_a_line_which_they_are(frames: Frames, config: Config):
    tables = read_tables({name: frames[name] for name in ("accounts", "products", "holdings", "complaints")}, config)
    assert repr(tables) == "<Tables: accounts, products, holdings, complaints>"
    cut = repr(tables.cut(datetime(2026, 3, 20, 12, tzinfo=UTC)))
    assert cut == "<Tables: accounts, products, holdings, complaints, as known at 2026-03-20 12:00 UTC>"


def test_a_table_without_its_optional_lists_can_be_printed(frames: Frames, config: Config):
    bare = frames["products"].drop(["includes", "requires"])
    products = read_tables({**frames, "products": bare}, config)["products"]
    assert "excludes" in repr(products)
    assert products.includes.to_pyarrow().to_pylist() == [None, None, None]


def test_money_is_in_minor_units(frames: Frames, config: Config):
    assert read_tables(frames, config)["products"].order_by("product_id").monthly_price.to_pyarrow().to_pylist() == [
        10,
        None,
        999,
    ]


def test_inputs_are_never_modified(frames: Frames, config: Config):
    source = {name: table.to_pandas() for name, table in frames.items()}
    before = {name: frame.copy(deep=True) for name, frame in source.items()}
    content(read_tables(source, config).cut(config.moment("2026-03-08")))
    assert all(source[name].equals(before[name]) for name in before)


def test_the_settings_beside_the_tables_are_read(frames: Frames, tmp_path: Path):
    (parquet(frames, tmp_path) / "recommender.toml").write_text('time_zone = "Asia/Tokyo"')
    assert read_tables(tmp_path).config.time_zone == "Asia/Tokyo"


def test_the_engine_obeys_its_settings(frames: Frames, tmp_path: Path):
    settings = Config.from_dict({"engine": {"threads": 1, "memory_limit": "512MiB", "temp_directory": str(tmp_path)}})
    backend = read_tables(frames, settings)["calls"].get_backend()
    asked = "current_setting('threads') || current_setting('memory_limit') || current_setting('temp_directory')"
    assert backend.con.execute(f"select {asked}").fetchone() == (f"1512.0 MiB{tmp_path}",)


def test_a_database_file_is_opened_for_reading_only(frames: Frames, config: Config, tmp_path: Path):
    path = database(frames, tmp_path)
    before = path.read_bytes()
    content(read_tables(path, config))
    assert path.read_bytes() == before


def test_a_float_may_be_none_of_the_ids(frames: Frames, config: Config):
    frames["contacts"] = frames["contacts"].set_column(0, "contact_id", pa.array([1.0]))
    with pytest.raises(ContractError, match="'contact_id' is of floating point, and an id must not be: a gap turned"):
        read_tables(frames, config)


def test_whole_ids_become_their_decimal_text(frames: Frames, config: Config):
    frames["contacts"] = frames["contacts"].set_column(0, "contact_id", pa.array([9007199254740993]))
    assert read_tables(frames, config)["contacts"].contact_id.to_pyarrow().to_pylist() == ["9007199254740993"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda path: (path / "calls.parquet").write_bytes(b"PAR1 and no more"), "breaks off before its end"),
        (lambda path: (path / "calls.parquet").write_text("account_id,started_at\n1,2"), "is no Parquet file"),
        (lambda path: (path / "calls.parquet").write_bytes(b""), "is no Parquet file"),
        (lambda path: (path / "calls.parquet").write_bytes(b"PAR1" + bytes(64) + b"PAR1"), "cannot be read"),
        (lambda path: (path / "calls.csv").write_text("a,b"), "calls: it stands more than once"),
        (lambda path: (path / "consents.parquet").rename(path / "consents.csv"), "is not in UTF-8, which was needed"),
        (
            lambda path: ((path / "consents.parquet").unlink(), (path / "consents.csv").touch()),
            "is empty, and at least a header",
        ),
        (
            lambda path: ((path / "consents.parquet").unlink(), (path / "consents").mkdir()),
            "either Parquet or CSV files",
        ),
        (lambda path: (path / "holdings.parquet").unlink(), "holdings: the table is needed, and there is none"),
    ],
)
def test_a_broken_file_is_one_sentence(
    spoil: Callable[[Path], Any], says: str, few: Frames, config: Config, tmp_path: Path
):
    spoil(parquet(few, tmp_path))
    with pytest.raises(ContractError, match=says) as caught:
        read_tables(tmp_path, config)
    assert len(caught.value.problems) == 1
    assert check_tables(tmp_path, config) == list(caught.value.problems)


def test_a_letter_of_another_encoding_far_down_a_file_is_named_as_that(few: Frames, config: Config, tmp_path: Path):
    path = csv(few, tmp_path) / "calls.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines[1:2] * 3_000, b"\xf6" + lines[1]]))
    with pytest.raises(ContractError, match=r"^calls: line 3002 of its CSV file is not in UTF-8, which was needed\.$"):
        read_tables(tmp_path, config)


def test_a_page_flipped_inside_a_file_is_one_sentence(few: Frames, config: Config, tmp_path: Path):
    path = parquet(few, tmp_path) / "calls.parquet"
    content_bytes = bytearray(path.read_bytes())
    content_bytes[4:80] = bytes(76)
    path.write_bytes(content_bytes)
    with pytest.raises(ContractError, match="calls: the engine could not read it") as caught:
        read_tables(tmp_path, config)
    assert len(caught.value.problems) == 1


def test_a_ragged_line_of_csv_is_named_without_its_content(few: Frames, config: Config, tmp_path: Path):
    with (csv(few, tmp_path) / "consents.csv").open("a", encoding="utf-8") as file:
        file.write("secret,marketing\n")
    with pytest.raises(ContractError, match=r"consents: line 3 of its CSV file cannot be read") as caught:
        read_tables(tmp_path, config)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("nowhere", "there is no such folder or file"),
        (__file__, "this file is neither"),
        (42, "int is none of them"),
        ({"call": None}, r"does not know: \['call'\]"),
        ({"calls": 42}, "calls: a pandas, Arrow or Polars frame was needed"),
        (
            {"calls": pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])},
            r"calls: these columns stand more than once: \['a'\]",
        ),
    ],
)
def test_what_is_no_source_is_one_sentence(source: Any, says: str):
    with pytest.raises(DataError, match=says):
        read_tables(source)


def test_an_empty_folder_names_each_needed_table(tmp_path: Path):
    with pytest.raises(ContractError) as caught:
        read_tables(tmp_path)
    needed = ["accounts", "products", "holdings", "complaints"]
    assert list(caught.value.problems) == [f"{name}: the table is needed, and there is none." for name in needed]


@pytest.mark.parametrize("setting", [{"memory_limit": "lots"}, {"threads": -1}])
def test_an_engine_setting_that_duckdb_does_not_take_is_named(frames: Frames, tmp_path: Path, setting: dict[str, Any]):
    (name, value), *_ = setting.items()
    parquet(frames, tmp_path)
    with pytest.raises(ConfigError, match=rf"^\[engine\] {name}: DuckDB does not take {value!r}; .* was needed\.$"):
        read_tables(tmp_path, Config(time_zone="UTC", engine=Engine(**setting)))


@pytest.mark.parametrize("name", ["Calls.parquet", "call.parquet", "CALLS/part.parquet"])
def test_a_file_that_nearly_has_the_name_of_a_table_is_asked_about(
    frames: Frames, config: Config, tmp_path: Path, name: str
):
    parquet(frames, tmp_path)
    (tmp_path / "calls.parquet").rename(tmp_path / "away")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / "away").rename(tmp_path / name)
    with pytest.raises(
        ContractError, match=rf"calls: .*{name.partition('/')[0]} is no table by its name; did you mean 'calls'\?"
    ):
        read_tables(tmp_path, config)


def test_a_file_that_may_be_a_table_is_named_in_the_log(
    frames: Frames, config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    parquet(frames, tmp_path)
    (tmp_path / "bills.parquet").rename(tmp_path / "invoices_2026.parquet")
    read_tables(tmp_path, config)
    assert ["bills" in record.message and "invoices_2026.parquet" in record.message for record in caplog.records] == [
        True
    ]
