"""Problems that the account reported, and how long they took."""

from datetime import UTC, datetime

from ibis.expr import types as ir

from recommender import schema
from recommender.usage.cells import LONG
from recommender.usage.clock import seconds_between
from recommender.usage.indicator import Indicator
from recommender.usage.known import Known, moment
from recommender.usage.ratio import ratio
from recommender.usage.rows import Rows, rows

__all__ = ["COMPLAINTS", "complaint_spans", "complaints"]

_NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def complaint_spans(known: Known) -> ir.Table:
    """Return one row per complaint: account_id, opened_at and open_until.

    A complaint ends only where its status is one of `schema.RESOLVED_STATUSES` and its resolution is dated and not
    before its opening; otherwise, and where a twin of the same id is open, `open_until` is the year 9999.
    """
    complaints = known.tables["complaints"]
    resolved = complaints.status.lower().isin(schema.RESOLVED_STATUSES)
    ends = resolved & (complaints.resolved_at >= complaints.opened_at)
    until = ends.coalesce(False).ifelse(complaints.resolved_at, moment(_NEVER))
    return (
        complaints.mutate(open_until=until)
        .group_by([schema.ACCOUNT, "complaint_id"])
        .aggregate(opened_at=lambda twins: twins.opened_at.min(), open_until=lambda twins: twins.open_until.max())
    )


def complaints(known: Known) -> Rows:
    """Give each account its complaints opened by `as_of`, with `is_open` at `as_of`."""
    spans = complaint_spans(known)
    now = moment(known.as_of)
    opened = spans.filter(spans.opened_at <= now)
    return rows(known, "complaints", _with_last(opened.mutate(is_open=opened.open_until > now)))


def complaints_open(complaints: Rows) -> ir.Value:
    """Count of complaints unresolved; 0 without any."""
    return complaints.count(complaints.table.is_open)


def complaints_opened_90d(complaints: Rows) -> ir.Value:
    """Count of complaints opened in the last 90 days; 0 without any."""
    return complaints.count(complaints.within(complaints.table.opened_at, LONG))


def complaints_resolved_90d(complaints: Rows) -> ir.Value:
    """Count of complaints resolved in the last 90 days; 0 without any."""
    return complaints.count(~complaints.table.is_open & complaints.within(complaints.table.open_until, LONG))


def complaints_ever_opened(complaints: Rows) -> ir.Value:
    """Count of complaints opened so far; 0 without any."""
    return complaints.count()


def days_since_last_complaint(complaints: Rows) -> ir.Value:
    """Days since a complaint was last opened; null without complaints."""
    return complaints.days_since(complaints.table.opened_at.max())


def mean_days_to_resolve(complaints: Rows) -> ir.Value:
    """Mean days from opening to resolution of the complaints resolved so far; null where none is."""
    table = complaints.table
    seconds = seconds_between(table.opened_at, table.open_until)
    taken = seconds.sum(where=~table.is_open).coalesce(0).cast("int64")
    return ratio(taken, complaints.count(~table.is_open) * 86_400)


def days_to_resolve_last_complaint(complaints: Rows) -> ir.Value:
    """Days from opening to resolution of the complaint resolved last; null where none is resolved."""
    table = complaints.table
    return seconds_between(table.opened_at, table.open_until).max(where=table.is_last).cast("float64") / 86_400


def _with_last(complaints: ir.Table) -> ir.Table:
    last = complaints.open_until.max(where=~complaints.is_open).over(group_by=complaints.account_id)
    with_newest = complaints.mutate(newest=last)
    return with_newest.mutate(is_last=~with_newest.is_open & (with_newest.open_until == with_newest.newest))


_WORDS = (
    (complaints_open, "complaints", "{value} complaints unresolved"),
    (complaints_opened_90d, "complaints", "{value} complaints in the last 90 days"),
    (complaints_resolved_90d, "complaints", "{value} complaints resolved in the last 90 days"),
    (complaints_ever_opened, "complaints", "{value} complaints so far"),
    (days_since_last_complaint, "days", "last complaint {value} days ago"),
    (mean_days_to_resolve, "days", "complaints that took {value} days to resolve"),
    (days_to_resolve_last_complaint, "days", "a last complaint that took {value} days to resolve"),
)
COMPLAINTS = tuple(Indicator(compute, unit, says, "complaints") for compute, unit, says in _WORDS)
