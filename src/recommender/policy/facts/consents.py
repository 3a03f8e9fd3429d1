"""What an account permits: marketing by channel, and the use of its usage data."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender import schema
from recommender.policy.facts.arrow import Mask, fact, flags, flat, frozen, is_null, words

__all__ = ["Consents"]

_Channels = tuple[NDArray[np.int64], Any, Mask]


@dataclass(frozen=True, eq=False)
class Consents:
    """The permissions of n accounts for `channel`; every mask has shape (n,).

    Unknown counts against the offer: it is neither a grant nor the absence of a refusal. A snapshot leaves out what a
    later change for every channel superseded, so a permission for one channel beside a refusal of all came after it.
    """

    rows: pa.Table
    channel: str

    @cached_property
    def granted(self) -> Mask:
        """Whether marketing is granted on the channel or on every channel."""
        return frozen(self._names(schema.MARKETING_GRANTED, self.channel, schema.ALL_CHANNELS)[0])

    @cached_property
    def refused(self) -> Mask:
        """Whether marketing is refused on the channel, or on every channel and not since permitted on this one."""
        return frozen(self._refused_here[0] | self.refused_everywhere)

    @cached_property
    def refused_everywhere(self) -> Mask:
        """Whether marketing is refused on every channel and not since permitted on this one, or whether is unknown."""
        named, unknown = self._names(schema.MARKETING_REFUSED, schema.ALL_CHANNELS)
        here, _ = self._refused_here
        permitted, _ = self._names(schema.MARKETING_GRANTED, self.channel)
        return frozen(named & ~(permitted & ~here) | unknown)

    @cached_property
    def usage(self) -> Mask:
        """Whether the use of usage data is granted."""
        return flags(fact(self.rows, schema.USAGE_CONSENT))

    @cached_property
    def _refused_here(self) -> tuple[Mask, Mask]:
        return self._names(schema.MARKETING_REFUSED, self.channel)

    def _names(self, name: str, *channels: str) -> tuple[Mask, Mask]:
        """Mark the accounts whose list names one of `channels`, and those whose list is or holds a null."""
        owner, values, unknown = self._granted_to if name == schema.MARKETING_GRANTED else self._refused_to
        named = np.zeros(len(unknown), dtype=bool)
        named[owner[words(values, frozenset(channels))]] = True
        return named, unknown

    @cached_property
    def _granted_to(self) -> _Channels:
        return _channels(fact(self.rows, schema.MARKETING_GRANTED))

    @cached_property
    def _refused_to(self) -> _Channels:
        return _channels(fact(self.rows, schema.MARKETING_REFUSED))


def _channels(lists: Any) -> _Channels:
    """Return the account of each channel that is named, the channel, and which accounts' list is or holds a null."""
    owner, values = flat(lists)
    unknown = is_null(lists)
    unknown[owner[is_null(values)]] = True
    return owner, values, frozen(unknown)
