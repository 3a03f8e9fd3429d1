from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from recommender.config import Config
from recommender.errors import ConfigError, ContractError
from recommender.tables import check_tables, read_tables
from recommender.tables.contract_page import contract_page

Frames = dict[str, pa.Table]
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MOMENT = pa.timestamp("us", "UTC")


def put(table: pa.Table, name: str, *values: Any, kind: pa.DataType | None = None) -> pa.Table:
    """Return `table` with the column `name` replaced or added."""
    kept = table.drop_columns([name]) if name in table.column_names else table
    return kept.append_column(name, pa.array(values, kind))


def twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table])


def test_good_tables_have_no_problems(frames: Frames, config: Config):
    assert check_tables(frames, config) == []


def test_tables_that_were_read_are_good(frames: Frames, config: Config):
    assert check_tables(read_tables(frames, config)) == []
    assert check_tables(read_tables(frames, config).cut(NOON)) == []


@pytest.mark.parametrize(
    ("name", "spoilt", "problem"),
    [
        (
            "calls",
            lambda table: table.drop_columns(["direction"]),
            "calls: the column 'direction' is needed, and there is none.",
        ),
        (
            "calls",
            lambda table: put(table, "duration_s", True, False),
            "calls: the column 'duration_s' is of type boolean, where whole seconds were needed.",
        ),
        (
            "bills",
            lambda table: put(table, "due_at", 1772625600),
            "bills: the column 'due_at' is of type int64, where timestamps were needed.",
        ),
        (
            "calls",
            lambda table: put(table, "started_at", NOON, None, kind=MOMENT),
            "calls: the column 'started_at' is empty in 1 row, for example row 2.",
        ),
        (
            "calls",
            lambda table: put(table, "account_id", "007", "  "),
            "calls: the column 'account_id' is empty in 1 row, for example row 2.",
        ),
        (
            "calls",
            lambda table: put(table, "recorded_at", None, NOON, kind=MOMENT),
            "calls: the column 'recorded_at' is empty in 1 row, for example row 1.",
        ),
        (
            "calls",
            lambda table: put(table, "direction", "IN", "inbound"),
            "calls: the column 'direction' holds 2 values other than in, out, for example 'IN', 'inbound'.",
        ),
        (
            "calls",
            lambda table: put(table, "direction", "in", "+49 170 1234567"),
            "calls: the column 'direction' holds 1 value other than in, out, for example '+##############'.",
        ),
        (
            "calls",
            lambda table: put(table, "duration_s", -1, 3),
            "calls: the column 'duration_s' holds 1 value below 0, for example '-1'.",
        ),
        (
            "calls",
            lambda table: put(table, "duration_s", 2**63 - 1, 2**31),
            "calls: the column 'duration_s' holds 1 value beyond 2^31 seconds, for example '###################'.",
        ),
        (
            "bills",
            lambda table: put(table, "amount", -(2.0**44)),
            "bills: the column 'amount' holds 1 value beyond 2^43 minor units, for example '-##############.0'.",
        ),
        (
            "calls",
            lambda table: put(table, "duration_s", "1.5", "12"),
            "calls: the column 'duration_s' holds 1 value that cannot be read as whole seconds, for example '1.5'.",
        ),
        (
            "calls",
            lambda table: put(table, "duration_s", 1.5, 1e300),
            (
                "calls: the column 'duration_s' holds 2 values that cannot be read as whole seconds, "
                "for example '1.5', '1e+300'."
            ),
        ),
        (
            "bills",
            lambda table: put(table, "amount", "9,99"),
            (
                "bills: the column 'amount' holds 1 value that cannot be read as an amount with as many decimals as "
                "minor_digits in recommender.toml says, for example '9,99'."
            ),
        ),
        (
            "bills",
            lambda table: put(table, "amount", 0.005),
            (
                "bills: the column 'amount' holds 1 value that cannot be read as an amount with as many decimals as "
                "minor_digits in recommender.toml says, for example '0.005'."
            ),
        ),
        (
            "bills",
            lambda table: put(table, "due_at", "2026-02-30"),
            (
                "bills: the column 'due_at' holds 1 value that cannot be read as a time in ISO 8601, such as "
                "2026-06-30 08:00 or 2026-06-30T08:00:00+02:00, for example '2026-02-30'."
            ),
        ),
        (
            "consents",
            lambda table: put(table, "granted", "maybe"),
            "consents: the column 'granted' holds 1 value that cannot be read as true or false, for example 'maybe'.",
        ),
        (
            "contacts",
            twice,
            "contacts: 2 rows share their key (contact_id, account_id, product_id) with another, for example row 1, 2.",
        ),
        (
            "accounts",
            twice,
            "accounts: 4 rows share their key (account_id, recorded_at) with another, for example row 1, 2, 3, 4.",
        ),
        (
            "holdings",
            lambda table: put(table, "ended_at", NOON.replace(day=1), None, kind=MOMENT),
            "holdings: started_at is later than ended_at in 1 row, for example row 1.",
        ),
        (
            "complaints",
            lambda table: put(table, "account_id", "0070"),
            "complaints: the column 'account_id' names accounts that do not exist, in 1 row, for example row 1.",
        ),
        (
            "calls",
            lambda table: put(table, "account_id", "007", "4711"),
            "calls: the column 'account_id' names accounts that do not exist, in 1 row, for example row 2.",
        ),
        (
            "holdings",
            lambda table: put(table, "product_id", "wifi", "wfi"),
            "holdings: the column 'product_id' names products that do not exist, in 1 row, for example 'wfi'.",
        ),
        (
            "products",
            lambda table: put(table, "excludes", ["tv"], ["wifi", "sms"], None),
            "products: the column 'excludes' names products that do not exist, in 2 rows, for example 'sms', 'tv'.",
        ),
        (
            "products",
            lambda table: put(table, "requires", "tv|wifi", None, None),
            "products: the column 'requires' names products that do not exist, in 1 row, for example 'tv'.",
        ),
        (
            "accounts",
            lambda table: put(table, "contact_log", 1, 2),
            "accounts: the attribute 'contact_log' has a name that is kept for something else; rename it.",
        ),
        (
            "accounts",
            lambda table: put(table, "born_on", NOON, NOON, kind=MOMENT),
            (
                "accounts: the attribute 'born_on' is of type timestamp('UTC', 6), and attributes are numbers, flags "
                "or text; leave it out by exclude in [features] of recommender.toml."
            ),
        ),
        (
            "accounts",
            lambda table: put(table, " AGE ", 1, 2),
            "accounts: the column 'AGE' stands more than once, small and capital letters or blanks aside.",
        ),
    ],
)
def test_each_rule_has_its_sentence(name: str, spoilt: Any, problem: str, frames: Frames, config: Config):
    kept = {"accounts", "products", "holdings", "complaints", "consents", name}
    tables = {one: table for one, table in frames.items() if one in kept}
    assert check_tables(tables | {name: spoilt(frames[name])}, config) == [problem]


