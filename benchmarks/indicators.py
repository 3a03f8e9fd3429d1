"""The indicators of calls, side by side: `python benchmarks/indicators.py [--calls 20000000] [--accounts 500000]`.

Calls of the last 150 days with string ids, in no order, are made once, into `--folder`. Each contestant then runs in a
process of its own: the scan floor (DuckDB summing the columns that the indicators read), the indicators of the package,
and the same indicators by hand in Polars and in vectorised pandas, all from the same Parquet file. The last column is
the farthest that any account's `call_minutes_90d` and `share_night_calls_90d` lie from those of the package.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import recommender
from recommender.config import Engine, read_config
from recommender.usage import INDICATORS

AS_OF = "2026-07-01T00:00+00:00"
ZONE = "Europe/Berlin"
LONG, SHORT = (pd.Timestamp(AS_OF) - pd.Timedelta(days=days) for days in (90, 30))
BANDS = ("daytime", "evening", "night", "weekend")
READ = ["account_id", "started_at", "duration_s", "direction", "destination", "charge"]
# All of the group but use abroad, of which these calls say nothing.
CALLS = [one for one in INDICATORS if one.group == "calls" and "roaming" not in one.name]
SHOWN = ["account_id", "call_minutes_90d", "share_night_calls_90d"]

Sum = tuple[str, str, str, str, str]
Total = Callable[..., Any]

_CALLS = """
select 'A' || lpad((((hash(i) % {accounts})::bigint) * 7919 % 100000000)::varchar, 9, '0') as account_id,
  (timestamp '2026-02-01' + to_seconds((hash(i, 1) % (150 * 86400))::bigint))::timestamptz as started_at,
  (hash(i, 2) % 1200)::int as duration_s,
  case when hash(i, 3) % 2 = 0 then 'in' else 'out' end as direction,
  ['local', 'national', 'mobile', 'international', 'premium', 'freephone'][1 + (hash(i, 4) % 6)::int] as destination,
  ((hash(i, 5) % 300) / 100)::decimal(9, 2) as charge
from range({calls}) t(i)
"""
_ACCOUNTS = """
select 'A' || lpad((i * 7919 % 100000000)::varchar, 9, '0') as account_id,
  timestamptz '2020-01-01 00:00:00+00' as opened_at, 'home' as segment from range({accounts}) t(i)
