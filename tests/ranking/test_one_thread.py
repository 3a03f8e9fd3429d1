"""Products are fitted in threads that overlap, and each holds BLAS to one thread of its own."""

from contextlib import ExitStack

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits  # type: ignore[import-untyped]  # has no types

from recommender.ranking.one_thread import one_blas_thread


def blas_threads() -> int:
    np.ones((2, 2)) @ np.ones((2, 2))
    return max(int(pool["num_threads"]) for pool in threadpool_info() if pool["user_api"] == "blas")


def test_blas_stays_on_one_thread_until_the_last_has_left() -> None:
    with threadpool_limits(2, user_api="blas"):
        first, second = ExitStack(), ExitStack()
        first.enter_context(one_blas_thread())
        second.enter_context(one_blas_thread())
        assert blas_threads() == 1
        first.close()
        assert blas_threads() == 1
        second.close()
        assert blas_threads() == 2
