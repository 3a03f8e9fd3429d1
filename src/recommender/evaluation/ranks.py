"""Who stands where: the ranks that the ranking metrics read."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import DataError
from recommender.schema import ACCOUNT, PRODUCT

__all__ = ["ranks", "ranks_of_offers"]


def ranks(scores: NDArray[np.float64], candidates: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rank the candidates of each account, 1 is best; 0 is not ranked.

    Parameters
    ----------
    scores
        Shape (n_accounts, n_products), columns in `product_id` order, so that ties go by product id. A NaN is not
        ranked.
    candidates
        Which pairs are ranked at all, same shape: for an account, the products that it neither holds nor has on
        order.

    Examples
    --------
    >>> ranks(np.array([[0.2, 0.9, 0.2, 0.1]]), np.array([[True, False, True, True]]))
    array([[1, 0, 2, 3]])
    """
    ranked = candidates & ~np.isnan(scores)
    lowest = np.finfo(np.float64).min
    keys = np.where(ranked, -np.maximum(scores, lowest), np.inf)
    order = np.argsort(keys, axis=1, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
    return np.where(ranked, places, 0)


def ranks_of_offers(
    offers: pd.DataFrame, account_ids: Sequence[str] | NDArray[np.generic], products: Sequence[str]
) -> NDArray[np.int64]:
    """Lay an offers frame (account_id, product_id, rank) out as ranks; shape (n_accounts, n_products), 0 is no offer.

    Raises
    ------
    DataError
        If an offer is for an account or a product that is not among those named.
    """
    row = pd.Index(account_ids).get_indexer(pd.Index(offers[ACCOUNT]))
    column = pd.Index(products).get_indexer(pd.Index(offers[PRODUCT]))
    if lost := int(((row < 0) | (column < 0)).sum()):
        raise DataError(f"offers: {lost} of {len(offers)} are for an account or a product that is not judged here.")
    laid = np.zeros((len(account_ids), len(products)), dtype=np.int64)
    laid[row, column] = offers["rank"].to_numpy(dtype=np.int64)
    return laid
