"""Messages by window and band."""

import ibis
from ibis.expr import types as ir

from recommender.usage.cells import SHORT, Cells, fill
from recommender.usage.clock import band, recent
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known

__all__ = ["MESSAGES", "messages"]


def messages(known: Known) -> Cells:
    """Count the messages of the long window per cell."""
    events = known.happened("messages", "sent_at", known.config.windows.long_days)
    dimensions = (recent(known, events.sent_at), band(known, events.sent_at))
    return fill(known, "messages", events, dimensions, {"messages": ibis.literal(1)})


def messages_30d(messages: Cells) -> ir.Value:
    """Count of messages sent in the last 30 days; 0 without any."""
    return messages.total("messages", SHORT)


def messages_90d(messages: Cells) -> ir.Value:
    """Count of messages sent in the last 90 days; 0 without any."""
    return messages.total("messages")


def messages_trend(messages: Cells) -> ir.Value:
    """Daily messages of the last 30 days over those of the last 90 days; null without messages in 90 days."""
    return messages.trend("messages")


def share_night_messages_90d(messages: Cells) -> ir.Value:
    """Share of the messages of the last 90 days sent at night (Monday to Friday); null without messages."""
    return messages.share("messages", band="night")


_WORDS = (
    (messages_30d, "messages", "{value} messages in the last 30 days"),
    (messages_90d, "messages", "{value} messages in the last 90 days"),
    (messages_trend, "ratio", "{value} times the usual number of messages"),
    (share_night_messages_90d, "share", "{value} of the messages are at night"),
)
MESSAGES = tuple(Indicator(compute, unit, says, "messages") for compute, unit, says in _WORDS)
