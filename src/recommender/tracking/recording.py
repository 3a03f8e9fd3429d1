"""One training as one run: its settings, its figures per month, its plots and its model."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, Final

from recommender.model import Model, load_model
from recommender.tracking.packaging import package
from recommender.tracking.plots import plots_of
from recommender.tracking.registry import add_version
from recommender.tracking.store import Store, client_of, mlflow, refusals

__all__ = ["Recorded", "record"]

_SAID: Final = ("as_of", "ranker", "learn_from", "horizon_days", "seed", "rows")
_MOST_AT_ONCE: Final = 100


@dataclass(frozen=True)
class Recorded:
    """Where a training is found again: the run, the model in it, and its version where it was registered."""

    run_id: str
    model_uri: str
    version: str | None = None


def record(folder: str | Path, store: Store | None = None, *, register: str | None = None) -> Recorded:
    """Write the model in `folder`, and what its manifest says of its training, as one run.

    Only what the manifest holds is written: settings, figures, versions, the fingerprint of the data; no row and no id
    of an account. A run that does not come to its end is marked as failed, without the error's words.

    Parameters
    ----------
    folder
        The folder of a version, as `save_model` wrote it.
    register
        The name in the registry under which the model becomes the next version; not registered, if left out.

    Raises
    ------
    ModelError
        If the folder is no whole model.
    OutputError
        If MLflow refuses, or cannot be reached.
    """
    where, path = store or Store(), Path(folder)
    model = load_model(path)
    with refusals("recording the training"):
        client = client_of(where)
        experiment = _experiment(client, where)
        with _run(client, experiment, model) as run_id:
            _write_figures(client, run_id, model)
            logged = _write_model(client, experiment, run_id, model, path)
            version = add_version(client, register, logged, run_id, _tags(model)) if register else None
    return Recorded(run_id, f"models:/{logged.model_id}", version)


def _experiment(client: Any, store: Store) -> str:
    known = client.get_experiment_by_name(store.experiment)
    return str(known.experiment_id if known else client.create_experiment(store.experiment, store.artifacts))


@contextmanager
def _run(client: Any, experiment: str, model: Model) -> Iterator[str]:
    run_id = client.create_run(experiment, tags=_tags(model), run_name=model.label).info.run_id
    ended = "FAILED"
    try:
        yield run_id
        ended = "FINISHED"
    finally:
        with redirect_stdout(StringIO()):  # the client prints where a server shows the run
            client.set_terminated(run_id, ended)


def _tags(model: Model) -> dict[str, str]:
    return {
        "data_fingerprint": str(model.training.get("fingerprint", "")),
        "model_version": model.label,
        "policy_version": model.policy.version,
    }


def _write_figures(client: Any, run_id: str, model: Model) -> None:
    entities = mlflow().entities
    params = [entities.Param(key, value) for key, value in _params(model).items()]
    metrics = [entities.Metric(*one) for one in _metrics(model.training)]
    for start in range(0, max(len(params), len(metrics)), _MOST_AT_ONCE):
        part = slice(start, start + _MOST_AT_ONCE)
        client.log_batch(run_id, metrics=metrics[part], params=params[part])
    for name, plot in plots_of(model.training).items():
        client.log_figure(run_id, plot, f"plots/{name}")


def _write_model(client: Any, experiment: str, run_id: str, model: Model, folder: Path) -> Any:
    logged = client.create_logged_model(experiment, name=model.name, source_run_id=run_id, tags=_tags(model))
    with tempfile.TemporaryDirectory(prefix="recommender-") as home:
        out = Path(home) / "model"
        package(model, folder, out, logged.model_id)
        client.log_model_artifacts(logged.model_id, str(out))
    return client.finalize_logged_model(logged.model_id, "READY")


def _params(model: Model) -> dict[str, str]:
    said = {name: model.training[name] for name in _SAID if name in model.training}
    sizes = {"products": len(model.scorecard.products), "features": len(model.scorecard.features)}
    return {key: str(value) for key, value in (said | sizes | _settings(model.config.to_dict())).items()}


def _settings(settings: Mapping[str, Any], prefix: str = "config.") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= _settings(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _metrics(training: Mapping[str, Any]) -> Iterator[tuple[str, float, int, int]]:
    """Name, value, moment in milliseconds and step; a month's figures stand at its cut-off, and step by step."""
    as_of = _milliseconds(training["as_of"]) if "as_of" in training else 0
    for one in training.get("figures", ()):
        for end in ("value", "low", "high"):
            if one.get(end) is not None:
                yield _name(one, "" if end == "value" else f"/{end}"), float(one[end]), as_of, 0
    cut_offs = sorted({one["cut_off"] for one in training.get("months", ())})
    for one in training.get("months", ()):
        if one["value"] is not None:
            step = cut_offs.index(one["cut_off"])
            yield f"month/{_name(one)}", float(one["value"]), _milliseconds(one["cut_off"]), step


def _name(figure: Mapping[str, Any], end: str = "") -> str:
    return f"{figure['ranker']}/{figure['metric'].replace('@', '_at_')}{end}"


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
