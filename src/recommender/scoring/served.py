"""What an MLflow server loads and asks: the model by way of `load_model`, and decisions by way of `recommend`.

MLflow finds `_load_pyfunc` by the name of this module; nothing here or below knows MLflow.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from recommender.errors import DataError
from recommender.frames import to_arrow
from recommender.model import Decision, Model, flat_rows, load_model, nested_rows
from recommender.schema import ACCOUNT
from recommender.scoring.faces import recommend

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KEYS_VARIABLE", "Served"]

KEYS_VARIABLE: Final = "RECOMMENDER_TRUSTED_KEYS"
_COMPLAINT: Final = (ACCOUNT, "opened_at", "resolved_at", "status")


@dataclass(frozen=True)
class Served:
    """A model behind a server: flat rows in, the offers of `predict` as flat rows out."""

    model: Model

    def predict(self, model_input: Any, params: Mapping[str, Any] | None = None) -> "pd.DataFrame":
        """Decide for the accounts of snapshot rows that `flat_rows` made flat.

        Parameters
        ----------
        model_input
            A frame, one row per account.
        params
            `as_of`, the moment of decision (now, if empty); `k`; `complaints`, the ones that became known since, a
            JSON list of records; `complaints_known_until`; and `per_account`, which asks for one row per row that
            came in, in that order, with the offers as a JSON list and the feeds that were stale.

        Raises
        ------
        DataError
            If the rows or the complaints are not what was needed.
        """
        asked = dict(params or {})
        rows = nested_rows(to_arrow(model_input), self._flags)
        made = recommend(
            rows,
            self.model,
            complaints=_complaints(asked.get("complaints")),
            as_of=asked.get("as_of") or None,
            k=asked.get("k"),
            complaints_known_until=asked.get("complaints_known_until") or None,
        ).decision
        return (_per_account(rows, made) if asked.get("per_account") else _whole_rank(made.offers)).to_pandas()

    @property
    def _flags(self) -> frozenset[str]:
        return frozenset(feature.name for feature in self.model.features if feature.kind == "flag")


def _load_pyfunc(path: str) -> Served:
    """Load the model folder that MLflow downloaded; its keys come by the server's environment."""
    keys = [key for key in os.environ.get(KEYS_VARIABLE, "").split(",") if key.strip()]
    return Served(load_model(path, trusted_keys=keys))


def _complaints(text: Any) -> pa.Table | None:
    if not text:
        return None
    try:
        records = json.loads(text)
        names = (*_COMPLAINT, *(["recorded_at"] if any("recorded_at" in one for one in records) else []))
        return pa.table({name: pa.array([one.get(name) for one in records], pa.string()) for name in names})
    except (TypeError, ValueError, AttributeError, RecursionError, pa.ArrowException) as error:
        raise DataError("complaints: a JSON list of records was needed, something else came.") from error


def _whole_rank(offers: pa.Table) -> pa.Table:
    at = offers.schema.get_field_index("rank")
    return flat_rows(offers).set_column(at, "rank", offers.column("rank").cast(pa.int64()))


def _per_account(rows: pa.Table, made: Decision) -> pa.Table:
    of_account: dict[str, list[dict[str, Any]]] = {}
    for offer in _whole_rank(made.offers).to_pylist():
        of_account.setdefault(offer[ACCOUNT], []).append(offer)
    accounts = [str(account).strip() for account in rows.column(ACCOUNT).to_pylist()]
    stale = json.dumps(list(made.stale))
    offers = [json.dumps(of_account.get(account, [])) for account in accounts]
    return pa.table({ACCOUNT: accounts, "offers": offers, "stale": [stale] * len(accounts)})
