"""Snapshot rows from raw tables; what needs Ibis and an engine stands here and is imported only when it is needed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from recommender.config import settings_in
from recommender.errors import FeatureError
from recommender.model import Model
from recommender.model.present import at_present
from recommender.snapshots import build_snapshot
from recommender.tables import Tables, catalogue, read_tables

__all__ = ["adapt", "take"]


def take(
    source: Any, model: Model, as_of: date | str | None, accounts: Sequence[str] | None = None
) -> tuple[Model, pa.Table, datetime]:
    """Read `source` (Tables, or what `read_tables` reads) and take the snapshot that `model` needs.

    Returns
    -------
    tuple of Model, pyarrow.Table and datetime
        The model with the operator's present settings and catalogue, one row per account, and `as_of` in UTC: a naive
        one is read in the time zone of the operator's own settings, not in that of the model.

    Raises
    ------
    FeatureError
        If the model reads an indicator or an attribute that these tables do not give.
    """
    tables = read_tables(source, settings_in(source) or model.config)
    moment = at_present(model, tables.settings).config.moment_or_now(as_of)
    adapted = adapt(model, tables.cut(moment))
    rows = build_snapshot(replace(tables, config=adapted.config), moment, accounts=accounts)
    if absent := [name for name in adapted.scorecard.features if name not in rows.column_names]:
        raise FeatureError(
            f"The model reads {absent[:5]}, which these tables do not give: an indicator of one's own has to be handed "
            "over here as in training, by Tables.with_indicators, and an attribute stands in the accounts table."
        )
    return adapted, rows, moment


def adapt(model: Model, tables: Tables) -> Model:
    """Give `model` what may change after training: the rules, the limits, the prices and what is on sale.

    What the features depend on (windows, bands, excluded attributes) stays as it was at training.
    """
    return at_present(model, tables.settings, catalogue(tables))
