"""Decisions for every account of a snapshot in Spark."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from recommender.config import Config, check_k
from recommender.errors import DataError, FeatureError, StaleDataWarning
from recommender.model import FreshComplaints, Model, load_model
from recommender.model.present import at_present
from recommender.model.reading import needed
from recommender.model.tally import Tally
from recommender.schema import ACCOUNT, AS_OF, FACTS
from recommender.spark.deciding import TALLY, Task, decide_each, dispositions, offers, tally
from recommender.spark.schemas import no_rows, spark_schema
from recommender.spark.shipping import ship, unpack
from recommender.spark.sources import spark_tables
from recommender.spark.taking import snapshot
from recommender.tables import Tables, catalogue

__all__ = ["Scored", "score"]


@dataclass(frozen=True)
class Scored:
    """What becomes of the accounts of `rows`; each of its frames is lazy, and decides when it is asked."""

    rows: DataFrame
    tasks: Mapping[str, Task]

    @property
    def offers(self) -> DataFrame:
        """One row per offer, with the columns `schema.OFFER_COLUMNS`, in no order."""
        return self._frame("offers")

    @property
    def dispositions(self) -> DataFrame:
        """One row per (account, product) pair, with the columns `schema.DISPOSITION_COLUMNS`, in no order."""
        return self._frame("dispositions")

    def summary(self) -> dict[str, Any]:
        """Decide for everyone and count.

        Returns
        -------
        dict
            Figures as in `summary.json` of the batch job; `stale` names the feeds that were missing or too old, and
            `exit_status` is 3 where there are any, as offers were withheld.

        Warns
        -----
        StaleDataWarning
            If a feed is missing or too old.
        """
        total = Tally()
        for row in self._frame("tally").collect():
            total.add(Tally.from_dict(json.loads(row[TALLY])))
        if total.stale:
            feeds = ", ".join(sorted(total.stale))
            warnings.warn(f"Offers were withheld: {feeds} missing or too old.", StaleDataWarning, stacklevel=2)
        return total.summary(unpack(self.tasks["tally"].shipment), self.tasks["tally"].decided_at)

    def _frame(self, name: str) -> DataFrame:
        task = self.tasks[name]
        wanted = spark_schema(task(no_rows(self.rows.schema)).schema)
        return self.rows.mapInArrow(partial(decide_each, task), wanted)


def score(
    source: Any,
    model: Model | str | Path,
    *,
    as_of: date | str | None = None,
    complaints: FreshComplaints | None = None,
    k: int | None = None,
    config: Config | None = None,
) -> Scored:
    """Decide for every account in Spark, as `recommender.recommend` does in one process; the rows are the same.

    The model travels to the workers as its files. Each worker loads it once, by `load_model` and with all its checks.

    Parameters
    ----------
    source
        A snapshot as a Spark frame (best one that was written to a table before, as every frame of the result reads it
        anew), or raw tables as `snapshot` takes them.
    model
        A model, or the folder of one, where the driver runs.
    as_of
        The moment of decision; now, if left out.
    complaints
        Complaints that became known since the snapshot was taken; they can only take offers away.
    k
        Offers per account at most, 0 to 3; the setting `offers.k`, if left out.
    config
        The operator's settings of today; those of the model, if left out. Where they name `[trust] keys`, a folder that
        none of these signed is refused.

    Raises
    ------
    DataError
        If `source` is nothing that can be scored, or an id in it is blank or stands twice.
    FeatureError
        If the model reads a feature that the rows do not have.
    ModelError
        If the folder is no whole model, or not signed by a key that the settings trust.
    """
    trusted = (source.config if isinstance(source, Tables) else config or Config()).trust.keys
    loaded = model if isinstance(model, Model) else load_model(model, trusted_keys=trusted)
    if isinstance(source, DataFrame):
        loaded, rows = at_present(loaded, config), source
        moment = loaded.config.moment_or_now(as_of)
    else:
        loaded, rows, moment = _taken(source, loaded, as_of, config)
    _check(rows, loaded)
    if isinstance(source, DataFrame):
        _check_ids(rows)
    task = Task(ship(loaded), moment, complaints, k if k is None else check_k(k), offers)
    return Scored(
        _read_by(rows, loaded), {shape.__name__: replace(task, shape=shape) for shape in (offers, dispositions, tally)}
    )


def _taken(
    source: Any, model: Model, as_of: date | str | None, config: Config | None
) -> tuple[Model, DataFrame, datetime]:
    tables = spark_tables(source, config or model.config)
    settings = at_present(model, tables.settings).config
    moment = settings.moment_or_now(as_of)
    present = at_present(model, tables.settings, catalogue(tables.cut(moment)))
    return present, snapshot(replace(tables, config=settings), moment), moment


def _read_by(rows: DataFrame, model: Model) -> DataFrame:
    """Return the columns that a decision reads: Spark turns rows into columns of Arrow value by value."""
    wanted = needed(model)
    return rows.select([_quoted(name) for name in rows.columns if wanted is None or name in wanted])


def _quoted(name: str) -> str:
    return "`{}`".format(name.replace("`", "``"))


def _check_ids(rows: DataFrame) -> None:
    """Refuse ids that are blank or stand twice: reads that column alone, as no worker sees the ids of the others."""
    ids = sql.trim(sql.col(ACCOUNT).cast("string"))
    known = sql.when(ids != "", ids)
    rows_in_all, named, different = rows.select(
        sql.count(sql.lit(1)), sql.count(known), sql.count_distinct(known)
    ).collect()[0]
    if named < rows_in_all:
        raise DataError(f"A snapshot needs an account_id in every row, but {rows_in_all - named} are blank.")
    if different < named:
        raise DataError(f"A snapshot has one row per account, but {named - different} rows repeat an account.")


def _check(rows: DataFrame, model: Model) -> None:
    if missing := [name for name in (ACCOUNT, AS_OF, *FACTS) if name not in rows.columns]:
        raise DataError(f"A snapshot was needed, but these columns are missing: {missing}.")
    if absent := [name for name in model.scorecard.features if name not in rows.columns]:
        raise FeatureError(f"The model reads {absent[:5]}, which these rows do not have.")
