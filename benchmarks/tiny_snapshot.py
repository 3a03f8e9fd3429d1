"""What a snapshot costs before any row counts: `python benchmarks/tiny_snapshot.py [--accounts 300]`.

Prints the processor seconds of reading, checking and taking a snapshot of a simulated operator, the least of five.
"""

import argparse
import resource
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import recommender
from recommender.snapshots import build_snapshot

UNTIL = datetime(2026, 6, 1, tzinfo=UTC)


def seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def least(what: str, run: Callable[[], Any]) -> Any:
    taken = []
    for _ in range(5):
        before = seconds()
        result = run()
        taken.append(seconds() - before)
    print(f"{what:10}{min(taken):8.2f}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=300)
    with tempfile.TemporaryDirectory() as folder:
        recommender.simulate(folder, accounts=parser.parse_args().accounts, until=UNTIL)
        least("read", lambda: recommender.read_tables(folder, check=False))
        tables = least("check", lambda: recommender.read_tables(folder))
        least("snapshot", lambda: build_snapshot(tables, UNTIL))


if __name__ == "__main__":
    main()