@pytest.mark.parametrize("name", ["accounts", "products"])
def test_accounts_and_products_may_not_be_empty(name: str, frames: Frames, config: Config):
    problems = check_tables(frames | {name: frames[name].slice(0, 0)}, config)
    assert f"{name}: there are no rows, and at least one is needed." in problems


def test_other_tables_may_be_empty(frames: Frames, config: Config):
    kept = ("accounts", "products")
    empty = {name: table if name in kept else table.slice(0, 0) for name, table in frames.items()}
    assert check_tables(empty, config) == []


def test_five_faults_at_once_are_five_sentences(frames: Frames, config: Config):
    frames["calls"] = put(put(frames["calls"], "direction", "IN", "out"), "duration_s", 1, -1)
    frames["complaints"] = frames["complaints"].drop_columns(["status"])
    frames["contacts"] = put(frames["contacts"], "product_id", "tv")
    frames["bills"] = put(frames["bills"], "account_id", 7.0)
    with pytest.raises(ContractError, match="complaints: the column 'status'") as caught:
        read_tables(frames, config)
    tables = [problem.partition(":")[0] for problem in caught.value.problems]
    assert tables == ["complaints", "calls", "calls", "contacts", "bills"]
    assert check_tables(frames, config) == list(caught.value.problems)


def test_no_id_of_an_account_is_in_a_message(frames: Frames, config: Config):
    frames["complaints"] = put(frames["complaints"], "account_id", "secret-account")
    frames["accounts"] = twice(put(frames["accounts"], "account_id", "secret-one", "secret-two"))
    assert "secret" not in "\n".join(check_tables(frames, config))


def test_a_connection_names_no_rows(frames: Frames, config: Config):
    frames["complaints"] = put(frames["complaints"], "account_id", "0070")
    connection = ibis.duckdb.connect()
    for name, table in frames.items():
        connection.create_table(name, table)
    problem = "complaints: the column 'account_id' names accounts that do not exist, in 1 row."
    assert check_tables(connection, config) == [problem]


def test_ids_that_differ_in_blanks_alone_match(frames: Frames, config: Config):
    frames["complaints"] = put(frames["complaints"], "account_id", "\t007 ")
    tables = read_tables(frames, config)
    assert tables["complaints"].account_id.to_pyarrow().to_pylist() == ["007"]


def test_an_objection_with_blanks_around_its_channel_still_names_the_channel(frames: Frames, config: Config):
    frames["consents"] = put(put(frames["consents"], "channel", "phone   "), "granted", "No")
    consents = read_tables(frames, config)["consents"].to_pyarrow().to_pylist()
    assert [(row["channel"], row["granted"]) for row in consents] == [("phone", False)]


def test_twins_of_a_complaint_are_no_fault(frames: Frames, config: Config):
    frames["complaints"] = twice(frames["complaints"])
    assert check_tables(frames, config) == []


