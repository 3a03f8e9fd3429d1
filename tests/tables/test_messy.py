"""Own CSV files as people have them: other names, day-first dates, grouped thousands, a byte order mark, 007."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from recommender.config import Config, read_config
from recommender.errors import ConfigError, ContractError
from recommender.tables import check_tables, propose_settings, read_tables

FILES = {
    "accounts": [
        "\ufeffKundennummer;Customer since;Segment;Age;Spend",
        "007;01.02.2019;home;41;1.234,50",
        "0008;31/12/2024;;52;7",
    ],
    "products": ["Product Code;Product name;Group;Monthly fee", "wifi;Hotspots;data;9,99", "box;Set;tv;1.009,90"],
    "holdings": [
        "account_id;SKU;Start date;End date",
        "007;wifi;1.3.2025 9:05;",
        "0008;box;15-06-25;16.06.2025 3:30 PM",
    ],
    "complaints": [
        "Ticket #;Customer No.;Opened;Closed;State",
        "1;007;28.06.2026;;Open",
        "2;0008;01.06.2026;03.06.2026;Closed",
    ],
    "consents": ["Customer-ID;purpose;channel;Opt-in;Date", "007;marketing;;yes;01.02.2019"],
}
ZONE = ZoneInfo("Europe/Berlin")


@pytest.fixture
def messy(tmp_path):
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_bytes("\r\n".join(text).encode())
    (tmp_path / "recommender.toml").write_text('time_zone = "Europe/Berlin"\n', encoding="utf-8")
    return tmp_path


def mended(folder):
    settings = folder / "recommender.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n" + propose_settings(folder).as_toml(), "utf-8")
    return folder


def test_what_is_proposed_mends_everything(messy):
    assert len(check_tables(messy)) > 10
    assert check_tables(mended(messy)) == []
    assert not propose_settings(messy)


def test_what_is_proposed_is_what_the_file_then_says(messy):
    proposed = propose_settings(messy)
    assert read_config(mended(messy) / "recommender.toml") == proposed.applied_to(Config(time_zone="Europe/Berlin"))


def test_names_are_found_by_their_letters_and_by_other_words_for_them(messy):
    assert propose_settings(messy).columns == {
        "accounts": {"account_id": "Kundennummer", "opened_at": "Customer since", "segment": "Segment"},
        "products": {
            "product_id": "Product Code",
            "name": "Product name",
            "category": "Group",
            "monthly_price": "Monthly fee",
        },
        "holdings": {"product_id": "SKU", "started_at": "Start date", "ended_at": "End date"},
        "complaints": {
            "complaint_id": "Ticket #",
            "account_id": "Customer No.",
            "opened_at": "Opened",
            "resolved_at": "Closed",
            "status": "State",
        },
        "consents": {"account_id": "Customer-ID", "granted": "Opt-in", "changed_at": "Date"},
    }


def test_ids_keep_their_zeros_dates_their_days_and_amounts_their_thousands(messy):
    tables = read_tables(mended(messy))
    accounts = tables["accounts"].to_pyarrow().to_pylist()
    assert [row["account_id"] for row in accounts] == ["007", "0008"]
    assert [row["opened_at"] for row in accounts] == [utc(2019, 2, 1), utc(2024, 12, 31)]
    assert [(row["Age"], row["Spend"]) for row in accounts] == [(41, 1234.5), (52, 7.0)]
    assert tables["products"].monthly_price.to_pyarrow().to_pylist() == [999, 100_990]
    holdings = tables["holdings"].to_pyarrow().to_pylist()
    assert [row["started_at"] for row in holdings] == [utc(2025, 3, 1, 9, 5), utc(2025, 6, 15)]
    assert [row["ended_at"] for row in holdings] == [None, utc(2025, 6, 16, 15, 30)]


def utc(*parts):
    return datetime(*parts).replace(tzinfo=ZONE).astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "30.06.2026",
            {
                "03.04.2026": (2026, 4, 3),
                "2026-04-03": (2026, 4, 3),
                "22-04-15": (2015, 4, 22),
                "3.4.2026 7:08:09": (2026, 4, 3, 7, 8, 9),
                "3.4.2026 23:59": (2026, 4, 3, 23, 59),
            },
        ),
        (
            "06/30/2026",
            {
                "03/04/2026": (2026, 3, 4),
                "4/3/2026 12:05 AM": (2026, 4, 3, 0, 5),
                "4/3/2026 12:05 pm": (2026, 4, 3, 12, 5),
            },
        ),
    ],
)
def test_a_date_is_read_as_its_format_says(form, expected):
    config = Config.from_dict({"time_zone": "Europe/Berlin", "formats": {"dates": form}})
    accounts = read_tables(frames([{"opened_at": text} for text in expected]), config)["accounts"]
    found = accounts.order_by("account_id").opened_at.to_pyarrow().to_pylist()
    assert found == [utc(*parts) for parts in expected.values()]


def test_what_is_no_date_is_refused_and_not_guessed():
    config = Config.from_dict({"time_zone": "Europe/Berlin", "formats": {"dates": "30.06.2026"}})
    texts = ["31.02.2026", "13/13/2026", "1.2.2026 13:00 PM", "1.2.2026 25:00", "tomorrow", "15.03.98", "31.12.99"]
    with pytest.raises(ContractError, match="'opened_at' holds 7 values that cannot be read as a time"):
        read_tables(frames([{"opened_at": text} for text in texts]), config)


def frames(accounts=({},), prices=("9.99",)):
    products = [{"product_id": f"p{i}", "name": "P", "category": "c", "monthly_price": p} for i, p in enumerate(prices)]
    usual = [{"account_id": f"00{i}", "opened_at": None, "segment": "home"} for i in range(len(accounts))]
    return {
        "accounts": pd.DataFrame([one | dict(own) for one, own in zip(usual, accounts, strict=True)]),
        "products": pd.DataFrame(products),
        "holdings": _without_rows("account_id", "product_id", "started_at", "ended_at"),
        "complaints": _without_rows("complaint_id", "account_id", "opened_at", "resolved_at", "status"),
    }


def _without_rows(*names):
    return pd.DataFrame({name: pd.Series([], dtype=str) for name in names})


@pytest.mark.parametrize(
    ("form", "cents"),
    [
        ("1,234.56", {"1,234,567.80": 123_456_780, "0.5": 50, "1234": 123_400}),
        ("1.234,56", {"1.234.567,80": 123_456_780, "9,99": 999, "1234": 123_400}),
        ("1 234,56", {"1 234,5": 123_450, "1\u202f234,50": 123_450, "1'234": 123_400}),
    ],
)
def test_an_amount_is_read_as_its_format_says(form, cents):
    config = Config.from_dict({"time_zone": "Europe/Berlin", "formats": {"amounts": form}})
    products = read_tables(frames(prices=list(cents)), config)["products"].order_by("product_id")
    assert products.monthly_price.to_pyarrow().to_pylist() == list(cents.values())


@pytest.mark.parametrize(
    ("form", "texts"), [("1,234.56", ["1.234,56", "9,99", "12 345.00"]), ("1.234,56", ["1,234.56", "12.34", "0.5"])]
)
def test_an_amount_of_another_format_is_refused_and_not_a_hundredfold(form, texts):
    config = Config.from_dict({"time_zone": "Europe/Berlin", "formats": {"amounts": form}})
    with pytest.raises(ContractError, match="'monthly_price' holds 3 values that cannot be read as an amount"):
        read_tables(frames(prices=texts), config)


def test_without_a_format_nothing_is_reinterpreted():
    with pytest.raises(ContractError, match="3 values that cannot be read as an amount"):
        read_tables(frames(prices=["1,234.56", "9,99", "1.234,56"]), Config(time_zone="UTC"))


def test_dates_that_do_not_tell_day_from_month_are_a_doubt():
    proposed = propose_settings(frames([{"opened_at": "03.04.2026"}]), Config())
    assert proposed.formats == {"dates": "30.06.2026"}
    assert "No date tells whether the day or the month comes first" in proposed.as_toml()


def test_dates_of_both_orders_are_left_to_a_person():
    given = frames([{"opened_at": "31.01.2026"}])
    given["holdings"] = pd.DataFrame(
        [{"account_id": "000", "product_id": "p0", "started_at": "01/31/2026", "ended_at": None}]
    )
    proposed = propose_settings(given, Config())
    assert proposed.formats == {}
    assert "no one setting reads them" in proposed.as_toml()


def test_amounts_that_do_not_tell_a_group_from_decimals_are_a_doubt():
    proposed = propose_settings(frames(prices=["1,234"]), Config())
    assert proposed.formats == {"amounts": "1,234.56"}
    assert proposed.doubts


def test_a_name_in_the_settings_that_no_column_has_is_a_problem():
    config = Config.from_dict({"time_zone": "UTC", "columns": {"accounts": {"segment": "Kind"}}})
    given = frames()
    given["accounts"] = given["accounts"].drop(columns="segment")
    assert check_tables(given, Config(config.time_zone, columns=config.columns))[0] == (
        "accounts: [columns.accounts] says that 'segment' stands as 'Kind', and there is no such column."
    )


def test_two_columns_for_one_of_ours_is_a_problem():
    config = Config.from_dict({"time_zone": "UTC", "columns": {"accounts": {"segment": "Kind"}}})
    with pytest.raises(ContractError, match="but a column of our name is there as well"):
        read_tables(frames([{"Kind": "x"}]), config)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"customers": {"account_id": "x"}}, r"\[columns.customers\]: there is no such table"),
        ({"holdings": {"colour": "x"}}, r"\[columns.holdings\]: unknown \['colour'\]; known are"),
        ({"holdings": {"started_at": 3}}, r"\[columns.holdings\] started_at: the name of a column was needed"),
    ],
)
def test_a_name_that_the_contract_does_not_know_is_refused(columns, sentence):
    with pytest.raises(ConfigError, match=sentence):
        read_tables(frames(), Config.from_dict({"time_zone": "UTC", "columns": columns}))


def test_the_names_of_attributes_can_be_changed_too():
    config = Config.from_dict({"time_zone": "UTC", "columns": {"accounts": {"age": "Alter"}}})
    assert read_tables(frames([{"Alter": 41}]), config)["accounts"].age.to_pyarrow().to_pylist() == [41]


def test_a_missing_time_zone_is_one_problem_beside_the_others(messy):
    (messy / "recommender.toml").unlink()
    found = check_tables(messy, propose_settings(messy).applied_to(Config()))
    assert found == ['Naive times need a time zone: set time_zone = "Area/City" in recommender.toml.']


def test_the_settings_of_a_model_keep_their_names_and_formats(messy):
    config = read_config(mended(messy) / "recommender.toml")
    assert Config.from_dict(config.to_dict()) == config
