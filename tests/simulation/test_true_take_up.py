from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from recommender.simulation import catalogue
from recommender.simulation.appetite import Moment, appeal, draw, possible, probability
from recommender.simulation.people import draw_people
from recommender.simulation.timeline import DAY

IDS = catalogue().ids
HORIZON = timedelta(days=30)


def position(product_id: str) -> int:
    return catalogue().position[product_id]


def mask(*product_ids: str) -> NDArray[np.bool_]:
    return np.isin(IDS, product_ids)[None, :]


def pilot(size: int = 300) -> Moment:
    people = draw_people(np.random.default_rng(3), 0, size, 0, 2 * DAY)
    nothing = np.zeros((size, len(IDS)))
    return Moment(
        needs=people.needs,
        age=people.age,
        price_sensitivity=people.price_sensitivity,
        satisfaction=people.satisfaction,
        complains=np.zeros(size, dtype=bool),
        tenure_s=-people.opened,
        holds=nothing > 0,
        has=nothing > 0,
        declined=nothing,
        interested=nothing,
        month=4,
    )


def chances(moment: Moment) -> NDArray[np.float64]:
    return probability(appeal(), moment, sold=catalogue().is_offered)


def truth(operator: Path) -> pa.Table:
    return pq.read_table(operator / "truth/take_up_probability.parquet")


def orders(operator: Path) -> set[tuple[Any, ...]]:
    rows = pq.read_table(operator / "holdings.parquet").to_pylist()
    return {(row["account_id"], row["product_id"], row["ordered_at"] or row["started_at"]) for row in rows}


