"""How the report writes figures, moments and reason codes."""

import math
from datetime import datetime
from typing import Any

from recommender.config import Config

__all__ = ["count", "moment", "percent", "plain", "times"]


def count(number: int) -> str:
    """Write a number of things."""
    return f"{number:,}"


def percent(share: float, digits: int = 1) -> str:
    """Write a share of 0 to 1.

    Examples
    --------
    >>> percent(0.1234), percent(0.5, 0), percent(0.00042)
    ('12.3 %', '50 %', '0.04 %')
    """
    if math.isnan(share):
        return "unknown"
    digits = digits + 1 if 0 < share < 0.001 else digits
    return f"{share * 100:.{digits}f} %"


def times(factor: float) -> str:
    """Write a factor.

    Examples
    --------
    >>> times(0.25), times(1.5), times(12.4)
    ('× 0.25', '× 1.5', '× 12')
    """
    return f"× {round(factor, 2):g}" if factor < 10 else f"× {factor:,.0f}"


def plain(code: str) -> str:
    """Write a name of ours as words: `open_complaint` is "open complaint"."""
    return code.replace("_", " ")


def moment(text: Any, config: Config) -> str:
    """Write a moment in the operator's time zone; a missing one is "nothing is known"."""
    if not text:
        return "nothing is known"
    at = datetime.fromisoformat(str(text))
    local = at if config.time_zone is None else at.astimezone(config.zone)
    return f"{local:%-d %B %Y, %H:%M} {config.time_zone or 'UTC'}"
