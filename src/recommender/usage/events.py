"""Usage event by event, for indicators of one's own that need more than the cells."""

from recommender.usage.clock import local
from recommender.usage.known import Known
from recommender.usage.rows import Rows, rows

__all__ = ["call_events", "message_events", "session_events"]


def call_events(known: Known) -> Rows:
    """Give each account the calls of the long window, with their `local_time`."""
    return _events(known, "calls", "started_at")


def session_events(known: Known) -> Rows:
    """Give each account the data sessions of the long window, with their `local_time`."""
    return _events(known, "sessions", "started_at")


def message_events(known: Known) -> Rows:
    """Give each account the messages of the long window, with their `local_time`."""
    return _events(known, "messages", "sent_at")


def _events(known: Known, name: str, at: str) -> Rows:
    events = known.happened(name, at, known.config.windows.long_days)
    return rows(known, name, events.mutate(local_time=local(known, events[at])))
