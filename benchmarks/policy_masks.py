"""The masks of many accounts and of one: `taskset -c 0 python benchmarks/policy_masks.py [accounts]`.

Processor seconds. Beside them stands what it takes to read the same facts' Arrow lists into numpy arrays, as a floor.
"""

import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recommender.catalogue import Catalogue, Product
from recommender.config import Config
from recommender.offers import choose
from recommender.policy import Facts, build_policy
from recommender.policy.facts.arrow import FACT_TYPES

NOW = datetime(2026, 6, 30, tzinfo=UTC)
TIME = pa.timestamp("us", "UTC")
NOW_US = int(NOW.timestamp()) * 10**6
DAY = 86_400 * 10**6
P = 38
IDS = np.array([f"p{i:02d}" for i in range(P)])


def catalogue() -> Catalogue:
    def at(i: int) -> str:
        return str(IDS[i % P])

    return Catalogue.of(
        Product(
            at(i),
            at(i),
            f"c{i % 8}",
            requires=((at(i + 1), at(i + 2)),) if i % 5 == 0 else (),
            excludes=(at(i + 3),) if i % 6 == 0 else (),
            includes=(at(i + 4), at(i + 5)) if i % 9 == 0 else (),
            is_offered=i != 7,
            uses_usage_data=i % 2 == 0,
        )
        for i in range(P)
    )


def snapshot(n: int) -> pa.Table:
    rng = np.random.default_rng(0)

    def lists(mean: float, values: Callable[[int], Any]) -> pa.Array:
        counts = rng.poisson(mean, n)
        offsets = np.concatenate([[0], counts.cumsum()]).astype(np.int32)
        return pa.ListArray.from_arrays(offsets, values(int(offsets[-1])))

    def ago(m: int, days: int) -> Any:
        return pa.array(NOW_US - rng.integers(0, days * DAY, m)).cast(TIME)

    def one_of(m: int, *words: str) -> Any:
        return pa.array([str(word) for word in words]).take(pa.array(rng.integers(0, len(words), m)))

    def spans(m: int) -> Any:
        opened = NOW_US - rng.integers(0, 200 * DAY, m)
        until = opened + rng.integers(0, 100 * DAY, m)
        return pa.StructArray.from_arrays(
            [pa.array(opened).cast(TIME), pa.array(until).cast(TIME)], ["opened_at", "open_until"]
        )

    def contacts(m: int) -> Any:
        columns = [ago(m, 200), one_of(m, *IDS), one_of(m, "phone", "sms"), one_of(m, "declined", "shown")]
        return pa.StructArray.from_arrays(columns, ["contacted_at", "product_id", "channel", "outcome"])

    return pa.table(
        {
            "account_id": [f"a{i:07d}" for i in range(n)],
            "held_products": lists(6, lambda m: one_of(m, *IDS)),
            "ordered_products": lists(0.2, lambda m: one_of(m, *IDS)),
            "complaint_spans": lists(0.5, spans),
            "contact_log": lists(2, contacts),
            "marketing_granted": lists(1, lambda m: one_of(m, "*", "phone", "sms")),
            "marketing_refused": lists(0.2, lambda m: one_of(m, "*", "phone", "sms")),
            "usage_consent": rng.random(n) < 0.5,
            "unpaid_due_at": pa.array(NOW_US - rng.integers(0, 40 * DAY, n), mask=rng.random(n) < 0.9).cast(TIME),
            "is_vulnerable": rng.random(n) < 0.05,
            **{f"{feed}_known_until": ago(n, 1) for feed in ("complaints", "consents", "contacts")},
        },
        schema=pa.schema(list(FACT_TYPES.items())),
    )


def floor(rows: pa.Table) -> None:
    for column in (rows.column(name).combine_chunks() for name in FACT_TYPES):
        if pa.types.is_list(column.type):
            pc.list_parent_indices(column).to_numpy()
            values = column.flatten()
            for one in values.flatten() if pa.types.is_struct(values.type) else [values]:
                one.dictionary_encode().indices.to_numpy(zero_copy_only=False)


def best_of(times: int, work: Callable[[], Any]) -> float:
    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(times))


def main(n: int) -> None:
    rows, products, policy = snapshot(n), catalogue(), build_policy(Config())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"facts of {n:,} accounts: {rows.nbytes / 2**20:.0f} MiB")
    print(f"  read into arrays   {best_of(3, lambda: floor(rows)):8.3f} s")

    def masks(some: pa.Table = rows) -> Any:
        return policy.suppressions(Facts.of(some, products, decided_at=NOW, channel="phone"))

    print(f"  masks, {P} products {best_of(3, masks):8.3f} s")
    print(f"  memory on top      {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**10:8.0f} MiB")
    one = rows.slice(5, 1)
    print(f"  masks of one       {best_of(500, lambda: masks(one)) * 1e6:8.0f} us")
    propensity, suppressed = np.random.default_rng(1).random((n, P)), masks() > 0
    limits: dict[str, Any] = {"k": 3, "min_propensity": 0.0, "min_lift": 0.5}
    seconds = best_of(3, lambda: choose(propensity, propensity, suppressed, products.excludes, **limits))
    print(f"  choose             {seconds:8.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
