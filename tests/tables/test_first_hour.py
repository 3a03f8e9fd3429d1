"""The committed sample, as another operator would have it, is read as what it is once check's proposal is in place."""

import csv
import shutil
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from recommender.simulation import simulate
from recommender.simulation.as_csv import rewrite_as_csv
from recommender.tables import check_tables, propose_settings, read_tables

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
THEIRS = {
    "account_id": "Kundennummer",
    "product_id": "Product code",
    "name": "Product name",
    "monthly_price": "Monthly fee",
    "amount": "Invoice amount",
    "opened_at": "Opened on",
    "started_at": "Start date",
    "ended_at": "End date",
    "status": "State",
}
AMOUNTS = {"monthly_price", "charge", "amount", "plan_price"}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The sample with a byte order mark, semicolons, other names, the operator's own clock and decimal commas."""
    folder = tmp_path_factory.mktemp("own")
    for path in SAMPLE.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (folder / path.name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow([THEIRS.get(name, name) for name in rows[0]])
            writer.writerows([[_theirs(name, value) for name, value in row.items()] for row in rows])
    (folder / "recommender.toml").write_text('time_zone = "Europe/Berlin"\n', encoding="utf-8")
    return folder


def _theirs(name, value):
    if not value:
        return ""
    if name.endswith("_at") or name == "known_until":
        return f"{datetime.fromisoformat(value).astimezone(ZoneInfo('Europe/Berlin')):%d.%m.%Y %H:%M:%S}"
    if name in AMOUNTS:
        return f"{float(value):,.2f}".translate(str.maketrans(",.", ".,"))
    return value.replace("A0", "00") if name == "account_id" else value


def test_the_sample_is_what_the_simulation_gives_today(tmp_path):
    simulate(tmp_path / "again", accounts=200, months=1, seed=0)
    rewrite_as_csv(tmp_path / "again")
    shutil.rmtree(tmp_path / "again" / "truth")
    names = sorted(path.name for path in SAMPLE.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (SAMPLE / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), f"{name}: make sample"


def test_the_sample_keeps_the_contract_and_is_small_enough_to_read():
    assert check_tables(SAMPLE) == []
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 1_500_000


def test_what_check_proposes_reads_the_same_tables(own):
    proposed = propose_settings(own)
    settings = own / "recommender.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + proposed.as_toml(), encoding="utf-8")
    assert check_tables(own) == []
    theirs, ours = read_tables(own), read_tables(SAMPLE)
    assert set(theirs.by_name) == set(ours.by_name)
    for name in ("accounts", "products", "complaints", "calls", "bills", "feeds"):
        assert _rows(theirs, name) == _rows(ours, name), name


def test_a_heading_of_two_lines_is_proposed_as_toml():
    heading = 'Monthly\n"price"'
    products = pd.DataFrame({"product_id": ["a"], "name": ["A"], heading: ["9.99"]})
    proposed = propose_settings({"products": products}).as_toml()
    assert tomllib.loads(proposed)["columns"]["products"] == {"monthly_price": heading}


def _rows(tables, name):
    rows = tables[name].to_pyarrow().to_pylist()
    keyed = [{key: _in_one_way(key, value) for key, value in sorted(row.items())} for row in rows]
    return sorted(keyed, key=repr)


def _in_one_way(key, value):
    """The sample's own ids are spelt otherwise, and an hour that the clock shows twice is read as the first."""
    if key == "account_id":
        return value.replace("A0", "00")
    return _first_of_two(value) if isinstance(value, datetime) else value


def _first_of_two(value):
    local = value.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("Europe/Berlin"))
    return local.replace(fold=0, tzinfo=None)
