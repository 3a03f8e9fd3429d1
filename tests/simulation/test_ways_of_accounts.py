from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from recommender.simulation import NEEDS, catalogue
from recommender.simulation.events import WEEKDAYS, Activity, Users, happen, hours
from recommender.simulation.timeline import DAY, steps_until

NEVER = np.iinfo(np.int64).max


def table(operator: Path, name: str) -> pa.Table:
    return pq.read_table(operator / f"{name}.parquet")


def per_account(operator: Path, rows: pa.Table) -> NDArray[np.int64]:
    """How many rows each account has, in the order of the accounts."""
    ids = table(operator, "accounts")["account_id"].combine_chunks()
    return np.bincount(pc.index_in(rows["account_id"], ids).to_numpy(), minlength=len(ids))


def users(needs: NDArray[np.float64]) -> Users:
    return Users(needs, np.ones(len(needs)), np.full(len(needs), -1))


def need(operator: Path, name: str) -> NDArray[np.float64]:
    return np.asarray(table(operator, "truth/latent")[name].to_numpy())


@pytest.mark.parametrize(
    ("name", "table_name", "column", "value"),
    [
        ("coffee_shop_worker", "sessions", "venue", "coffee_shop"),
        ("commuter", "sessions", "venue", "train"),
        ("traveller", "sessions", "venue", "airport"),
        ("small_business", "sessions", "venue", "office"),
        ("expat", "calls", "destination", "international"),
        ("elderly_caller", "calls", "destination", "local"),
    ],
)
def test_usage_reveals_a_need(operator: Path, name: str, table_name: str, column: str, value: str):
    rows = table(operator, table_name)
    events = per_account(operator, rows.filter(pc.is_in(rows[column], pa.array([value]))))
    strong = need(operator, name) > 0.6
    assert strong.sum() > 5
    assert events[strong].mean() > 2.5 * events[need(operator, name) < 0.1].mean()


@pytest.mark.parametrize("name", ["calls", "sessions"])
def test_travellers_are_abroad_more_often(operator: Path, name: str):
    rows = table(operator, name)
    abroad = per_account(operator, rows.filter(rows["roaming"])) / np.maximum(per_account(operator, rows), 1)
    strong = need(operator, "traveller") > 0.6
    assert abroad[strong].mean() > 2.5 * abroad[need(operator, "traveller") < 0.1].mean() > 0


def test_nobody_roams_at_home(operator: Path):
    sessions = table(operator, "sessions")
    abroad = sessions.filter(sessions["roaming"])
    assert set(abroad["network"].to_pylist()) == {"cellular", "hotspot"}
    assert set(abroad["venue"].to_pylist()) == {None, "airport", "hotel"}


def test_hotspots_alone_have_venues_away_from_home(operator: Path):
    sessions = table(operator, "sessions")
    away = pc.is_in(sessions["venue"], pa.array(["coffee_shop", "train", "airport", "hotel", "library"]))
    assert set(sessions.filter(away)["network"].to_pylist()) == {"hotspot"}


def test_work_is_done_by_day_on_the_local_clock_in_winter_and_in_summer():
    working = Activity("work", 100.0, {}, hours((9, 17)), WEEKDAYS)
    zone = ZoneInfo("Europe/Berlin")
    until = int(np.datetime64("2026-06-30T22:00:00", "s").astype(np.int64))
    for step in steps_until(until, 6)[-6:]:
        drawn = happen(np.random.default_rng(0), working, step, users(np.zeros((20, len(NEEDS)))))
        local = [datetime.fromtimestamp(moment, zone) for moment in drawn.started.tolist()]
        hour = np.array([at.hour for at in local])
        assert ((hour >= 9) & (hour < 17)).mean() > 0.9
        assert np.mean([at.weekday() >= 5 for at in local]) < 0.1


def test_an_activity_happens_as_often_as_it_says():
    steady = Activity("steady", 20.0, {"commuter": 10.0}, (1.0,) * 24)
    step = steps_until(1000 * DAY, 1)[-1]
    needs = np.zeros((2000, len(NEEDS)))
    needs[1000:, 0] = 1.0
    counts = np.bincount(happen(np.random.default_rng(0), steady, step, users(needs)).row, minlength=2000)
    assert counts[:1000].mean() == pytest.approx(20.0, rel=0.03)
    assert counts[1000:].mean() == pytest.approx(20.0 + 10.0, rel=0.03)


