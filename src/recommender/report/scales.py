"""From figures to places on a drawing, and the round figures that an axis names."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Scale", "round_steps", "spanning"]


@dataclass(frozen=True)
class Scale:
    """Maps figures from `low` to `high` to places from `start` to `end`; by powers of ten where `is_log`."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """Return the place of `value`, within the drawing."""
        low, high, at = (math.log10(v) if self.is_log else v for v in (self.low, self.high, self._within(value)))
        return self.start + (at - low) / ((high - low) or 1.0) * (self.end - self.start)

    def ticks(self) -> tuple[float, ...]:
        """Return the figures that an axis names."""
        if self.is_log:
            return tuple(v for v in _decades(self.low, self.high) if self.low <= v * 1.0001 and v <= self.high * 1.0001)
        return round_steps(self.low, self.high)

    def _within(self, value: float) -> float:
        return min(max(value, self.low), self.high)


def spanning(values: list[float], start: float, end: float, *, is_log: bool = False) -> Scale:
    """Return a scale that holds every one of `values`, from 0 unless by powers of ten."""
    if is_log:
        return Scale(min(values), max(values), start, end, is_log=True)
    return Scale(min(0.0, *values), max(values) or 1.0, start, end)


def round_steps(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Return at most `most` round figures from `low` to `high`, evenly apart.

    Examples
    --------
    >>> round_steps(0.0, 0.47)
    (0.0, 0.1, 0.2, 0.3, 0.4)
    >>> round_steps(0.0, 60.0)
    (0.0, 20.0, 40.0, 60.0)
    """
    rough = (high - low) / most or 1.0
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if (high - low) / (unit * factor) < most)
    first = math.ceil(low / step - 1e-9)
    return tuple(round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1))


def _decades(low: float, high: float) -> Iterator[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1, 2, 5) if last - first <= 2 else (1,)
    for power in range(first, last + 1):
        yield from (factor * 10.0**power for factor in factors)
