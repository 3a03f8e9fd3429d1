"""Progress of long work with its rate and the time left: a bar on a terminal, plain lines in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from recommender.cli.terminal import Step, fail, step

__all__ = ["line", "step_with_rate"]

_SECONDS_BETWEEN = 10.0


@contextmanager
def step_with_rate(what: str, unit: str) -> Iterator[Step]:
    """Show that `what` is going on; call the function that is given with how many `unit` are done and are in all."""
    with step(what) as advance:
        yield advance if sys.stderr.isatty() else _lines(what, unit)


def line(what: str, unit: str, done: int, total: int, seconds: float) -> str:
    """Say how far the work is.

    Examples
    --------
    >>> line("Scoring", "accounts", 250_000, 1_000_000, 2.0)
    'Scoring: 250,000 of 1,000,000 accounts, 125,000 a second, 6 s left'
    """
    rate = done / max(seconds, 1e-9)
    left = f", {(total - done) / rate:,.0f} s left" if 0 < done < total else ""
    return f"{what}: {done:,} of {total:,} {unit}, {rate:,.0f} a second{left}"


def _lines(what: str, unit: str) -> Step:
    """Print a line every ten seconds at most, and the last one."""
    started = time.monotonic()
    printed = started

    def advance(done: int, total: int) -> None:
        nonlocal printed
        now = time.monotonic()
        if done >= total or now - printed >= _SECONDS_BETWEEN:
            printed = now
            fail(line(what, unit, done, total, now - started))

    return advance
