"""The statuses that a real operator's complaints carry: the public complaints about Comcast, of 2015."""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recommender.policy.facts import fresh_complaints
from recommender.policy.facts.moments import FOREVER

HOME = Path(os.environ.get("RECOMMENDER_SHARED_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FILE = HOME / "comcast_complaints" / "complaints.csv"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"{FILE.name} of comcast_complaints is not here")


@pytest.fixture(scope="module")
def complaints() -> pd.DataFrame:
    """Return the tickets with their moments; each stands for an account of its own."""
    raw = pd.read_csv(FILE, encoding="utf-8-sig", dtype="str")
    opened = pd.to_datetime(raw["Date_month_year"] + " " + raw["Time"], format="%d-%b-%y %I:%M:%S %p")
    assert (
        opened.dt.strftime("%d-%m-%y")
        == pd.to_datetime(raw["Date"], dayfirst=True, format="mixed").dt.strftime("%d-%m-%y")
    ).all()
    return pd.DataFrame({"account_id": raw["Ticket #"], "opened_at": opened, "status": raw["Status"]})


def resolved(complaints: pd.DataFrame) -> Counter[str]:
    """Count, by status, the complaints that end."""
    spans = fresh_complaints(pa.Table.from_pandas(complaints, preserve_index=False))
    assert spans is not None
    return Counter(complaints["status"][np.asarray(spans.open_until) != FOREVER])


def test_the_words_are_the_four_that_are_known(complaints: pd.DataFrame) -> None:
    assert set(complaints["status"]) == {"Open", "Pending", "Solved", "Closed"}


def test_solved_and_closed_resolve_where_there_is_a_moment_of_resolution(complaints: pd.DataFrame) -> None:
    dated = complaints.assign(resolved_at=complaints["opened_at"] + pd.Timedelta(days=1))
    per_status = Counter(complaints["status"])
    assert resolved(dated) == {status: per_status[status] for status in ("Solved", "Closed")}


def test_without_a_moment_of_resolution_every_one_is_unresolved(complaints: pd.DataFrame) -> None:
    assert not resolved(complaints)
    assert not resolved(complaints.assign(resolved_at=pd.Series(pd.NaT, index=complaints.index)))
