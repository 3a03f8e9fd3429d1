"""What the decisions of a shard, or of all, add up to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from recommender.model.decision import Decision
from recommender.schema import ACCOUNT, DISPOSITIONS

if TYPE_CHECKING:
    from recommender.model.model import Model

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

    def summary(self, model: "Model", decided_at: datetime) -> dict[str, Any]:
        """Return the figures of a run of `model`, in JSON's own types; `exit_status` is 3 where a feed was stale."""
        products = len(model.catalogue.products)
        return {
            "accounts": self.accounts,
            "products": products,
            "candidates": self.accounts * products,
            "offers": self.offers,
            "accounts_with_offers": self.with_offers,
            "dispositions": {name: self.dispositions[name] for name in DISPOSITIONS},
            "suppressions": {code: self.suppressions[code] for code in model.policy.codes if self.suppressions[code]},
            "waterfall": {code: self.waterfall[code] for code in model.policy.codes if self.waterfall[code]},
            "stale": sorted(self.stale),
            "decided_at": decided_at.isoformat(),
            "model_version": model.label,
            "policy_version": model.policy.version,
            "policy": {"switched_off": list(model.policy.switched_off), "waivers": list(model.policy.waivers)},
            "settings": model.config.to_dict(),
            "exit_status": 3 if self.stale else 0,
        }

    def add(self, other: "Tally") -> None:
        """Add the counts of another shard."""
        for name, count in vars(other).items():
            mine = getattr(self, name)
            if isinstance(mine, int):
                setattr(self, name, mine + count)
            else:
                mine.update(count)
