"""IBM's sample operator, 7,043 accounts with nine services, as tables."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.catalogue import Catalogue, Product
from recommender.config import SETTINGS_FILE, Config, Consents, Features
from recommender.errors import DataError
from recommender.files import writing
from recommender.schema import RECORDED_AT, TABLES, TableContract
from recommender.tables import Tables, read_tables

__all__ = ["TELCO", "telco", "telco_folder", "telco_frames"]

_PHONE: Final = (("phone",),)
_INTERNET: Final = (("internet",),)

TELCO: Final = Catalogue.of(
    [
        Product("phone", "Phone service", "phone"),
        Product("multiple_lines", "Multiple lines", "phone", requires=_PHONE),
        Product("internet", "Internet service", "internet"),
        Product("online_security", "Online security", "protection", requires=_INTERNET),
        Product("online_backup", "Online backup", "protection", requires=_INTERNET),
        Product("device_protection", "Device protection", "protection", requires=_INTERNET),
        Product("tech_support", "Technical support", "protection", requires=_INTERNET),
        Product("streaming_tv", "Streaming TV", "streaming", requires=_INTERNET),
        Product("streaming_movies", "Streaming movies", "streaming", requires=_INTERNET),
    ]
)

_SERVICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PhoneService": "phone",
        "MultipleLines": "multiple_lines",
        "InternetService": "internet",
        "OnlineSecurity": "online_security",
        "OnlineBackup": "online_backup",
        "DeviceProtection": "device_protection",
        "TechSupport": "tech_support",
        "StreamingTV": "streaming_tv",
        "StreamingMovies": "streaming_movies",
    }
)
_HELD: Final[Mapping[str, bool]] = MappingProxyType(
    {
        "Yes": True,
        "DSL": True,
        "Fiber optic": True,
        "No": False,
        "No phone service": False,
        "No internet service": False,
    }
)
_FLAG: Final[Mapping[str, bool]] = MappingProxyType({"Yes": True, "No": False, "1": True, "0": False})
_FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "SeniorCitizen": "senior_citizen",
        "Partner": "partner",
        "Dependents": "dependents",
        "PaperlessBilling": "paperless_billing",
        "Churn": "churned",
    }
)
_NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {"tenure": "tenure_in_months", "MonthlyCharges": "monthly_charges", "TotalCharges": "total_charges"}
)
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"gender": "gender", "Contract": "contract", "PaymentMethod": "payment_method"}
)
_FEATURES: Final = Features(
    exclude=("churned", "internet_kind", "monthly_charges", "total_charges"), sensitive=("gender", "senior_citizen")
)
_ID: Final = "customerID"
_TIME: Final = pa.timestamp("us", "UTC")
_TYPES: Final[Mapping[str, pa.DataType]] = MappingProxyType(
    {
        "time": _TIME,
        "flag": pa.bool_(),
        "id": pa.string(),
        "ids": pa.list_(pa.string()),
        "text": pa.string(),
        "count": pa.int64(),
        "bytes": pa.int64(),
        "money": pa.decimal128(9, 2),
    }
)


def telco(path: str | Path, *, known_until: datetime | None = None) -> Tables:
    """Read the Telco customer churn table of IBM as tables.

    The nine services are products, `TELCO`; the other columns are attributes of the account. What the file does not
    know stays unknown: prices, when an account was opened, since when a service is held. It knows of no complaint,
    contact or consent either, and not that there were none: so the feeds are unknown, and the policy suppresses
    every candidate.

    Learnt from is what was so before a service was taken up: `churned` is an outcome, `internet_kind` is there
    exactly where internet is held, and the charges contain the price of every service held. They are attributes
    and, by `config.features.exclude`, no features.

    Parameters
    ----------
    path
        The CSV file, or a folder with it as its one CSV file.
    known_until
        With it the caller states what the file cannot: that up to this moment there was no complaint and no
        contact, and that every account permits marketing and the use of its data.

    Returns
    -------
    Tables whose times, should the caller add any, are read in UTC.

    Raises
    ------
    DataError
        If there is no such file, a column is missing, or a value is none that the column is known to have.

    Notes
    -----
    Repository IBM/telco-customer-churn-on-icp4d, file data/Telco-Customer-Churn.csv, Apache-2.0.
    """
    return read_tables(telco_frames(path, known_until=known_until), _config(known_until))


def telco_folder(path: str | Path, out: str | Path, *, known_until: datetime | None = None) -> None:
    """Write the raw tables of `telco` and their settings into the folder `out`, for the command line.

    Raises
    ------
    DataError
        As in `telco`.
    OutputError
        If `out` is there already, or cannot be written.
    """
    frames, folder = telco_frames(path, known_until=known_until), Path(out)
    with writing("a new folder", folder):
        folder.mkdir(parents=True)
        for name, frame in frames.items():
            pq.write_table(frame, folder / f"{name}.parquet")
        (folder / SETTINGS_FILE).write_text(_settings(_config(known_until)), encoding="utf-8")


def telco_frames(path: str | Path, *, known_until: datetime | None = None) -> dict[str, pa.Table]:
    """Return the raw tables of `telco` by name.

    Complaints and contacts are empty; so are consents, unless `known_until` states that they are given, and there
    are feeds with it.
    """
    raw = _read(Path(path))
    known = {"accounts": _accounts(raw), "products": _products(), "holdings": _holdings(raw)}
    empty = {name: _schema(TABLES[name]).empty_table() for name in ("complaints", "contacts", "consents")}
    if known_until is None:
        return known | empty
    moments = pa.array([_config(known_until).moment(known_until)] * 2, _TIME)
    feeds = pa.table({"feed": ["complaints", "contacts"], "known_until": moments})
    return known | {"complaints": empty["complaints"], "contacts": empty["contacts"], "feeds": feeds}


def _config(known_until: datetime | None) -> Config:
    consents = Consents() if known_until is None else Consents("granted")
    return Config(time_zone="UTC", currency="USD", features=_FEATURES, consents=consents)


def _settings(config: Config) -> str:
    return f"""\
