"""The way in: a synthetic operator as a folder of tables."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from recommender.config import SETTINGS_FILE
from recommender.errors import ConfigError, OutputError
from recommender.simulation.assortment import ASSORTMENT, catalogue
from recommender.simulation.block import BLOCK, block
from recommender.simulation.timeline import ZONE, steps_until

__all__ = ["simulate"]

_UNTIL: Final = datetime(2026, 7, 1)  # noqa: DTZ001 - midnight on the operator's clock
_MOST_MONTHS: Final = 36
_INCLUDED: Final = ("included_minutes", "included_messages", "included_bytes")
_SETTINGS: Final = f"""\
# A synthetic operator; every setting not named here has its default.
time_zone = "{ZONE}"
currency = "EUR"

[training]
horizon_days = 30
seed = {{seed}}
"""


def simulate(
    out: str | Path,
    *,
    accounts: int,
    months: int = 6,
    seed: int = 0,
    until: datetime | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> None:
    """Write a synthetic operator into the folder `out`.

    Parameters
    ----------
    out
        A folder that does not exist yet, or is empty. It receives one Parquet file per table of `schema.TABLES`,
        `recommender.toml`, and `truth/`, which is no table: `take_up_probability.parquet` and `latent.parquet`.
    accounts
        How many accounts, 1 to 9,999,999. The first accounts are the same whatever the number (in blocks of 2,500).
    months
        Months of 30 days with usage events and bills, 1 to 36; holdings and complaints go back eight years further.
    seed
        0 or more; same seed, same bytes.
    until
        The end: nothing is recorded later. Naive moments are read in Europe/Berlin; default 1 July 2026, 0:00 there.
    progress
        Called with a short text and the share done, 0 to 1.

    Raises
    ------
    ConfigError
        If a number is out of its range.
    OutputError
        If the folder is there and not empty, or cannot be written.
    """
    _check(accounts, months, seed)
    end = _seconds(until or _UNTIL)
    target = Path(out)
    partial = target.parent / f".{target.name}.partial"
    try:
        _prepare(target, partial)
        _write(partial, accounts=accounts, months=months, seed=seed, until=end, progress=progress)
        partial.replace(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise OutputError(f"{out}: the simulated operator cannot be written there ({error}).") from error


def _write(
    folder: Path,
    *,
    accounts: int,
    months: int,
    seed: int,
    until: int,
    progress: Callable[[str, float], None] | None,
) -> None:
    (folder / SETTINGS_FILE).write_text(_SETTINGS.format(seed=seed), encoding="utf-8")
    steps = steps_until(until, months)
    with ExitStack() as stack:
        writers: dict[str, pq.ParquetWriter] = {}
        for number, size in _blocks(accounts):
            for name, table in block(seed, number, size, steps).items():
                if name not in writers:
                    writers[name] = stack.enter_context(_writer(folder / f"{name}.parquet", table.schema))
                writers[name].write_table(table)
            if progress is not None:
                progress("simulating accounts", min((number + 1) * BLOCK / accounts, 1.0))
    feeds = ("accounts", "bills", "calls", "complaints", "consents", "contacts", "holdings", "messages", "sessions")
    for name, table in (("products", _products()), ("feeds", _feeds(feeds, until))):
        with _writer(folder / f"{name}.parquet", table.schema) as writer:
            writer.write_table(table)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, store_schema=False)


def _blocks(accounts: int) -> Iterator[tuple[int, int]]:
    for number in range(-(-accounts // BLOCK)):
        yield number, min(BLOCK, accounts - number * BLOCK)


def _products() -> pa.Table:
    rows = catalogue().to_rows()
    lists, text = pa.list_(pa.string()), pa.string()
    types = {"requires": lists, "excludes": lists, "includes": lists, "is_offered": pa.bool_()}
    types |= {"uses_usage_data": pa.bool_()}
    columns = {name: pa.array([row[name] for row in rows], types.get(name, text)) for name in rows[0]}
    columns["monthly_price"] = columns["monthly_price"].cast(pa.decimal128(12, 2))
    allowances = {article.product.product_id: article.allowance for article in ASSORTMENT}
    for name in _INCLUDED:
        columns[name] = pa.array([allowances[row["product_id"]].get(name) for row in rows], pa.int64())
    return pa.table(columns)


def _feeds(names: tuple[str, ...], until: int) -> pa.Table:
    moment = pa.array([until * 1_000_000] * len(names), pa.timestamp("us", "UTC"))
    return pa.table({"feed": pa.array(names), "known_until": moment})


def _prepare(target: Path, partial: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputError(f"{target}: a new or an empty folder was needed, but there is something there already.")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "truth").mkdir(parents=True)


def _check(accounts: int, months: int, seed: int) -> None:
    for name, value, least, most in (
        ("accounts", accounts, 1, 9_999_999),
        ("months", months, 1, _MOST_MONTHS),
        ("seed", seed, 0, None),
    ):
        if value < least or (most is not None and value > most):
            span = f"{least} or more" if most is None else f"{least} to {most}"
            raise ConfigError(f"simulate: {name} must be {span}, {value} came.")


def _seconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(ZONE))
    return int(aware.astimezone(UTC).timestamp())
