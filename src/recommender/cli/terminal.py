"""What a person sees: progress, tables and plain lines; bars only on a terminal."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

__all__ = ["Step", "by_share", "fail", "say", "say_json", "show_table", "step"]

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

# Shorter work needs no line that says how long it took; in a log, longer work says how far it is.
_WORTH_SAYING, _SECONDS_BETWEEN = 2.0, 10.0

Step = Callable[[int, int], None]


def say(text: str = "") -> None:
    """Print a line as it is."""
    _out.print(text, markup=False)


def say_json(value: Any) -> None:
    """Print a value as JSON and nothing else; what JSON has no type for becomes text."""
    sys.stdout.write(json.dumps(value, indent=1, default=str, ensure_ascii=False) + "\n")


def fail(text: str) -> None:
    """Print a line to the standard error."""
    _err.print(text, markup=False)


@contextmanager
def step(what: str) -> Iterator[Step]:
    """Show that `what` is going on; call the function that is given with (done, total) where that is known."""
    started = time.monotonic()
    with _bar(what) if sys.stderr.isatty() else _lines(what, started) as advance:
        yield advance
    if (seconds := time.monotonic() - started) >= _WORTH_SAYING:
        fail(f"{what}: {seconds:.1f} s")


def show_table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; the first column is text, the others are figures."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for i, name in enumerate(header):
        table.add_column(name, justify="left" if i == 0 else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    _out.print(table)


def by_share(advance: Step) -> Callable[[str, float], None]:
    """Turn a function of (done, total) into one of (what, share done)."""
    return lambda _what, share: advance(round(share * 100), 100)


class _RateColumn(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        return Text(_said_rate(task.finished_speed or task.speed or 0.0))


@contextmanager
def _bar(what: str) -> Iterator[Step]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=_err, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def _lines(what: str, started: float) -> Iterator[Step]:
    """Print a line every ten seconds at most: what a log can hold."""
    printed = started

    def advance(done: int, total: int) -> None:
        nonlocal printed
        if (now := time.monotonic()) - printed >= _SECONDS_BETWEEN:
            printed = now
            rate = done / (now - started)
            left = f"{(total - done) / rate:,.0f} s left" if rate else ""
            fail(f"{what}: {', '.join(filter(None, (f'{done:,} of {total:,}', _said_rate(rate), left)))}")

    yield advance


def _said_rate(rate: float) -> str:
    """Say how many are done a second; of steps that take longer than a second, nothing."""
    return f"{rate:,.0f} a second" if rate >= 1 else ""
