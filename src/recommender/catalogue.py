"""The products as arrays: prices, bundles, prerequisites and exclusions, by position in `product_id` order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.errors import DataError

__all__ = ["Catalogue", "Product"]


@dataclass(frozen=True)
class Product:
    """One product; `requires` is all of its groups, and a group is any of its products."""

    product_id: str
    name: str
    category: str
    monthly_price: Decimal | None = None
    requires: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    is_offered: bool = True
    uses_usage_data: bool = False


@dataclass(frozen=True)
class Catalogue:
    """The products in the order of their ids; every matrix has shape (n_products, n_products)."""

    products: tuple[Product, ...]

    @classmethod
    def of(cls, products: Iterable[Product]) -> "Catalogue":
        """Sort `products` by id.

        Raises
        ------
        DataError
            If two products share an id, or one names a product that the catalogue does not have.
        """
        catalogue = cls(tuple(sorted(products, key=lambda product: product.product_id)))
        catalogue._check()
        return catalogue

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> "Catalogue":
        """Build a catalogue from rows of the `products` table (see `schema.PRODUCTS`)."""
        return cls.of(_product(row) for row in rows)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows that `from_rows` reads back, in JSON's own types."""
        return [_row(product) for product in self.products]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The product ids, sorted."""
        return tuple(product.product_id for product in self.products)

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each product stands."""
        return {product_id: i for i, product_id in enumerate(self.ids)}

    @cached_property
    def is_offered(self) -> NDArray[np.bool_]:
        """Which products are sold at all; shape (n_products,)."""
        return np.array([product.is_offered for product in self.products], dtype=bool)

    @cached_property
    def uses_usage_data(self) -> NDArray[np.bool_]:
        """Which products are ranked from usage; shape (n_products,)."""
        return np.array([product.uses_usage_data for product in self.products], dtype=bool)

    @cached_property
    def contains(self) -> NDArray[np.bool_]:
        """Whether the bundle of the row contains the product of the column, bundles within bundles included."""
        direct = self._matrix([product.includes for product in self.products])
        return _closure(direct)

    @cached_property
    def excludes(self) -> NDArray[np.bool_]:
        """Whether two products may not be held together; symmetric, as one side naming the other is enough."""
        named = self._matrix([product.excludes for product in self.products])
        return named | named.T

    @cached_property
    def parts(self) -> tuple[tuple[int, int], ...]:
        """Each bundle with each product that stands inside it, bundles within bundles included."""
        return _pairs(self.contains)

    @cached_property
    def brings_excluded(self) -> NDArray[np.bool_]:
        """Whether the product of the row, or a part of it, and the product of the column exclude each other."""
        return self._and_parts @ self.excludes

    @cached_property
    def exclusions(self) -> tuple[tuple[int, int], ...]:
        """The pairs that `brings_excluded` marks."""
        return _pairs(self.brings_excluded)

    @cached_property
    def conflicts(self) -> NDArray[np.bool_]:
        """Whether two products are not to be offered together; symmetric.

        They or parts of them exclude each other, or one contains the other.
        """
        apart = self.brings_excluded @ self._and_parts.T | self.contains | self.contains.T
        return apart & ~np.eye(len(self.products), dtype=bool)

    @cached_property
    def _and_parts(self) -> NDArray[np.bool_]:
        return self.contains | np.eye(len(self.products), dtype=bool)

    @cached_property
    def requires(self) -> tuple[tuple[NDArray[np.bool_], ...], ...]:
        """Per product, its groups of alternatives, each a mask of shape (n_products,)."""
        return tuple(tuple(self._mask(group) for group in product.requires) for product in self.products)

    @cached_property
    def prerequisites(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """Each product with the alternatives of a group that it requires, once for each of its groups."""
        return tuple(
            (product, tuple(np.flatnonzero(group).tolist()))
            for product, groups in enumerate(self.requires)
            for group in groups
        )

    def _mask(self, ids: Iterable[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.products), dtype=bool)
        mask[[self.position[product_id] for product_id in ids]] = True
        return mask

    def _matrix(self, named: list[tuple[str, ...]]) -> NDArray[np.bool_]:
        return np.array([self._mask(ids) for ids in named], dtype=bool).reshape(len(named), len(named))

    def _check(self) -> None:
        if len(self.position) != len(self.ids):
            twice = sorted({i for i in self.ids if self.ids.count(i) > 1})
            raise DataError(f"products: each product_id may stand once, but these stand more often: {twice[:5]}.")
        for product in self.products:
            named = {*product.excludes, *product.includes, *(i for group in product.requires for i in group)}
            if unknown := sorted(named - self.position.keys()):
                raise DataError(f"products: {product.product_id!r} names products that are not there: {unknown[:5]}.")


def _pairs(marked: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    return tuple((int(one), int(other)) for one, other in np.argwhere(marked))


def _closure(direct: NDArray[np.bool_]) -> NDArray[np.bool_]:
    reached = direct
    while True:
        further = reached | (reached.astype(np.int64) @ direct.astype(np.int64) > 0)
        if (further == reached).all():
            return reached
        reached = further


def _product(row: Mapping[str, Any]) -> Product:
    price = row.get("monthly_price")
    return Product(
        product_id=row["product_id"],
        name=row["name"],
        category=row["category"],
        monthly_price=None if price is None else Decimal(str(price)),
        requires=tuple(tuple(group.split("|")) for group in row.get("requires") or ()),
        excludes=tuple(row.get("excludes") or ()),
        includes=tuple(row.get("includes") or ()),
        is_offered=bool(row.get("is_offered", True)),
        uses_usage_data=bool(row.get("uses_usage_data")),
    )


def _row(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "name": product.name,
        "category": product.category,
        "monthly_price": None if product.monthly_price is None else str(product.monthly_price),
        "requires": ["|".join(group) for group in product.requires],
        "excludes": list(product.excludes),
        "includes": list(product.includes),
        "is_offered": product.is_offered,
        "uses_usage_data": product.uses_usage_data,
    }
