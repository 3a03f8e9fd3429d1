"""Rules on products: nothing the account has, may not combine, lacks the prerequisite for, or cannot buy."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask

__all__ = ["AlreadyHeld", "ExcludedByHolding", "InBundle", "LacksPrerequisite", "NotOffered", "OnOrder"]


@dataclass(frozen=True)
class AlreadyHeld:
    """The account has the product, or its holdings are unknown: nobody buys the same thing twice.

    Basis: the operator's policy, and promise P3 of this package.
    """

    reason: ClassVar[str] = "already_held"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products that are held; (n, P)."""
        return facts.holdings.may_hold


@dataclass(frozen=True)
class OnOrder:
    """The account has ordered the product and waits for it.

    Basis: the operator's policy, and promise P3 of this package.
    """

    reason: ClassVar[str] = "on_order"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products that are on order; (n, P)."""
        return facts.holdings.on_order


@dataclass(frozen=True)
class InBundle:
    """The product is part of a bundle the account has or has ordered: it would pay twice.

    Bundles inside bundles count.

    Basis: the operator's policy, and promise P3 of this package.
    """

    reason: ClassVar[str] = "in_bundle"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products inside bundles that are held or on order; (n, P)."""
        return facts.holdings.in_bundle


@dataclass(frozen=True)
class LacksPrerequisite:
    """The product does not work without another that the account does not have.

    Of each group of prerequisites the account must hold one, on its own or inside a bundle; an order that is still
    pending does not serve, as it may yet be cancelled.

    Basis: the operator's policy, and promise P3 of this package.
    """

    reason: ClassVar[str] = "lacks_prerequisite"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products of which a group of prerequisites is not met; (n, P)."""
        possessed = facts.holdings.possessed
        lacks = np.zeros(facts.shape[::-1], dtype=bool).T
        for product, group in facts.catalogue.prerequisites:
            lacks[:, product] |= ~_any_of(possessed, group)
        return lacks


@dataclass(frozen=True)
class ExcludedByHolding:
    """The product, or a part of it, may not be combined with one the account has, has ordered or has inside a bundle.

    It is enough that either of the two products names the other.

    Basis: the operator's policy, and promise P3 of this package.
    """

    reason: ClassVar[str] = "excluded_by_holding"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products that exclude, or are excluded by, what the account has; (n, P)."""
        has = facts.holdings.may_possess
        excluded = np.zeros(facts.shape[::-1], dtype=bool).T
        for product, other in facts.catalogue.exclusions:
            excluded[:, product] |= has[:, other]
        return excluded


@dataclass(frozen=True)
class NotOffered:
    """The product is no longer sold, though some accounts still have it.

    Basis: the operator's policy.
    """

    reason: ClassVar[str] = "not_offered"

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the products that are not sold; (1, P)."""
        return ~facts.catalogue.is_offered[None, :]


def _any_of(pairs: Mask, products: Iterable[int]) -> NDArray[np.bool_]:
    found = np.zeros(len(pairs), dtype=bool)
    for product in products:
        found |= pairs[:, product]
    return found