def test_events_lie_within_the_months_and_after_the_account_was_opened(operator: Path):
    accounts = table(operator, "accounts").select(["account_id", "opened_at"])
    for name, moment in (("calls", "started_at"), ("sessions", "started_at"), ("messages", "sent_at")):
        joined = table(operator, name).join(accounts, "account_id")
        assert pc.all(pc.greater(joined[moment], joined["opened_at"])).as_py()


def test_no_account_opens_after_anything_of_it_is_known(operator: Path):
    accounts = table(operator, "accounts").select(["account_id", "opened_at"])
    for name, moment in (("complaints", "opened_at"), ("contacts", "contacted_at"), ("bills", "issued_at")):
        rows = table(operator, name).select(["account_id", moment]).rename_columns(["account_id", "moment"])
        joined = rows.join(accounts, "account_id")
        assert pc.all(pc.greater(joined["moment"], joined["opened_at"])).as_py()


def spans(operator: Path) -> dict[str, list[tuple[int, int, int]]]:
    """Per account: product, from and until when it was held, in microseconds."""
    rows = table(operator, "holdings").sort_by("recorded_at")
    newest: dict[tuple[str, str, int], tuple[int, int]] = {}
    columns = [rows[name].cast(pa.int64()) for name in ("ordered_at", "started_at", "ended_at")]
    micros = [[NEVER if value is None else value for value in column.to_pylist()] for column in columns]
    keys = zip(rows["account_id"].to_pylist(), rows["product_id"].to_pylist(), *micros, strict=True)
    for account, product, ordered, started, ended in keys:
        newest[account, product, min(ordered, started)] = (started, ended)
    held: dict[str, list[tuple[int, int, int]]] = {}
    for (account, product, _), (started, ended) in newest.items():
        held.setdefault(account, []).append((catalogue().position[product], started, ended))
    return held


def test_no_account_ever_holds_a_product_without_its_prerequisite(operator: Path):
    requires, contains = catalogue().requires, catalogue().contains
    for held in spans(operator).values():
        for product, started, ended in held:
            for group in requires[product]:
                serving = [h for h in held if group[h[0]] or (contains[h[0]] & group).any()]
                assert any(other[1] <= started and other[2] >= ended for other in serving if started != NEVER) or (
                    started == NEVER
                )


def test_no_account_ever_holds_two_products_that_exclude_one_another(operator: Path):
    excludes = catalogue().excludes
    for held in spans(operator).values():
        for one, start, end in held:
            assert not any(excludes[one, other] and s < end and start < e for other, s, e in held)


def test_a_product_is_not_held_twice_at_a_time(operator: Path):
    for held in spans(operator).values():
        ordered = sorted(held)
        for one, other in pairwise(ordered):
            assert one[0] != other[0] or one[2] <= other[1]


def test_open_complaints_meet_fewer_acceptances(operator: Path):
    contacts = table(operator, "contacts").to_pylist()
    rows = table(operator, "complaints").sort_by("recorded_at").to_pylist()
    last = {row["complaint_id"]: row for row in rows}.values()
    told = {"open": [0, 0], "calm": [0, 0]}
    for contact in contacts:
        is_open = any(
            c["account_id"] == contact["account_id"]
            and c["opened_at"] <= contact["contacted_at"]
            and (c["resolved_at"] is None or c["resolved_at"] > contact["contacted_at"])
            for c in last
        )
        told["open" if is_open else "calm"][0] += contact["outcome"] == "accepted"
        told["open" if is_open else "calm"][1] += 1
    assert told["open"][0] / told["open"][1] < 0.7 * told["calm"][0] / told["calm"][1]


def test_there_are_38_products_in_eight_categories_and_some_of_every_kind():
    products = catalogue().products
    assert len(products) == 38
    assert len({product.category for product in products}) == 8
    assert any(len(group) > 1 for product in products for group in product.requires)
    assert any(len(product.requires) > 1 for product in products)
    assert not all(product.is_offered for product in products)
    bundles = {product.product_id for product in products if product.includes}
    assert any(bundles & set(product.includes) for product in products)


def test_exclusions_form_groups_in_which_all_exclude_all():
    related = catalogue().excludes | np.eye(38, dtype=bool)
    assert ((related.astype(int) @ related.astype(int) > 0) == related).all()
