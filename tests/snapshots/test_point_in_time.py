"""P6: a snapshot uses what was recorded by its moment and nothing else. P9: and it is the same bytes each time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pytest

from recommender.config import Config, Engine
from recommender.schema import TableContract
from recommender.snapshots import build_snapshot
from recommender.tables import Tables
from recommender.tables.cut import cut_table
from recommender.usage import INDICATORS, Indicator

Make = Callable[..., Tables]
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

START = datetime(2026, 1, 1, tzinfo=UTC)
CUT_OFFS = [START + timedelta(days=days) for days in (60, 120, 180)]
ACCOUNTS = [f"account {i}" for i in range(6)]


def few() -> list[Indicator]:
    """Return one indicator of each group: what is known is settled by group, and more cost time to plan."""
    by_group = sorted(INDICATORS, key=lambda indicator: indicator.group)
    return [one for _, group in groupby(by_group, key=lambda indicator: indicator.group) for one in list(group)[:1]]


FEW = few()
FEW_CALLS = next(one.name for one in FEW if one.group == "calls")


def text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def late_and_corrected(seed: int = 0, size: int = 60) -> dict[str, list[dict[str, Any]]]:
    """Return rows over 200 days, each recorded some days after it happened, some of them twice."""
    rng = np.random.default_rng(seed)

    def moments() -> list[tuple[str, str, str]]:
        happened = [START + timedelta(seconds=int(s)) for s in rng.integers(0, 200 * 86_400, size)]
        later = [at + timedelta(days=int(days)) for at, days in zip(happened, rng.integers(0, 40, size), strict=True)]
        recorded = [at + timedelta(days=int(days)) for at, days in zip(later, rng.integers(0, 9, size), strict=True)]
        return [(text(a), text(b), text(c)) for a, b, c in zip(happened, later, recorded, strict=True)]

    def who() -> str:
        return ACCOUNTS[rng.integers(len(ACCOUNTS))]

    def product() -> str:
        return "pqr"[rng.integers(3)]

    def whole(limit: int) -> int:
        return int(rng.integers(limit))

    rows: dict[str, list[dict[str, Any]]] = {
        "accounts": [{"account_id": name, "opened_at": "2020-01-01"} for name in ACCOUNTS],
        "calls": [
            {"account_id": who(), "started_at": at, "duration_s": whole(999), "direction": "out", "charge": "0.10"}
            | {"destination": "mobile", "counterparty": product(), "recorded_at": recorded}
            for at, _, recorded in moments()
        ],
        "sessions": [
            {"account_id": who(), "started_at": at, "duration_s": whole(999), "bytes": whole(10**12)}
            | {"network": "hotspot", "venue": "train", "recorded_at": recorded}
            for at, _, recorded in moments()
        ],
        "messages": [{"account_id": who(), "sent_at": at, "recorded_at": recorded} for at, _, recorded in moments()],
        "holdings": [
            {"account_id": who(), "product_id": product(), "ordered_at": at, "started_at": later, "ended_at": None}
            | {"recorded_at": at}
            for at, later, _ in moments()
        ],
        "complaints": [
            {"complaint_id": str(i), "account_id": who(), "opened_at": at, "resolved_at": None, "status": "open"}
            | {"recorded_at": at}
            for i, (at, _, _) in enumerate(moments())
        ],
        "contacts": [
            {"contact_id": str(i), "account_id": who(), "product_id": product(), "channel": "phone"}
            | {"contacted_at": at, "outcome": "no_answer", "recorded_at": at}
            for i, (at, _, _) in enumerate(moments())
        ],
        "bills": [
            {"account_id": who(), "issued_at": at, "due_at": later, "amount": f"{whole(99)}.99", "paid_at": None}
            | {"recorded_at": at}
            for at, later, _ in moments()
        ],
        "consents": [
            {"account_id": who(), "purpose": purpose, "granted": whole(9) > 0, "changed_at": at, "recorded_at": later}
            for purpose in ("marketing", "usage_data")
            for at, later, _ in moments()
        ],
    }
    rows["complaints"] += [
        {**row, "resolved_at": later, "status": "resolved", "recorded_at": recorded}
        for row, (_, later, recorded) in zip(rows["complaints"], moments(), strict=True)
        if later > row["opened_at"] and recorded > row["recorded_at"]
    ]
    rows["contacts"] += [
        {**row, "outcome": "declined", "recorded_at": recorded}
        for row, (_, _, recorded) in zip(rows["contacts"], moments(), strict=True)
        if recorded > row["recorded_at"]
    ]
    rows["bills"] += [
        {**row, "paid_at": later, "recorded_at": recorded}
        for row, (_, later, recorded) in zip(rows["bills"], moments(), strict=True)
        if recorded > row["recorded_at"]
    ]
    return rows


def recorded_by(rows: Rows, moment: datetime) -> dict[str, list[Mapping[str, Any]]]:
    return {
        name: [row for row in found if row.get("recorded_at", row.get("opened_at")) <= text(moment)]
        for name, found in rows.items()
    }


@pytest.mark.parametrize("cut_off", CUT_OFFS)
def test_rows_recorded_later_are_as_if_they_were_not_there(small_tables: Make, cut_off: datetime):
    rows = late_and_corrected()
    then = recorded_by(rows, cut_off)
    assert len(then["calls"]) < sum(call["started_at"] <= text(cut_off) for call in rows["calls"])
    full, known = (build_snapshot(small_tables(**found), cut_off, indicators=FEW) for found in (rows, then))
    assert full.equals(known, check_metadata=True)
    assert full[FEW_CALLS].null_count < full.num_rows


def test_a_cut_by_the_event_time_would_be_found_out(small_tables: Make, monkeypatch: pytest.MonkeyPatch):
    def by_event_time(table: ir.Table, contract: TableContract, as_of: datetime, *, is_recorded: bool) -> ir.Table:
        events = [table[name] for name in contract.happened]
        dated = table.mutate(recorded_at=ibis.coalesce(*events)) if events else table
        return cut_table(dated, contract, as_of, is_recorded=is_recorded)

    monkeypatch.setattr("recommender.tables.table.cut_table", by_event_time)
    rows = late_and_corrected()
    for cut_off in CUT_OFFS:
        then = recorded_by(rows, cut_off)
        full, known = (build_snapshot(small_tables(**found), cut_off, indicators=FEW) for found in (rows, then))
        assert not full.equals(known)


def test_ten_thousand_poisoned_rows_change_nothing(small_tables: Make):
    rows, cut_off = late_and_corrected(), CUT_OFFS[1]
    late = text(cut_off + timedelta(seconds=1))
    poison = {
        name: [{**row, "recorded_at": late, **WORST.get(name, {})} for row in found] * (10_000 // 8 // len(found) + 1)
        for name, found in rows.items()
        if name not in {"accounts", "products"}
    }
    poisoned = {name: [*found, *poison.get(name, [])] for name, found in rows.items()}
    clean, after = (build_snapshot(small_tables(**found), cut_off, indicators=FEW) for found in (rows, poisoned))
    assert sum(map(len, poison.values())) >= 10_000
    assert clean.equals(after, check_metadata=True)


WORST: Mapping[str, Mapping[str, Any]] = {
    "calls": {"duration_s": 10**9},
    "sessions": {"bytes": 10**15},
    "complaints": {"status": "resolved", "resolved_at": "2026-01-01"},
    "contacts": {"outcome": "accepted"},
    "bills": {"amount": "99999.99"},
    "holdings": {"ended_at": "2026-01-01"},
    "consents": {"granted": True},
}


def test_neither_row_order_nor_threads_change_a_byte(small_tables: Make):
    rows = late_and_corrected()
    shuffled = {
        name: [found[i] for i in np.random.default_rng(1).permutation(len(found))] for name, found in rows.items()
    }
    one, two = (Config(time_zone="Europe/Berlin", engine=Engine(threads=threads)) for threads in (1, 2))
    straight = build_snapshot(small_tables(**rows, config=one), CUT_OFFS[2], indicators=FEW)
    mixed = build_snapshot(small_tables(**shuffled, config=two), CUT_OFFS[2], indicators=FEW)
    assert straight.equals(mixed, check_metadata=True)
