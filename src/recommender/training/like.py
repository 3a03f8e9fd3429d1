"""Repeat a training from what a model's manifest says of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from recommender.errors import ModelError
from recommender.model import Model
from recommender.tables import read_tables
from recommender.training.teach import train

__all__ = ["train_like"]

Progress = Callable[[int, int], None]


def train_like(
    source: Any, model: Model, as_of: datetime | str | None = None, *, progress: Progress | None = None
) -> Model:
    """Train as `model` was trained: its settings, its ranker, its way of learning, its seed and its tests.

    The same rows give the same arrays, and so an equal `Model.digest`; `Model.training["fingerprint"]` says whether the
    rows are the same.

    Parameters
    ----------
    source
        What `read_tables` reads, or tables that were read with the settings of `model`. Settings that come with a
        folder are not used.
    as_of
        The moment of training; the model's own, if left out.

    Raises
    ------
    ModelError
        If the manifest does not say how the model was trained.
    """
    said = model.training
    if lacking := sorted({"as_of", "ranker", "learn_from"} - said.keys()):
        raise ModelError(f"{model.label}: its manifest does not say {lacking}, so the training cannot be repeated.")
    return train(
        read_tables(source, model.config),
        as_of or said["as_of"],
        ranker=said["ranker"],
        learn_from=said["learn_from"],
        tests=len({one["cut_off"] for one in said.get("months", ())}),
        name=model.name,
        progress=progress,
    )
