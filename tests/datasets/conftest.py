import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from recommender.datasets import telco
from recommender.tables import Tables

HEADER = (
    "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,"
    "OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,"
    "PaymentMethod,MonthlyCharges,TotalCharges,Churn"
)
NO_INTERNET = ",".join(["No internet service"] * 6)
ROWS = (
    "0001-AAAAA,Female,0,Yes,No,1,No,No phone service,DSL,No,Yes,No,No,No,No,One year,Yes,Mailed check,29.85,29.85,No",
    f"0002-BBBBB,Male,1,No,Yes,0,Yes,Yes,No,{NO_INTERNET},Two year,No,Mailed check,20.25, ,Yes",
)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Two accounts: one with internet (DSL) and backup, one new with two phone lines and blank total charges."""
    return written(tmp_path / "telco.csv")


@pytest.fixture(scope="session")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The two accounts as tables, the caller stating nothing."""
    return telco(written(tmp_path_factory.mktemp("silent") / "telco.csv"))


@pytest.fixture(scope="session")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The two accounts as tables, feeds known until July."""
    return telco(written(tmp_path_factory.mktemp("stated") / "telco.csv"), known_until=datetime(2026, 7, 1, tzinfo=UTC))


def written(path: Path) -> Path:
    path.write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def real_telco() -> Path:
    """The file itself, where it is at hand: below RECOMMENDER_SHARED_DATA, or below ../shared/data."""
    shared = os.environ.get("RECOMMENDER_SHARED_DATA") or Path(__file__).parents[2].parent / "shared" / "data"
    path = Path(shared) / "telco"
    if not path.is_dir():
        pytest.skip(f"the Telco table is not at hand ({path}): set RECOMMENDER_SHARED_DATA")
    return path
