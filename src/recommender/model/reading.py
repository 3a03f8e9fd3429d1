"""Which columns of a snapshot a decision reads, so that the others need not be read at all."""

from recommender.model.model import Model
from recommender.policy.facts.arrow import FACT_TYPES
from recommender.schema import ACCOUNT, AS_OF

__all__ = ["needed"]


def needed(model: Model) -> set[str] | None:
    """Return the columns that a decision reads, or None for all: an operator's own rule may read any."""
    return None if model.rules else {ACCOUNT, AS_OF, *FACT_TYPES, *model.scorecard.features}
