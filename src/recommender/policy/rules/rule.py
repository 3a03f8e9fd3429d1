"""What a rule is."""

from inspect import getdoc
from typing import ClassVar, Protocol

from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask

__all__ = ["Rule", "sentence"]


class Rule(Protocol):
    """One reason not to offer: a frozen dataclass whose fields are its settings and whose docstring says why.

    Nothing is to be derived from it; whatever has these two is a rule. It must not change the facts it is given.

    Examples
    --------
    An operator's own rule, which leaves the staff of the operator alone:

    >>> from dataclasses import dataclass
    >>> from recommender.config import Config
    >>> from recommender.policy import build_policy
    >>> @dataclass(frozen=True)
    ... class Staff:
    ...     "The account belongs to a member of staff: they have a channel of their own."
    ...
    ...     reason: ClassVar[str] = "staff"
    ...     segment: str = "staff"
    ...
    ...     def suppresses(self, facts: Facts) -> Mask:
    ...         segment = facts.rows.column("segment").to_numpy()
    ...         return (segment == self.segment)[:, None]
    >>> build_policy(Config(), extra=(Staff(),)).codes[-1]
    'staff'
    """

    reason: ClassVar[str]

    def suppresses(self, facts: Facts) -> Mask:
        """Mark what must not be offered; a boolean mask of two dimensions that broadcasts to (n, P)."""
        ...


def sentence(rule: type[Rule]) -> str:
    """Return why `rule` suppresses: the first paragraph of its docstring, or its reason where Python dropped it."""
    return " ".join((getdoc(rule) or rule.reason).split("\n\n")[0].split())
