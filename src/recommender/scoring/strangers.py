"""Complaints that find no account protect nobody: ids lose leading zeros on the way, so it is said."""

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow.compute as pc

from recommender.errors import UnknownAccountWarning
from recommender.model import FreshComplaints
from recommender.schema import ACCOUNT

__all__ = ["warn_of_strangers"]


def warn_of_strangers(complaints: FreshComplaints, ids: Iterable[Any]) -> None:
    """Warn of complaints whose account is not among `ids`, which come in columns.

    Warns
    -----
    UnknownAccountWarning
        If there are any; it points to the caller of the function that calls this one's caller.
    """
    asked = complaints.rows.column(ACCOUNT)
    found = np.zeros(len(asked), dtype=bool)
    for some in ids:
        found |= pc.is_in(asked, value_set=some.combine_chunks()).to_numpy()
    if unknown := int(np.count_nonzero(~found)):
        warnings.warn(
            f"complaints: {unknown} of the {len(asked)} handed in name accounts that are not among the rows, and so "
            "keep no offer back; ids are compared exactly, leading zeros too.",
            UnknownAccountWarning,
            stacklevel=4,
        )
