from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from recommender.datasets import TELCO, telco, telco_folder, telco_frames
from recommender.errors import DataError, OutputError
from recommender.tables import Tables, catalogue, fetch, known_until, read_tables

JULY = datetime(2026, 7, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


def rows(tables: Tables, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = fetch(tables[name], name).to_pandas()
    return frame


def edited(csv: Path, old: str, new: str) -> Path:
    csv.write_text(csv.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return csv


def test_services_are_holdings(silent: Tables) -> None:
    held = rows(silent, "holdings").groupby("account_id")["product_id"].agg(set).to_dict()

    assert held == {"0001-AAAAA": {"internet", "online_backup"}, "0002-BBBBB": {"phone", "multiple_lines"}}


def test_the_other_columns_are_attributes(silent: Tables) -> None:
    first, second = rows(silent, "accounts").sort_values("account_id").to_dict("records")

    expected: dict[str, Any] = {
        "gender": "Female",
        "senior_citizen": False,
        "partner": True,
        "dependents": False,
        "tenure_in_months": 1,
        "contract": "One year",
        "paperless_billing": True,
        "payment_method": "Mailed check",
        "monthly_charges": 29.85,
        "total_charges": 29.85,
        "churned": False,
        "internet_kind": "DSL",
    }
    assert {name: first[name] for name in expected} == expected
    assert pd.isna(second["total_charges"])
    assert pd.isna(second["internet_kind"])


def test_what_the_file_does_not_know_stays_unknown(silent: Tables) -> None:
    assert rows(silent, "products")["monthly_price"].isna().all()
    assert rows(silent, "accounts")[["opened_at", "segment"]].isna().all(axis=None)
    assert rows(silent, "holdings")[["started_at", "ended_at", "ordered_at"]].isna().all(axis=None)


def test_what_was_not_so_before_a_service_was_taken_up_is_no_feature(silent: Tables) -> None:
    excluded = set(silent.config.features.exclude)

    assert excluded == {"churned", "internet_kind", "monthly_charges", "total_charges"}


def test_a_service_is_offered_only_where_its_prerequisite_is_held(silent: Tables) -> None:
    requires = {product.product_id: product.requires for product in catalogue(silent).products}

    assert requires["multiple_lines"] == (("phone",),)
    assert requires["streaming_tv"] == (("internet",),)
    assert requires["phone"] == requires["internet"] == ()
    assert catalogue(silent) == TELCO


@pytest.mark.parametrize("feed", ["complaints", "contacts", "consents"])
def test_feeds_are_unknown_unless_the_caller_states_them(silent: Tables, feed: str) -> None:
    assert rows(silent, feed).empty
    assert known_until(silent, feed, AUGUST) is None


@pytest.mark.parametrize("feed", ["complaints", "contacts"])
def test_the_caller_may_state_until_when_feeds_are_known(stated: Tables, feed: str) -> None:
    assert known_until(stated, feed, AUGUST) == JULY


def test_consent_is_granted_only_by_the_statement_of_the_caller(silent: Tables, stated: Tables) -> None:
    assert "consents" in silent
    assert "consents" not in stated
    assert stated.config.consents.if_missing == "granted"


def test_every_account_is_known_at_any_moment(silent: Tables) -> None:
    cut = silent.cut(datetime(1990, 1, 1, tzinfo=UTC))

    assert (len(rows(cut, "accounts")), len(rows(cut, "holdings"))) == (2, 4)


def test_a_folder_with_the_file_will_do(csv: Path) -> None:
    assert telco_frames(csv.parent)["accounts"].equals(telco_frames(csv)["accounts"])


@pytest.mark.parametrize("until", [None, JULY])
def test_a_folder_that_is_written_is_read_back_with_its_settings(
    csv: Path, silent: Tables, stated: Tables, tmp_path: Path, until: datetime | None
) -> None:
    telco_folder(csv, tmp_path / "out", known_until=until)

    again, tables = read_tables(tmp_path / "out"), stated if until else silent
    assert again.config == tables.config
    assert set(again.by_name) == set(tables.by_name)
    for name in again.by_name:
        assert sorted(map(str, fetch(again[name], name).to_pylist())) == sorted(
            map(str, fetch(tables[name], name).to_pylist())
        )


def test_a_folder_that_is_there_is_not_written_over(csv: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="a new folder cannot be written"):
        telco_folder(csv, tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the Telco CSV file, or a folder with it"):
        telco(tmp_path / "nothing.csv")


def test_a_missing_column_is_refused(csv: Path) -> None:
    edited(csv, "TechSupport", "Support")

    with pytest.raises(DataError, match=r"the columns \['TechSupport'\] are missing"):
        telco(csv)


@pytest.mark.parametrize(("word", "column"), [("No phone service", "MultipleLines"), ("DSL", "InternetService")])
def test_an_unknown_word_is_refused(csv: Path, word: str, column: str) -> None:
    edited(csv, word, "Perhaps")

    with pytest.raises(DataError, match=rf"{column}: .* were expected, and \['Perhaps'\] came"):
        telco(csv)


def test_a_number_that_is_none_is_refused(csv: Path) -> None:
    edited(csv, "20.25", "twenty")

    with pytest.raises(DataError, match="MonthlyCharges: numbers were expected"):
        telco(csv)


def test_the_file_itself_is_read_whole(real_telco: Path) -> None:
    tables = telco(real_telco)
    held = rows(tables, "holdings")["product_id"].value_counts().to_dict()

    assert len(rows(tables, "accounts")) == 7043
    assert held == {
        "phone": 6361,
        "multiple_lines": 2971,
        "internet": 3096 + 2421,
        "online_security": 2019,
        "online_backup": 2429,
        "device_protection": 2422,
        "tech_support": 2044,
        "streaming_tv": 2707,
        "streaming_movies": 2732,
    }
    assert rows(tables, "accounts")["total_charges"].isna().sum() == 11