"""
_OTHERS = {
    "consents": "select account_id, 'usage_data' as purpose, null::varchar as channel, true as granted, "
    "opened_at as changed_at from accounts",
    "products": "select 'p' as product_id, 'P' as name, 'calls' as category, 9.99::decimal(9, 2) as monthly_price",
    "holdings": "select account_id, 'p' as product_id, opened_at as started_at, null::timestamptz as ended_at "
    "from accounts limit 10",
    "complaints": "select 'c' as complaint_id, account_id, opened_at, null::timestamptz as resolved_at, "
    "'open' as status from accounts limit 1",
}


def make(folder: Path, calls: int, accounts: int) -> None:
    if (folder / "recommender.toml").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.sql(f"create table accounts as {_ACCOUNTS.format(accounts=accounts)}")
    asked = {"accounts": "from accounts", "calls": _CALLS.format(calls=calls, accounts=accounts), **_OTHERS}
    for name, query in asked.items():
        connection.sql(f"copy ({query}) to '{folder}/{name}.parquet' (compression zstd)")
    (folder / "recommender.toml").write_text(f'time_zone = "{ZONE}"\n')


def floor(folder: Path, _memory: str) -> None:
    calls = duckdb.read_parquet(f"{folder}/calls.parquet")
    newest = ("epoch_us(started_at)", "account_id", "direction", "destination")
    calls.aggregate(", ".join(["sum(duration_s)", "sum(charge)", *(f"max({name})" for name in newest)])).fetchall()


def ours(folder: Path, memory: str) -> pa.Table:
    config = replace(read_config(folder / "recommender.toml"), engine=Engine(memory_limit=memory or None))
    tables = recommender.read_tables(folder, config, check=False)
    return pa.Table.from_pandas(recommender.snapshot(tables, AS_OF, indicators=CALLS)[SHOWN])


def in_polars(folder: Path, _memory: str) -> pa.Table:
    started = pl.col("started_at")
    wall = started.dt.convert_time_zone(ZONE)
    hour = wall.dt.hour()
    band = (
        pl.when(wall.dt.weekday() >= 6)
        .then(3)
        .when(hour.is_between(8, 17))
        .then(0)
        .when(hour.is_between(18, 21))
        .then(1)
        .otherwise(2)
    )
    events = pl.scan_parquet(folder / "calls.parquet").select(READ)
    events = events.filter(started > pl.lit(LONG), started <= pl.lit(pd.Timestamp(AS_OF))).with_columns(
        band=band, recent=started > pl.lit(SHORT), calls=1, seconds=pl.col("duration_s").cast(pl.Int64)
    )
    wanted: dict[Sum, pl.Expr] = {}

    def total(*asked: str) -> pl.Expr:
        measure, days, band, direction, destination = asked
        tests = [pl.col("recent")] if days else []
        tests += [pl.col("band") == BANDS.index(band)] if band else []
        tests += [
            pl.col(name) == word for name, word in (("direction", direction), ("destination", destination)) if word
        ]
        column = pl.col(measure)
        wanted[measure, days, band, direction, destination] = (
            (column.filter(pl.all_horizontal(tests)) if tests else column).sum().alias("|".join(asked))
        )
        return pl.col("|".join(asked))

    columns = formulas(total)
    sums = events.group_by("account_id").agg(*wanted.values())
    done = sums.select("account_id", **columns).collect(engine="streaming")
    return done.sort("account_id").select(SHOWN).to_arrow()


def in_pandas(folder: Path, _memory: str) -> pa.Table:
    events = pq.read_table(folder / "calls.parquet", columns=READ).to_pandas()
    events["charge"] = events["charge"].astype(float)
    events = events[(events.started_at > LONG) & (events.started_at <= pd.Timestamp(AS_OF))]
    wall = events.started_at.dt.tz_convert(ZONE)
    hour = wall.dt.hour
    band = pd.Series(2, index=events.index).mask(hour.between(8, 17), 0).mask(hour.between(18, 21), 1)
    band = band.mask(wall.dt.day_of_week >= 5, 3)
    columns = {"calls": pd.Series(1, index=events.index), "seconds": events.duration_s, "charge": events.charge}
    codes, names = pd.factorize(events.account_id, sort=True)
    found: dict[tuple[str, ...], pd.Series] = {}

    def total(*asked: str) -> pd.Series:
        if asked not in found:
            measure, days, in_band, direction, destination = asked
            kept = pd.Series(True, index=events.index)
            kept &= (events.started_at > SHORT) if days else True
            kept &= (band == BANDS.index(in_band)) if in_band else True
            kept &= (events.direction == direction) if direction else True
            kept &= (events.destination == destination) if destination else True
            found[asked] = columns[measure].where(kept, 0).groupby(codes).sum()
        return found[asked]

    done = pd.DataFrame({"account_id": names, **formulas(total)})
    return pa.Table.from_pandas(done[SHOWN])


def formulas(total: Total) -> dict[str, Any]:
    """Return the indicators of calls, from sums of (measure, short, band, direction, destination)."""

    def of(measure: str, days: str = "", band: str = "", direction: str = "", destination: str = "") -> Any:
        return total(measure, days, band, direction, destination)

    minutes = {f"call_{band}_minutes_30d": of("seconds", "30", band) / 60 for band in BANDS}
    shares = {f"share_{band}_calls_90d": of("calls", band=band) / of("calls") for band in BANDS}
    made = {
        f"call_{where}_minutes_90d": of("seconds", direction="out", destination=where) / 60
        for where in ("local", "national", "mobile", "international")
    }
    abroad, out = of("seconds", direction="out", destination="international"), of("seconds", direction="out")
    return {
        "calls_30d": of("calls", "30"),
        "calls_90d": of("calls"),
        "call_minutes_30d": of("seconds", "30") / 60,
        "call_minutes_90d": of("seconds") / 60,
        "call_minutes_trend": of("seconds", "30") * 90 / (of("seconds") * 30),
        **minutes,
        **shares,
        "share_outgoing_calls_90d": of("calls", direction="out") / of("calls"),
        "outgoing_call_minutes_30d": of("seconds", "30", direction="out") / 60,
        "outgoing_daytime_minutes_30d": of("seconds", "30", "daytime", "out") / 60,
        **made,
        "call_international_minutes_30d": of("seconds", "30", "", "out", "international") / 60,
        "share_international_minutes_90d": abroad / out,
        "premium_calls_90d": of("calls", direction="out", destination="premium"),
        "mean_call_minutes_90d": of("seconds") / (of("calls") * 60),
        "call_charges_30d": of("charge", "30"),
        "call_charges_90d": of("charge"),
    }


CONTESTANTS: dict[str, Callable[[Path, str], pa.Table | None]] = {
    "floor": floor,
    "ours": ours,
    "polars": in_polars,
    "pandas": in_pandas,
}


def run(name: str, folder: Path, memory: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = CONTESTANTS[name](folder, memory)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    if rows is not None:
        pq.write_table(rows, folder / f"result-{name}.out")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "MiB": after.ru_maxrss / 1024}))


def compare(folder: Path, memory: str) -> None:
    figures: dict[str, dict[str, float]] = {}
    print(f"{'':8}{'wall s':>9}{'cpu s':>9}{'x floor':>9}{'peak MiB':>10}{'differs':>10}")
    for name in CONTESTANTS:
        command = [sys.executable, __file__, "--folder", str(folder), "--run", name, "--memory", memory]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 (this very file)
        one = figures[name] = json.loads(done.stdout)
        ratio = one["cpu"] / figures["floor"]["cpu"]
        print(f"{name:8}{one['wall']:9.2f}{one['cpu']:9.2f}{ratio:9.1f}{one['MiB']:10.0f}{_differs(folder, name):>10}")
    pandas, own = figures["pandas"], figures["ours"]
    print(f"ours: {pandas['cpu'] / own['cpu']:.1f} times as fast as pandas by processor seconds, ", end="")
    print(f"{pandas['wall'] / own['wall']:.1f} times by the clock; {len(CALLS)} indicators")


def _differs(folder: Path, name: str) -> str:
    if name in {"floor", "ours"}:
        return ""
    own, other = (
        pd.read_parquet(folder / f"result-{one}.out").set_index("account_id").dropna() for one in ("ours", name)
    )
    return f"{(own[own.call_minutes_90d > 0] - other[other.call_minutes_90d > 0]).abs().max().max():.1e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000_000)
    parser.add_argument("--accounts", type=int, default=500_000)
    parser.add_argument("--folder", type=Path, help="where the calls are kept; a folder of the system if left out")
    parser.add_argument("--memory", default="2GB", help="how much the engine of the package may use")
    parser.add_argument("--run", choices=list(CONTESTANTS), help="run one contestant in this process")
    given = parser.parse_args()
    usual = Path(tempfile.gettempdir()) / f"recommender-calls-{given.calls}-{given.accounts}"
    folder = given.folder or usual
    if given.run:
        run(given.run, folder, given.memory)
    else:
        make(folder, given.calls, given.accounts)
        compare(folder, given.memory)


if __name__ == "__main__":
    main()
