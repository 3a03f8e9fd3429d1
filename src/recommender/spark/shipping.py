"""A model on its way to the workers: its files, verified again where they arrive."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from recommender.model import Model, load_model, save_model
from recommender.policy import Rule

__all__ = ["Shipment", "ship", "unpack"]


@dataclass(frozen=True)
class Shipment:
    """The files of a model folder, by name, and what they do not say: the label of the model and one's own rules."""

    name: str
    version: str
    files: Mapping[str, bytes] = field(hash=False)
    rules: tuple[Rule, ...] = field(hash=False)


def ship(model: Model) -> Shipment:
    """Pack `model`, with its present settings and catalogue, as the folder that `save_model` writes."""
    with TemporaryDirectory() as home:
        folder = save_model(model, Path(home) / "model")
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return Shipment(model.name, model.version, files, model.rules)


@lru_cache(maxsize=2)
def unpack(shipment: Shipment) -> Model:
    """Load a model from its files, with every check of `load_model`; once in the life of a worker.

    Raises
    ------
    ModelError
        If anything about the files is other than when they were packed.
    """
    with TemporaryDirectory() as home:
        folder = Path(home) / "model" / "1"
        folder.mkdir(parents=True)
        for name, content in shipment.files.items():
            (folder / name).write_bytes(content)
        loaded = load_model(folder, shipment.rules)
    return replace(loaded, name=shipment.name, version=shipment.version)
