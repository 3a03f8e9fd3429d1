"""A trained model: everything that a decision needs besides the rows and the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.errors import DataError
from recommender.model.arrays import dump_arrays
from recommender.model.decide import FreshComplaints, decide
from recommender.model.decision import Decision
from recommender.model.display import heaviest_terms, model_html
from recommender.model.lookups import Lookups, lookups_of
from recommender.model.manifest import digest_of
from recommender.model.offer_rows import has_or_ordered
from recommender.policy import Facts, Policy, Rule, build_policy
from recommender.ranking.scorecard import Scorecard
from recommender.reasons import Feature, Words
from recommender.schema import AS_OF

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["Model"]


@dataclass(frozen=True)
class Model:
    """The scorecard, the catalogue, the settings and the words; nothing in it is about a customer.

    `training` says how the scorecard came about: ranker, as_of, horizon_days, seed, fingerprint of the data,
    metrics, versions. `rules` are an operator's own, after those of the package: `dataclasses.replace(model,
    rules=(MyRule(),))`. They are code, so a model on disk only names them, and whoever loads it brings them along.
    """

    name: str
    version: str
    scorecard: Scorecard
    catalogue: Catalogue
    config: Config
    features: tuple[Feature, ...]
    training: Mapping[str, Any]
    rules: tuple[Rule, ...] = ()

    @cached_property
    def policy(self) -> Policy:
        """The rules in force."""
        return build_policy(self.config, self.rules)

    @property
    def label(self) -> str:
        """Name and version, as offers carry them."""
        return f"{self.name}/{self.version}"

    @cached_property
    def digest(self) -> str:
        """The sha256 of the arrays, as a manifest names it; equal trainings on equal rows have equal digests."""
        return digest_of(dump_arrays(self.scorecard.to_arrays()))

    @cached_property
    def words(self) -> Words:
        """What reasons are made of."""
        names = {product.product_id: product.name for product in self.catalogue.products}
        return Words({feature.name: feature for feature in self.features}, names)

    @cached_property
    def lookups(self) -> Lookups:
        """What every decision looks up."""
        return lookups_of(self)

    def decide(
        self,
        rows: pa.Table,
        *,
        decided_at: datetime | None = None,
        complaints: FreshComplaints | None = None,
        k: int | None = None,
    ) -> Decision:
        """Decide for every account of `rows`: score, suppress, then cut to k.

        Parameters
        ----------
        rows
            Snapshot rows, n of them.
        decided_at
            The moment of decision, not before the snapshot's own; now, if left out.
        complaints
            What became known since the snapshot was taken.
        k
            Offers per account at most, 0 to 3; the setting `offers.k`, if left out.

        Raises
        ------
        DataError
            If `decided_at` lies before the snapshot, or `rows` is no snapshot.
        FeatureError
            If a feature that the scorecard reads is missing or of another type.
        """
        return decide(self, rows, decided_at=decided_at, complaints=complaints, k=k)

    def contributions(self, rows: pa.Table, product: str) -> "NDArray[np.float64]":
        """Return what each term of the scorecard adds to the log-odds of `product`; shape (n_rows, n_terms).

        The terms are `scorecard.terms`; `scorecard.intercept` plus their sum is the log-odds.

        Raises
        ------
        DataError
            If the scorecard does not rank the product, or `rows` is no snapshot.
        """
        if product not in self.scorecard.products:
            raise DataError(f"The model ranks no product {product!r}.")
        n, position = rows.num_rows, self.scorecard.products.index(product)
        if not n:
            return np.empty((0, len(self.scorecard.terms)))
        moment = rows.column(AS_OF)[0].as_py()
        facts = Facts.of(rows, self.catalogue, decided_at=moment, channel=self.config.offers.channel)
        held = has_or_ordered(facts)[:, self.lookups.held]
        return self.scorecard.contributions(rows, held, np.arange(n), np.full(n, position))

    def plot(self, product: str, *, most: int = 6) -> "Figure":
        """Draw the terms that weigh most for `product` over the rows learnt from; see `Scorecard.plot`."""
        names = self.words.product_names
        titles = {f"held:{i}": f"has {names.get(i, i)}" for i in self.scorecard.held_products}
        titles[product] = names.get(product, product)
        return self.scorecard.plot(product, most=most, terms=heaviest_terms(self, product), titles=titles)

    def _repr_html_(self) -> str:
        return model_html(self)
