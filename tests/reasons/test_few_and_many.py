import numpy as np
import pyarrow as pa
import pytest

from recommender.reasons import Feature, Words, explain_offers

N_FEATURES = 30
NAMES = [f"f{i:02d}" for i in range(N_FEATURES)]
WORDS = Words({name: Feature(name, "", name + " {value}", is_sensitive=name == "f03") for name in NAMES}, {"p": "P"})
TERMS = (*NAMES, "held:p", "held_count", "f01 & f02", "f04 & held:p", "f05 & f06 & f07")


def plainly(row, adds, most=2):
    """Say what an offer's reason names, one term after the other."""

    def value(part):
        return "p" in row["held_products"] + row["ordered_products"] if part == "held:p" else row.get(part)

    speaking = [TERMS[j] for j in np.argsort(-adds, kind="stable") if adds[j] > 0]
    may = [t for t in speaking if all(p != "f03" and value(p) is not None for p in t.split(" & "))]
    tells = [term for term in may if all(value(part) for part in term.split(" & "))]
    named: list[str] = []
    for term in tells or may:
        if len(named) < most and not any(set(term.split(" & ")) & set(other.split(" & ")) for other in named):
            named.append(term)
    return tuple(part for term in named for part in term.split(" & "))


@pytest.mark.parametrize("mean", [1.0, -1.0, -2.5, -9.0])
def test_few_offers_and_many_name_what_one_after_the_other_names(mean):
    rng = np.random.default_rng(7)
    n, m = 50, 90
    columns = {name: pa.array(rng.integers(0, 3, n), mask=rng.random(n) < 0.3) for name in NAMES}
    held = pa.array([["p"] if has else [] for has in rng.random(n) < 0.5], pa.list_(pa.string()))
    ordered = pa.array([["p"] if has else ["q"] for has in rng.random(n) < 0.1], pa.list_(pa.string()))
    rows = pa.table({**columns, "held_products": held, "ordered_products": ordered})
    of = np.sort(rng.integers(0, n, m))
    adds = np.round(rng.normal(mean, 1, (m, len(TERMS))), 1)
    expected = [
        plainly(row, one) for row, one in zip(rows.take(pa.array(of, pa.int64())).to_pylist(), adds, strict=True)
    ]
    many = explain_offers(rows, adds, TERMS, WORDS, of=of)
    few = [r for i in range(0, m, 3) for r in explain_offers(rows, adds[i : i + 3], TERMS, WORDS, of=of[i : i + 3])]
    assert [reason.features for reason in many] == expected
    assert [reason.features for reason in few] == expected
    assert [reason.text for reason in few] == [reason.text for reason in many]


@pytest.mark.parametrize(("m", "terms", "most"), [(0, TERMS, 2), (2, (), 2), (2, TERMS, 0)])
def test_without_offers_or_terms_there_is_nothing_to_name(m, terms, most):
    empty = pa.array([[]] * m, pa.list_(pa.string()))
    rows = pa.table({name: [1] * m for name in NAMES} | {"held_products": empty, "ordered_products": empty})
    said = explain_offers(rows, np.ones((m, len(terms))), terms, WORDS, most=most)
    assert [reason.features for reason in said] == [()] * m
    assert len(said) == m