def test_naive_times_need_a_time_zone(frames: Frames):
    frames["bills"] = put(frames["bills"], "due_at", datetime(2026, 7, 1, tzinfo=UTC).replace(tzinfo=None))
    with pytest.raises(ConfigError, match="Naive times need a time zone: set time_zone"):
        read_tables(frames)


def test_times_that_name_their_offset_need_no_time_zone(frames: Frames):
    frames["bills"] = put(frames["bills"], "due_at", "2026-07-01T00:30:00+02:00")
    found = read_tables(frames)["bills"].due_at.to_pyarrow().to_pylist()
    assert found == [datetime(2026, 6, 30, 22, 30, tzinfo=UTC).replace(tzinfo=None)]


@pytest.mark.parametrize(
    ("given", "hour"),
    [
        ("2026-03-28 12:00", 11),  # winter
        ("2026-03-29 12:00:00", 10),  # summer
        ("2026-03-29T02:30:00", 1),  # never shown: shifted forward
        ("2026-10-25 02:30:00.000", 0),  # shown twice: the first
        ("2026-10-25 02:30:00+01:00", 1),
        ("2026-10-25T02:30:00Z", 2),
        ("2026-03-28", 23),  # midnight
    ],
)
def test_naive_text_is_read_in_the_operators_time_zone(given: str, hour: int, frames: Frames, config: Config):
    frames["bills"] = put(frames["bills"], "due_at", given)
    assert [at.hour for at in read_tables(frames, config, check=False)["bills"].due_at.to_pyarrow().to_pylist()] == [
        hour
    ]


@pytest.mark.parametrize(
    ("amount", "units"),
    [("9.99", 999), (9.99, 999), (0.1 + 0.2, 30), ("-0.5", -50), (7, 700), (1234567.89, 123456789)],
)
def test_amounts_become_minor_units_exactly(amount: Any, units: int, frames: Frames, config: Config):
    frames["bills"] = put(frames["bills"], "amount", amount)
    assert read_tables(frames, config, check=False)["bills"].amount.to_pyarrow().to_pylist() == [units]


def test_finer_amounts_fit_where_the_settings_say_so(frames: Frames):
    frames["bills"] = put(frames["bills"], "amount", "0.0045")
    tables = read_tables(frames, Config(time_zone="UTC", minor_digits=4))
    assert tables["bills"].amount.to_pyarrow().to_pylist() == [45]


def test_attributes_of_csv_get_the_narrowest_type_that_fits(frames: Frames, config: Config, tmp_path: Path):
    for name, table in frames.items():
        if name not in {"accounts", "products"}:
            head = ",".join(table.column_names)
            (tmp_path / f"{name}.csv").write_text(f"{head}\n")
    (tmp_path / "products.csv").write_text("product_id,name,category,monthly_price\nwifi,W,data,1\n")
    (tmp_path / "accounts.csv").write_text(
        "account_id,opened_at,segment,age,share,is_staff,postcode,nothing\n"
        "0007,,home,41,1,true,01099,\n0008,,,,0.5,FALSE,50667,\n"
    )
    accounts = read_tables(tmp_path, config)["accounts"].order_by("account_id").to_pyarrow()
    assert accounts.drop_columns(["opened_at", "segment", "recorded_at"]).to_pydict() == {
        "account_id": ["0007", "0008"],
        "age": [41, None],
        "share": [1.0, 0.5],
        "is_staff": [True, False],
        "postcode": ["01099", "50667"],
        "nothing": [None, None],
    }


def test_the_column_of_vulnerability_may_have_the_name_of_its_fact(frames: Frames, config: Config):
    frames["accounts"] = put(frames["accounts"], "is_vulnerable", True, False)
    assert check_tables(frames, config) == []


def test_an_attribute_that_is_left_out_may_be_of_any_type(frames: Frames):
    frames["accounts"] = put(frames["accounts"], "born_on", NOON, NOON, kind=MOMENT)
    settings = Config.from_dict({"features": {"exclude": ["born_on"]}})
    assert "born_on" not in read_tables(frames, settings)["accounts"].columns


def test_a_missing_consents_table_needs_a_word_in_the_settings(frames: Frames, config: Config):
    del frames["consents"]
    assert [problem.partition(":")[0] for problem in check_tables(frames, config)] == ["consents"]
    assert check_tables(frames, Config.from_dict({"time_zone": "UTC", "consents": {"if_missing": "withheld"}})) == []


def test_what_cannot_be_read_at_all_is_a_problem():
    assert check_tables("nowhere") == ["nowhere: there is no such folder or file."]


def test_unchecked_tables_still_need_their_columns(frames: Frames, config: Config):
    frames["complaints"] = frames["complaints"].drop_columns(["status"])
    with pytest.raises(ContractError, match="'status' is needed"):
        read_tables(frames, config, check=False)


def test_the_page_of_the_contract_is_current():
    page = Path(__file__).parents[2] / "data" / "README.md"
    assert page.read_text(encoding="utf-8") == contract_page() + "\n"
