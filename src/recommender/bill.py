"""What an offer would do to the monthly bill, in whole minor units of the currency."""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue import Catalogue, Product
from recommender.errors import DataError

__all__ = ["bill_changes"]


def bill_changes(
    catalogue: Catalogue, held: NDArray[np.bool_], *, minor_digits: int, bundle_replaces_parts: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return by how much each product would change the monthly bill, and whether that is known.

    The change is the product's price. With `bundle_replaces_parts` a bundle takes the place of what the account
    holds of its contents (bundles inside bundles included), whose prices are then saved, each once. A change is
    unknown, and 0 in the first array, where a price that it rests on is.

    Parameters
    ----------
    held
        What each account holds; (n, P).
    minor_digits
        Decimals of the currency: 2 makes cents of euros.

    Returns
    -------
    changes
        Minor units per month; (n, P).
    known
        Whether the change is known; (n, P).

    Raises
    ------
    DataError
        If a price is finer than the currency's minor unit.

    Examples
    --------
    >>> catalogue = Catalogue.of([
    ...     Product("calls", "Calls", "voice", Decimal("4.00")),
    ...     Product("duo", "Calls and texts", "voice", Decimal("6.50"), includes=("calls",)),
    ... ])
    >>> changes, known = bill_changes(catalogue, np.array([[True, False]]), minor_digits=2, bundle_replaces_parts=True)
    >>> changes.tolist(), known.tolist()
    ([[400, 250]], [[True, True]])
    """
    prices = np.array([_minor_units(product, minor_digits) for product in catalogue.products], dtype=np.int64)
    priced = np.array([product.monthly_price is not None for product in catalogue.products], dtype=bool)
    changes = np.tile(prices, (len(held), 1))
    known = np.tile(priced, (len(held), 1))
    if bundle_replaces_parts:
        for bundle, part in np.argwhere(catalogue.contains):
            if part != bundle:
                changes[:, bundle] -= prices[part] * held[:, part]
                known[:, bundle] &= priced[part] | ~held[:, part]
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
