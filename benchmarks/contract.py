"""The contract checks of a million rows: `python benchmarks/contract.py [--rows 1000000]`.

Accounts with 10 columns (4 of the contract, 6 attributes) and calls with all of their 8, made in memory and checked
three times each beside the tables that they need; the figure is the least processor time of the three, and beside it
the same check with a thousandth of the rows.
"""

import argparse
import resource
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from recommender import check_tables
from recommender.config import Config, Consents

NOW = np.datetime64("2026-06-01T00:00:00", "us")
MOMENT = pa.timestamp("us", "UTC")
Frames = dict[str, pa.Table]


def ids(numbers: np.ndarray) -> pa.Array:
    return pa.array(np.char.add("A", np.char.zfill(numbers.astype(str), 9)))


def moments(rng: np.random.Generator, rows: int) -> pa.Array:
    return pa.array(NOW - rng.integers(0, 10**13, rows).astype("timedelta64[us]"), MOMENT)


def accounts(rows: int) -> pa.Table:
    rng = np.random.default_rng(1)
    attributes = {f"attribute_{i}": rng.normal(size=rows) for i in range(6)}
    known = {"opened_at": moments(rng, rows), "segment": np.array(["home", "work"])[rng.integers(0, 2, rows)]}
    recorded = pa.array([datetime(2026, 6, 1, tzinfo=UTC)] * rows, MOMENT)
    return pa.table({"account_id": ids(np.arange(rows)), **known, "recorded_at": recorded, **attributes})


def calls(rows: int, of: int) -> pa.Table:
    rng = np.random.default_rng(2)
    began = moments(rng, rows)
    return pa.table(
        {
            "account_id": ids(rng.integers(0, of, rows)),
            "started_at": began,
            "duration_s": rng.integers(0, 3600, rows),
            "direction": np.array(["in", "out"])[rng.integers(0, 2, rows)],
            "destination": np.array(["local", "national", "mobile"])[rng.integers(0, 3, rows)],
            "charge": rng.integers(0, 300, rows) / 100,
            "counterparty": ids(rng.integers(0, of, rows)),
            "recorded_at": began,
        }
    )


def rest() -> Frames:
    none, moment = pa.array([], pa.string()), pa.array([], MOMENT)
    return {
        "products": pa.table({"product_id": ["p"], "name": ["P"], "category": ["c"], "monthly_price": [9.99]}),
        "holdings": pa.table({"account_id": none, "product_id": none, "started_at": moment, "ended_at": moment}),
        "complaints": pa.table(
            {"complaint_id": none, "account_id": none, "opened_at": moment, "resolved_at": moment, "status": none}
        ),
    }


def seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def checked(frames: Frames) -> float:
    before = seconds()
    problems = check_tables(frames | rest(), Config(time_zone="UTC", consents=Consents(if_missing="withheld")))
    assert problems == [], problems
    return seconds() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    few = rows // 1_000
    pairs = {
        "accounts, 10 columns": ({"accounts": accounts(rows)}, {"accounts": accounts(few)}),
        "calls, 8 columns": (
            {"accounts": accounts(few), "calls": calls(rows, few)},
            {"accounts": accounts(few), "calls": calls(few, few)},
        ),
    }
    print(f"{'cpu s':32}{rows:>12,}{few:>12,}{'rows alone':>12}")
    for name, (many, small) in pairs.items():
        much, little = (min(checked(frames) for _ in range(3)) for frames in (many, small))
        print(f"{name:32}{much:12.2f}{little:12.2f}{much - little:12.2f}")


if __name__ == "__main__":
    main()
