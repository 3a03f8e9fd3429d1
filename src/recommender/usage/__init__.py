"""Usage indicators: small functions from the rows of an account to one value, by group."""

from typing import Final

from recommender.usage.allowances import ALLOWANCES
from recommender.usage.bills import BILLS, unpaid
from recommender.usage.calls import CALLS
from recommender.usage.cells import LONG, SHORT, Cells
from recommender.usage.complaints import COMPLAINTS, complaint_spans
from recommender.usage.contacts import CONTACTS
from recommender.usage.days import CALL_DAYS, SESSION_DAYS
from recommender.usage.dictionary import dictionary
from recommender.usage.groups import GROUPS, summaries
from recommender.usage.holdings import HOLDINGS, TENURE, holding_states
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known, moment
from recommender.usage.messages import MESSAGES
from recommender.usage.packages import PACKAGES
from recommender.usage.partners import PARTNERS
from recommender.usage.ratio import ratio
from recommender.usage.roaming import ROAMING_CALLS, ROAMING_SESSIONS
from recommender.usage.rows import Rows
from recommender.usage.sessions import SESSIONS

__all__ = [
    "GROUPS",
    "INDICATORS",
    "LONG",
    "SHORT",
    "Cells",
    "Indicator",
    "Known",
    "Rows",
    "complaint_spans",
    "dictionary",
    "holding_states",
    "moment",
    "ratio",
    "summaries",
    "unpaid",
]

INDICATORS: Final[tuple[Indicator, ...]] = (
    *TENURE,
    *HOLDINGS,
    *CALLS,
    *ROAMING_CALLS,
    *CALL_DAYS,
    *PARTNERS,
    *SESSIONS,
    *ROAMING_SESSIONS,
    *SESSION_DAYS,
    *MESSAGES,
    *PACKAGES,
    *ALLOWANCES,
    *COMPLAINTS,
    *CONTACTS,
    *BILLS,
)
