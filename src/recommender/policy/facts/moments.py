"""Moments as whole microseconds since 1970 in UTC: every boundary is then exact."""

from datetime import UTC, datetime, timedelta
from typing import Final

from recommender.errors import DataError

__all__ = ["BEFORE_ALL", "DAY", "FOREVER", "HOUR", "micros"]

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return the whole microseconds from 1970 to `moment`.

    Raises
    ------
    DataError
        If it has no offset: a naive moment could be any of 26 hours.

    Examples
    --------
    >>> micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    if moment.tzinfo is None:
        raise DataError(f"A moment with its offset from UTC was needed, the naive {moment.isoformat()} came.")
    return (moment - _EPOCH) // _TICK


FOREVER: Final = micros(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
BEFORE_ALL: Final = micros(datetime(1, 1, 1, tzinfo=UTC))
