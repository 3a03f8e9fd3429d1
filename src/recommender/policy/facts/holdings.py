"""What an account has: held, on order, inside a bundle; as pairs of accounts and products."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from recommender import schema
from recommender.catalogue import Catalogue
from recommender.policy.facts.arrow import Mask, fact, flat, frozen, is_null, places_among

__all__ = ["Holdings"]


@dataclass(frozen=True, eq=False)
class Holdings:
    """The products of n accounts; every mask has shape (n, P), laid out product by product.

    Where a list is null, or holds a null, the account may have anything and surely has nothing. Products that the
    catalogue does not have are passed over: there is no pair of theirs to suppress.
    """

    rows: pa.Table
    catalogue: Catalogue

    @property
    def held(self) -> Mask:
        """What the account surely holds."""
        return self._held[0]

    @property
    def may_hold(self) -> Mask:
        """What the account holds or, its holdings being unknown, may hold."""
        return self._held[1]

    @cached_property
    def on_order(self) -> Mask:
        """What the account has on order or, its orders being unknown, may have."""
        return self._read(schema.ORDERED)[1]

    @cached_property
    def in_bundle(self) -> Mask:
        """What stands inside a bundle, or in a bundle of that bundle, that is or may be held or on order."""
        return frozen(self._inside(self.may_hold | self.on_order))

    @cached_property
    def possessed(self) -> Mask:
        """What the account surely has: held, or inside a bundle that it holds."""
        return frozen(self.held | self._inside(self.held))

    @cached_property
    def may_possess(self) -> Mask:
        """What the account has or may have: held, on order, or inside a bundle of these."""
        return frozen(self.may_hold | self.on_order | self.in_bundle)

    @cached_property
    def _held(self) -> tuple[Mask, Mask]:
        return self._read(schema.HELD)

    def _read(self, name: str) -> tuple[Mask, Mask]:
        """Return what is surely, and what is possibly, in the lists called `name`."""
        lists = fact(self.rows, name)
        owner, values = flat(lists)
        column = places_among(values, self.catalogue.ids)
        known = column >= 0
        surely = np.zeros((len(self.catalogue.ids), len(lists)), dtype=bool)
        surely[column[known], owner[known]] = True
        unknown = is_null(lists)
        unknown[owner[is_null(values)]] = True
        possibly = surely | unknown if unknown.any() else surely
        return frozen((surely & ~unknown if unknown.any() else surely).T), frozen(possibly.T)

    def _inside(self, bundles: Mask) -> Mask:
        inside = np.zeros(bundles.shape[::-1], dtype=bool).T
        for bundle, part in self.catalogue.parts:
            inside[:, part] |= bundles[:, bundle]
        return inside
