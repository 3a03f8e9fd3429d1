"""The set of rules in force, and the reasons it finds: one bit per rule, all of them always evaluated."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ConfigError
from recommender.policy.facts import Facts
from recommender.policy.facts.arrow import Mask
from recommender.policy.rules import CODES, SENTENCES, Rule, sentence

__all__ = ["Policy", "decode"]

# So many accounts that their pairs fit into the cache of one core.
_RUN: Final = 16_384


def decode(bits: int, codes: Sequence[str] = CODES) -> list[str]:
    """Return the reason codes whose bits are set, in the order of `codes`.

    Raises
    ------
    ConfigError
        If a bit is set that `codes` do not name.

    Examples
    --------
    >>> decode(0b100001)
    ['open_complaint', 'already_held']
    """
    if int(bits) >> len(codes):
        raise ConfigError(f"The reasons {int(bits):#x} have bits beyond the {len(codes)} codes known.")
    return [code for i, code in enumerate(codes) if int(bits) >> i & 1]


@dataclass(frozen=True)
class Policy:
    """The rules in force; `build_policy` makes one.

    Bit i of a reason means `codes[i]`. `switched_off` are the codes of the rules that are not in force, `waived` those
    of them that keep a promise of the package and `waivers` the settings by which the operator answers for that; they
    are shown with every result.
    """

    rules: tuple[Rule, ...]
    codes: tuple[str, ...]
    switched_off: tuple[str, ...] = ()
    waivers: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with every setting and every rule in force."""
        return hashlib.sha256(json.dumps(self.settings, sort_keys=True, default=repr).encode()).hexdigest()[:12]

    @property
    def settings(self) -> dict[str, Any]:
        """Every rule in force with its settings, and what was switched off, in JSON's own types."""
        return {
            "codes": list(self.codes),
            "rules": {rule.reason: _settings(rule) for rule in self.rules},
            "switched_off": list(self.switched_off),
            "waivers": list(self.waivers),
        }

    def suppressions(self, facts: Facts) -> NDArray[np.uint32]:
        """Return every reason against every pair; (n, P), a bit per rule, 0 where nothing stands against it.

        Raises
        ------
        ConfigError
            If a rule gives something else than a boolean mask that broadcasts to (n, P).
        """
        reasons = np.empty(facts.shape, dtype=np.uint32)
        start = 0
        for part in facts.parts(_RUN):
            stop = start + part.shape[0]
            reasons[start:stop] = self._reasons(part)
            start = stop
        return reasons

    def scorable(self, facts: Facts) -> Mask:
        """Return which accounts may be scored: not those that objected, on this channel or altogether; (n,)."""
        return ~facts.consents.refused

    def stale(self, facts: Facts) -> tuple[str, ...]:
        """Return the feeds that are missing or older than their limit for at least one account."""
        fresh_enough = [rule for rule in self.rules if hasattr(rule, "feed")]
        return tuple(str(rule.feed) for rule in fresh_enough if rule.suppresses(facts).any())

    def stale_in(self, reasons: NDArray[np.uint32]) -> tuple[str, ...]:
        """Return the same from the reasons against all pairs that `suppressions` found."""
        return tuple(
            str(rule.feed) for rule in self.rules if hasattr(rule, "feed") and (reasons & self.bit(rule.reason)).any()
        )

    def decode(self, bits: int) -> list[str]:
        """Return the reason codes of one pair."""
        return decode(bits, self.codes)

    def bit(self, code: str) -> np.uint32:
        """Return the bit that stands for the reason `code`."""
        return self._bits[code]

    @cached_property
    def sentences(self) -> dict[str, str]:
        """Why each reason stands against an offer, in one sentence: the first of its rule's docstring."""
        own = {rule.reason: sentence(type(rule)) for rule in self.rules}
        return {code: own.get(code) or SENTENCES.get(code, code) for code in self.codes}

    @cached_property
    def _bits(self) -> dict[str, np.uint32]:
        return {code: np.uint32(1 << i) for i, code in enumerate(self.codes)}

    def _reasons(self, facts: Facts) -> NDArray[np.uint32]:
        n_accounts, n_products = facts.shape
        fitting = {(n, p) for n in (1, n_accounts) for p in (1, n_products)}
        pairs = np.zeros((n_products, n_accounts), dtype=np.uint32).T
        accounts = np.zeros((n_accounts, 1), dtype=np.uint32)
        for rule in self.rules:
            mask = rule.suppresses(facts)
            if mask.dtype != bool or mask.shape not in fitting:
                raise _misfit(rule, mask, facts)
            target = accounts if mask.shape == accounts.shape else pairs
            target |= mask * self._bits[rule.reason]
        pairs |= accounts
        return pairs


def _misfit(rule: Rule, mask: Mask, facts: Facts) -> ConfigError:
    return ConfigError(
        f"The rule {rule.reason!r} must give a boolean mask that broadcasts to {facts.shape}, "
        f"but {mask.dtype} of {mask.shape} came."
    )


def _settings(rule: Any) -> dict[str, Any]:
    return {field.name: getattr(rule, field.name) for field in fields(rule)} if is_dataclass(rule) else {}
