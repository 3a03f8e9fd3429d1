"""Rules on the account's standing: no more spending for those who cannot pay, no selling to the vulnerable."""

from dataclasses import dataclass
from typing import ClassVar

from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask

__all__ = ["InArrears", "Vulnerable"]


@dataclass(frozen=True)
class InArrears:
    """The account has a bill long due and unpaid: a further one would not help it.

    In arrears from `grace_days` times 24 hours after the bill was due. Where no bill is known the account is not in
    arrears: bills are optional data, and a payment that is not yet known delays an offer without harm.

    Basis: the operator's policy.
    """

    reason: ClassVar[str] = "in_arrears"
    grace_days: int = 14

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts with a bill unpaid for `grace_days` or more; (n, 1)."""
        return facts.standing.unpaid_for(self.grace_days)[:, None]


@dataclass(frozen=True)
class Vulnerable:
    """The account is marked as vulnerable: whom to offer what is then a person's decision.

    An account without a mark is not taken for vulnerable, as most operators mark only those who are, and many keep
    no such column; where every account is marked one way or the other, `unknown_is_vulnerable` closes the gap.

    Basis: the operator's policy; UCPD (2005/29/EC) Art. 5(3); in the United Kingdom Ofcom's General Condition C5.
    """

    reason: ClassVar[str] = "vulnerable"
    unknown_is_vulnerable: bool = False

    def suppresses(self, facts: Facts) -> Mask:
        """Mark the accounts that are vulnerable; (n, 1)."""
        marked = facts.standing.vulnerable
        return (marked | facts.standing.vulnerability_unknown if self.unknown_is_vulnerable else marked)[:, None]
