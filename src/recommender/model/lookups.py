"""What every decision of a model looks up, made once for each model."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.bill import Prices

if TYPE_CHECKING:
    from recommender.model.model import Model

__all__ = ["Lookups", "lookups_of", "money"]

_DIGITS: Final = 18

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Lookups:
    """The P products of the catalogue as arrays, and where those of the scorecard stand among them.

    Attributes
    ----------
    offered : Arrow batch of 2 P rows
        What an offer of each product says of it, for an account that is well known and then for one that is cold:
        id, name, price (`bill_change`; null where it is unknown) and flags.
    prices
        What the products cost, in minor units.
    ranked, held : arrays of shape (n_ranked,) and (n_held,)
        Where the products that the scorecard ranks, and those that it reads as held, stand in the catalogue.
    places : array of shape (P,)
        Where each product stands among those that are ranked.
    base_rate : array of shape (P,)
        NaN where the product is not ranked.
    """

    offered: pa.RecordBatch
    prices: Prices
    ranked: Places
    held: Places
    places: Places
    base_rate: NDArray[np.float64]


def lookups_of(model: "Model") -> Lookups:
    """Make the look-ups of `model`.

    Raises
    ------
    DataError
        If a price is finer than the currency's minor unit.
    """
    catalogue, card = model.catalogue, model.scorecard
    prices = Prices.of(catalogue, model.config.minor_digits)
    ranked = np.array([catalogue.position[product_id] for product_id in card.products], dtype=np.intp)
    places, base_rate = np.zeros(len(catalogue.ids), dtype=np.intp), np.full(len(catalogue.ids), np.nan)
    places[ranked], base_rate[ranked] = np.arange(len(ranked)), card.base_rate
    return Lookups(
        offered=_offered(model, prices, places),
        prices=prices,
        ranked=ranked,
        held=np.array([catalogue.position[product_id] for product_id in card.held_products], dtype=np.intp),
        places=places,
        base_rate=base_rate,
    )


def money(minor: NDArray[np.int64], known: NDArray[np.bool_], minor_digits: int) -> Any:
    """Return amounts of minor units as decimals, null where they are not known; an Arrow array."""
    amounts, which = np.unique(minor, return_inverse=True)
    decimals = [Decimal(amount).scaleb(-minor_digits) for amount in amounts.tolist()]
    return pa.array(decimals, pa.decimal128(_DIGITS, minor_digits)).take(pa.array(which, pa.int64(), mask=~known))


def _offered(model: "Model", prices: Prices, places: Places) -> pa.RecordBatch:
    products, each = model.catalogue.products, np.repeat(np.arange(len(places)), 2)
    return pa.record_batch(
        {
            "product_id": pa.array([products[i].product_id for i in each], pa.string()),
            "product_name": pa.array([products[i].name for i in each], pa.string()),
            "bill_change": money(prices.minor[each], prices.known[each], model.config.minor_digits),
            "flags": pa.array(_flags(model, places), pa.list_(pa.string())),
        }
    )


def _flags(model: "Model", places: Places) -> list[list[str]]:
    waived = [f"waived:{code}" for code in model.policy.waived]
    of_products = [model.scorecard.flags(place) for place in places.tolist()]
    return [[*flags, *cold, *waived] for flags in of_products for cold in ((), ("cold",))]
