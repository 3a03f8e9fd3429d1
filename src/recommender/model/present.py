"""A trained model under the settings and the catalogue of today."""

from dataclasses import replace

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.model.model import Model
from recommender.reasons import Feature

__all__ = ["at_present"]


def at_present(model: Model, settings: Config | None, catalogue: Catalogue | None = None) -> Model:
    """Give `model` what may change after training: the rules, the limits, the prices, what is on sale, what is named.

    What the features depend on (windows, bands, excluded attributes) stays as it was at training, and so do products
    that are gone from `catalogue`; they are on offer no more. What was sensitive at training stays so, and what
    `settings` call sensitive becomes so. Without `settings`, those of training hold.
    """
    on_sale = model.catalogue if catalogue is None else _with_gone(model.catalogue, catalogue)
    config = model.config if settings is None else _config(model.config, settings)
    features = _named(model.features, config)
    if (on_sale.products, config, features) == (model.catalogue.products, model.config, model.features):
        return model
    return replace(model, config=config, catalogue=on_sale, features=features)


def _config(trained: Config, present: Config) -> Config:
    features = replace(present.features, exclude=trained.features.exclude)
    return replace(present, windows=trained.windows, bands=trained.bands, training=trained.training, features=features)


def _named(features: tuple[Feature, ...], config: Config) -> tuple[Feature, ...]:
    hidden = set(config.features.sensitive)
    return tuple(replace(one, is_sensitive=True) if one.name in hidden else one for one in features)


def _with_gone(trained: Catalogue, present: Catalogue) -> Catalogue:
    gone = [replace(p, is_offered=False) for p in trained.products if p.product_id not in present.position]
    return Catalogue.of([*present.products, *gone])