time_zone = "{config.time_zone}"
currency = "{config.currency}"

[features]
exclude = {list(config.features.exclude)}
sensitive = {list(config.features.sensitive)}

[consents]
if_missing = "{config.consents.if_missing}"
"""


def _read(path: Path) -> pd.DataFrame:
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if len(files) != 1 or not files[0].is_file():
        raise DataError(f"{path}: the Telco CSV file, or a folder with it as its one CSV file, was needed.")
    try:
        raw = pd.read_csv(files[0], dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{path}: not readable as CSV ({type(error).__name__}).") from error
    needed = {_ID, *_SERVICES, *_FLAGS, *_NUMBERS, *_WORDS}
    if missing := sorted(needed - set(raw.columns)):
        raise DataError(f"{path}: the columns {missing} are missing.")
    return raw


def _accounts(raw: pd.DataFrame) -> pa.Table:
    nothing = pa.nulls(len(raw))
    kind = [None if value == "No" else value for value in raw["InternetService"]]
    columns: dict[str, Any] = {
        "account_id": pa.array(raw[_ID], pa.string()),
        "opened_at": nothing.cast(_TIME),
        "segment": nothing.cast(pa.string()),
    }
    columns |= {name: pa.array(_mapped(raw[column], _FLAG), pa.bool_()) for column, name in _FLAGS.items()}
    columns |= {name: pa.array(_number(raw[column]), from_pandas=True) for column, name in _NUMBERS.items()}
    columns |= {name: pa.array(raw[column], pa.string()) for column, name in _WORDS.items()}
    return pa.table(columns | {"internet_kind": pa.array(kind, pa.string())})


def _products() -> pa.Table:
    return pa.Table.from_pylist(TELCO.to_rows(), schema=_schema(TABLES["products"]))


def _holdings(raw: pd.DataFrame) -> pa.Table:
    held = pd.DataFrame({name: _mapped(raw[column], _HELD) for column, name in _SERVICES.items()})
    account, product = held.to_numpy(dtype=bool).nonzero()
    never = pa.nulls(len(account)).cast(_TIME)
    return pa.table(
        {
            "account_id": pa.array(raw[_ID].to_numpy()[account], pa.string()),
            "product_id": pa.array(held.columns.to_numpy()[product], pa.string()),
            "started_at": never,
            "ended_at": never,
        }
    )


def _schema(contract: TableContract) -> pa.Schema:
    return pa.schema([(column.name, _TYPES[column.type]) for column in contract.columns if column.name != RECORDED_AT])


def _mapped(column: "pd.Series[str]", known: Mapping[str, bool]) -> "pd.Series[bool]":
    if unknown := sorted(set(column) - known.keys()):
        raise DataError(f"{column.name}: {sorted(known)} were expected, and {unknown[:5]} came.")
    return column.map(dict(known)).astype(bool)


def _number(column: "pd.Series[str]") -> "pd.Series[Any]":
    blank = column.str.strip() == ""
    try:
        return pd.to_numeric(column.mask(blank))
    except ValueError as error:
        raise DataError(f"{column.name}: numbers were expected ({error}).") from error
