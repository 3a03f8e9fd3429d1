"""A trained model under the settings and the catalogue of today."""

from dataclasses import replace

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.model.model import Model

__all__ = ["at_present"]


def at_present(model: Model, settings: Config, catalogue: Catalogue | None = None) -> Model:
    """Give `model` what may change after training: the rules, the limits, the prices and what is on sale.

    What the features depend on (windows, bands, excluded attributes) stays as it was at training, and so do products
    that are gone from `catalogue`; they are on offer no more.
    """
    on_sale = model.catalogue if catalogue is None else _with_gone(model.catalogue, catalogue)
    return replace(model, config=_config(model.config, settings), catalogue=on_sale)


def _config(trained: Config, present: Config) -> Config:
    if present == Config():
        return trained
    return replace(
        present, windows=trained.windows, bands=trained.bands, features=trained.features, training=trained.training
    )


def _with_gone(trained: Catalogue, present: Catalogue) -> Catalogue:
    gone = [replace(p, is_offered=False) for p in trained.products if p.product_id not in present.position]
    return Catalogue.of([*present.products, *gone])