def cut_off(moment: datetime, rows: list[dict[str, Any]]) -> datetime:
    """The last cut-off before a moment."""
    first: datetime = min(row["as_of"] for row in rows)
    return first + HORIZON * -(-(moment - first) // HORIZON) - HORIZON


def test_there_is_a_row_per_account_and_monthly_cut_off_and_a_column_per_product(operator: Path):
    rows = truth(operator)
    assert rows.column_names == ["account_id", "as_of", *IDS]
    cut_offs = sorted({row["as_of"] for row in rows.to_pylist()})
    assert cut_offs == [cut_offs[0] + i * HORIZON for i in range(6 + 1)]
    assert len({*zip(rows["account_id"].to_pylist(), rows["as_of"].to_pylist(), strict=True)}) == rows.num_rows


def test_take_ups_happen_as_often_as_the_true_probabilities_say(operator: Path):
    rows = truth(operator).to_pylist()
    cut_offs = sorted({row["as_of"] for row in rows})
    chance = np.array([row[i] or 0.0 for row in rows if row["as_of"] < cut_offs[-1] for i in IDS])
    taken = sum(cut_offs[0] < moment <= cut_offs[-1] for _, _, moment in orders(operator))
    assert chance.sum() > 300
    assert abs(taken - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())


def test_likely_take_ups_happen_as_often_as_their_probabilities_say(operator: Path):
    rows = truth(operator).to_pylist()
    last = max(row["as_of"] for row in rows)
    added = {(account, product, cut_off(moment, rows)) for account, product, moment in orders(operator)}
    likely = {(row["account_id"], i, row["as_of"]): row[i] for row in rows for i in IDS if (row[i] or 0) > 0.05}
    likely = {key: chance for key, chance in likely.items() if key[2] < last}
    chance = np.array(list(likely.values()))
    assert len(chance) > 1000
    assert abs(len(likely.keys() & added) - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())


def test_nothing_is_taken_up_that_had_no_chance(operator: Path):
    rows = truth(operator).to_pylist()
    impossible = {(row["account_id"], i, row["as_of"]) for row in rows for i in IDS if row[i] == 0.0}
    added = {(account, product, cut_off(moment, rows)) for account, product, moment in orders(operator)}
    assert impossible
    assert not impossible & added


def test_a_product_that_is_held_is_no_candidate(operator: Path):
    rows = truth(operator).to_pylist()
    last = max(row["as_of"] for row in rows)
    known = {(row["account_id"], i) for row in rows if row["as_of"] == last for i in IDS if row[i] is None}
    versions = pq.read_table(operator / "holdings.parquet").sort_by("recorded_at").to_pylist()
    newest = {
        (row["account_id"], row["product_id"], row["ordered_at"] or row["started_at"]): row["ended_at"]
        for row in versions
    }
    held = {key[:2] for key, ended in newest.items() if ended is None}
    not_yet_recorded = 0.005
    assert len(known ^ held) < not_yet_recorded * len(known)


def test_rates_lie_mostly_between_0_3_and_5_percent():
    chance = chances(pilot(4000))
    allowed = possible(catalogue(), pilot(4000).holds, pilot(4000).has) & catalogue().is_offered
    rates = chance.sum(axis=0)[allowed.any(axis=0)] / allowed.sum(axis=0)[allowed.any(axis=0)]
    assert ((rates > 0.003) & (rates < 0.05)).mean() > 0.95


def test_a_complaint_lowers_every_chance():
    calm = pilot()
    upset = replace(calm, complains=~calm.complains)
    assert (chances(upset)[chances(calm) > 0] < chances(calm)[chances(calm) > 0]).all()


def test_a_price_deters_the_price_sensitive_more():
    moment = pilot()
    dear, cheap = position("roaming_world"), position("parental_control")
    lost = []
    for product in (dear, cheap):
        means = [
            chances(replace(moment, price_sensitivity=np.full(300, level)))[:, product].mean() for level in (0.1, 0.9)
        ]
        lost.append(means[1] / means[0])
    assert lost[0] < lost[1] < 1


def test_two_needs_together_are_worth_more_than_their_sum():
    product = position("wifi_booster")
    one = pilot(4)
    needs = np.zeros((4, one.needs.shape[1]))
    needs[[1, 3], 4] = 0.8  # family
    needs[[2, 3], 5] = 0.8  # gamer
    age, sensitivity, satisfaction = np.full(4, 45.0), np.full(4, 0.5), np.full(4, 0.7)
    alike = replace(one, age=age, price_sensitivity=sensitivity, satisfaction=satisfaction)
    chance = chances(replace(alike, needs=needs, tenure_s=np.full(4, 900 * DAY)))[:, product]
    logits = np.log(chance / (1 - chance))
    assert logits[3] - logits[0] > (logits[1] - logits[0]) + (logits[2] - logits[0])


def test_a_need_raises_the_products_that_serve_it():
    moment = pilot()
    needs = np.zeros_like(moment.needs)
    without = chances(replace(moment, needs=needs))
    needs[:, 2] = 0.9  # coffee-shop worker
    lift = chances(replace(moment, needs=needs)).mean(axis=0) / np.maximum(without.mean(axis=0), 1e-12)
    assert lift[position("hotspot_access")] > 10
    assert lift[position("kids_channel")] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        ((), "films", True),
        (("films",), "films", False),
        ((), "roaming_data", False),
        (("roaming_world",), "roaming_data", True),
        (("cloud_backup",), "business_continuity", False),
        (("cloud_backup", "fixed_ip"), "business_continuity", True),
        (("hotspot_access",), "hotspot_unlimited", False),
        (("hotspot_unlimited",), "hotspot_access", False),
        (("family_safe",), "virus_guard", False),
        (("family_safe",), "security_complete", False),
        (("security_complete",), "family_safe", True),
    ],
)
def test_what_may_be_ordered_follows_the_catalogue(held: tuple[str, ...], wanted: str, expected: bool):  # noqa: FBT001
    assert possible(catalogue(), mask(*held), mask(*held))[0, position(wanted)] == expected


def test_a_product_on_order_is_no_candidate_and_no_prerequisite_yet():
    allowed = possible(catalogue(), mask(), mask("gaming_boost"))[0]
    assert not allowed[position("gaming_boost")]
    assert not allowed[position("cloud_gaming")]


def test_products_that_exclude_one_another_are_never_drawn_together():
    chance = np.full((5000, len(IDS)), 0.3)
    taken = draw(np.random.default_rng(0), appeal(), chance)
    together = taken.astype(int).T @ taken.astype(int)
    assert not together[catalogue().excludes].any()


def test_each_product_is_drawn_with_its_own_chance():
    chance = np.broadcast_to(np.linspace(0.0, 0.3, len(IDS)), (20_000, len(IDS)))
    taken = draw(np.random.default_rng(0), appeal(), chance)
    spread = np.sqrt(chance[0] * (1 - chance[0]) / 20_000)
    assert (np.abs(taken.mean(axis=0) - chance[0]) <= 5 * spread).all()
