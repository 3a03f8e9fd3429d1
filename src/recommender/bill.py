"""What an offer would do to the monthly bill, in whole minor units of the currency."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue import Catalogue, Product
from recommender.errors import DataError

__all__ = ["Prices", "bill_changes"]


@dataclass(frozen=True, eq=False)
class Prices:
    """What the products of a catalogue cost.

    Attributes
    ----------
    minor : array of shape (P,)
        Minor units per month; 0 where the price is unknown.
    known : array of shape (P,)
    parts
        Each bundle with each product that stands inside it, bundles inside bundles included, by position.
    """

    minor: NDArray[np.int64]
    known: NDArray[np.bool_]
    parts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, catalogue: Catalogue, minor_digits: int) -> "Prices":
        """Take the prices out of a catalogue; 2 `minor_digits` make cents of euros.

        Raises
        ------
        DataError
            If a price is finer than the currency's minor unit.
        """
        return cls(
            np.array([_minor_units(product, minor_digits) for product in catalogue.products], dtype=np.int64),
            np.array([product.monthly_price is not None for product in catalogue.products], dtype=bool),
            tuple((bundle, part) for bundle, part in catalogue.parts if part != bundle),
        )


def bill_changes(
    prices: Prices, held: NDArray[np.bool_], *, bundle_replaces_parts: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return by how much each product would change the monthly bill, and whether that is known.

    The change is the product's price. With `bundle_replaces_parts` a bundle takes the place of what the account
    holds of its contents (bundles inside bundles included), whose prices are then saved, each once. A change is
    unknown, and 0 in the first array, where a price that it rests on is.

    Parameters
    ----------
    held
        What each account holds; (n, P).

    Returns
    -------
    changes
        Minor units per month; (n, P).
    known
        Whether the change is known; (n, P).

    Examples
    --------
    >>> catalogue = Catalogue.of([
    ...     Product("calls", "Calls", "voice", Decimal("4.00")),
    ...     Product("duo", "Calls and texts", "voice", Decimal("6.50"), includes=("calls",)),
    ... ])
    >>> held = np.array([[True, False]])
    >>> changes, known = bill_changes(Prices.of(catalogue, 2), held, bundle_replaces_parts=True)
    >>> changes.tolist(), known.tolist()
    ([[400, 250]], [[True, True]])
    """
    changes, known = np.broadcast_to(prices.minor, held.shape), np.broadcast_to(prices.known, held.shape)
    if not bundle_replaces_parts:
        return changes, known
    changes, known = changes.copy(), known.copy()
    for bundle, part in prices.parts:
        changes[:, bundle] -= prices.minor[part] * held[:, part]
        known[:, bundle] &= prices.known[part] | ~held[:, part]
    return np.where(known, changes, 0), known


def _minor_units(product: Product, minor_digits: int) -> int:
    if product.monthly_price is None:
        return 0
    units = product.monthly_price * Decimal(10) ** minor_digits
    if units != units.to_integral_value():
        raise DataError(
            f"products: the price of {product.product_id!r} must be whole in units of 10^-{minor_digits}, "
            f"but {product.monthly_price} came."
        )
    return int(units)
