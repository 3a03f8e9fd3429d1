"""What the rules read: the facts of the snapshot rows as arrays, at one moment and on one channel."""

from recommender.policy.facts.complaints import Complaints
from recommender.policy.facts.consents import Consents
from recommender.policy.facts.contacts import Contacts
from recommender.policy.facts.feeds import Feeds
from recommender.policy.facts.fresh import FreshComplaints, fresh_complaints
from recommender.policy.facts.holdings import Holdings
from recommender.policy.facts.standing import Standing
from recommender.policy.facts.take import Facts

__all__ = [
    "Complaints",
    "Consents",
    "Contacts",
    "Facts",
    "Feeds",
    "FreshComplaints",
    "Holdings",
    "Standing",
    "fresh_complaints",
]
