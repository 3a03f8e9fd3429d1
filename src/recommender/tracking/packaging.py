"""A model folder as an MLflow model: signature, input example, and the module that loads it."""

from datetime import UTC, datetime
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from recommender.model import Model, flat_rows
from recommender.policy.facts.arrow import FACT_TYPES
from recommender.schema import ACCOUNT, AS_OF, OFFER_COLUMNS
from recommender.tracking.store import mlflow

__all__ = ["LOADER", "example_of", "package"]

LOADER: Final = "recommender.scoring.served"
_RUNTIME: Final = ("numpy", "pandas", "pyarrow", "recommender")
_EXAMPLE_AS_OF: Final = datetime(2026, 1, 1, tzinfo=UTC)
_EXAMPLES: Final[dict[str, Any]] = {"number": 0.0, "flag": False, "text": "example"}
_MOMENT: Final = pa.timestamp("us", tz="UTC")


def package(model: Model, folder: Path, out: Path, model_id: str) -> None:
    """Write the MLflow model into `out`: the folder as it is under `data`, and no object of ours pickled.

    Parameters
    ----------
    folder
        The folder of the model's version, as `save_model` wrote it.
    """
    example = flat_rows(example_of(model)).to_pandas()
    mlflow().pyfunc.save_model(
        path=str(out),
        loader_module=LOADER,
        data_path=str(folder),
        signature=_signature(model, list(example.columns)),
        input_example=example,
        pip_requirements=[f"{name}=={metadata.version(name)}" for name in _RUNTIME],
        mlflow_model=import_module("mlflow.models").Model(model_id=model_id),
    )


def example_of(model: Model) -> pa.Table:
    """Return one made-up snapshot row with every column that the model reads."""
    features = {name: pa.array([_EXAMPLES[_kinds(model)[name]]]) for name in model.scorecard.features}
    facts = {name: pa.array([_fact(kind)], kind) for name, kind in FACT_TYPES.items() if name != ACCOUNT}
    return pa.table({ACCOUNT: ["EXAMPLE"], AS_OF: pa.array([_EXAMPLE_AS_OF], _MOMENT), **facts, **features})


def _kinds(model: Model) -> dict[str, str]:
    return {feature.name: feature.kind for feature in model.features}


def _fact(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return []
    return _EXAMPLE_AS_OF if pa.types.is_timestamp(kind) else False


def _signature(model: Model, columns: list[str]) -> Any:
    types = import_module("mlflow.types.schema")
    numbers = {name for name, kind in _kinds(model).items() if kind == "number"}
    inputs = [
        types.ColSpec("double" if name in numbers else "string", name, required=name in {ACCOUNT, AS_OF})
        for name in columns
    ]
    params = [
        types.ParamSpec("as_of", "string", ""),
        types.ParamSpec("k", "long", model.config.offers.k),
        types.ParamSpec("complaints", "string", ""),
        types.ParamSpec("complaints_known_until", "string", ""),
        types.ParamSpec("per_account", "boolean", False),
    ]
    signature = import_module("mlflow.models").ModelSignature
    return signature(inputs=types.Schema(inputs), outputs=_outputs(types), params=types.ParamSchema(params))


def _outputs(types: Any) -> Any:
    kinds = {"rank": "long", "propensity": "double", "lift": "double"}
    columns = [types.ColSpec(kinds.get(name, "string"), name, required=name != "bill_change") for name in OFFER_COLUMNS]
    return types.Schema(columns)
