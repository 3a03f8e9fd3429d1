"""What the decisions of a shard, or of all, add up to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recommender.model.decision import Decision
from recommender.schema import ACCOUNT

__all__ = ["Tally"]


@dataclass
class Tally:
    """Counts of accounts, offers and pairs, and the feeds that were stale for some account."""

    accounts: int = 0
    offers: int = 0
    with_offers: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    suppressions: Counter[str] = field(default_factory=Counter)
    waterfall: Counter[str] = field(default_factory=Counter)
    stale: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, decision: Decision) -> "Tally":
        """Count what is in `decision`."""
        return cls(
            accounts=len(decision.account_id),
            offers=decision.offers.num_rows,
            with_offers=len(decision.offers.column(ACCOUNT).unique()),
            dispositions=Counter(decision.counts),
            suppressions=Counter(decision.suppressions),
            waterfall=Counter(decision.waterfall),
            stale=set(decision.stale),
        )

    @classmethod
    def from_dict(cls, counts: Mapping[str, Any]) -> "Tally":
        """Read what `to_dict` returned."""
        counters = {name: Counter(counts[name]) for name in ("dispositions", "suppressions", "waterfall")}
        return cls(**{**counts, **counters, "stale": set(counts["stale"])})

    def to_dict(self) -> dict[str, Any]:
        """Return the counts in JSON's own types."""
        return {**vars(self), "stale": sorted(self.stale)}

    def add(self, other: "Tally") -> None:
        """Add the counts of another shard."""
        for name, count in vars(other).items():
            mine = getattr(self, name)
            if isinstance(mine, int):
                setattr(self, name, mine + count)
            else:
                mine.update(count)
