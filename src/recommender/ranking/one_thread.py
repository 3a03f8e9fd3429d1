"""BLAS on one thread: sums of several would depend on their number, and our vectors are short."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

__all__ = ["one_blas_thread"]


@dataclass
class _Holders:
    """How many hold the limit: each sets it, as a thread may have its own, and the last takes the first's back."""

    lock: Lock = field(default_factory=Lock)
    number: int = 0
    limits: threadpool_limits | None = None

    def enter(self) -> None:
        with self.lock:
            self.number += 1
            limits = threadpool_limits(1, user_api="blas")
            self.limits = limits if self.number == 1 else self.limits

    def leave(self) -> None:
        with self.lock:
            self.number -= 1
            if self.number == 0 and self.limits is not None:
                self.limits.restore_original_limits()


_HOLDERS = _Holders()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread until the last of all threads of this process that asked for it has left.

    threadpoolctl's own context restores what it found, and where two threads overlap, the first to leave would give
    the other back its many threads in the middle of a sum. What fits products in threads holds it around all of them.
    """
    _HOLDERS.enter()
    try:
        yield
    finally:
        _HOLDERS.leave()
