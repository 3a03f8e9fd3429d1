"""Scoring side by side: `python benchmarks/scoring.py [--rows 1000000] [--job-rows 200000]`.

Processor seconds of one thread. First the scorecard alone: 60 features with gaps, 38 products, trees of LightGBM grown
over single features and 40 pairs, compiled to tables of points. The compiled form reads an Arrow table; LightGBM reads
the same rows as an array and has the very same trees (the log-odds are compared), scikit-learn has as many of its own
under the same constraints; these two are asked for fewer rows, as each takes as long for the next row as for the last.
Then the job: a snapshot in Parquet in, offers and dispositions out, beside pyarrow reading the input and writing the
output. The job's model is a scorecard trained on a simulated operator, whose accounts stand in the snapshot many times.
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import process_time
from typing import Any

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier

import recommender
from recommender.model import load_model
from recommender.offers import choose
from recommender.ranking import NumericBins, Scorecard, Term
from recommender.simulation import simulate
from recommender.snapshots import build_snapshot
from recommender.tables import read_tables

FEATURES, PRODUCTS, PAIRS = 60, 38, 40
ROUNDS, LEAVES = 60, 6
LEARN_ROWS, PEER_ROWS, CHECK_ROWS = 60_000, 50_000, 20_000
AS_OF = "2026-07-01T00:00+02:00"
Floats = np.ndarray


def matrix(n: int, seed: int) -> Floats:
    """Counts, amounts and shares, a tenth of each third one missing."""
    random = np.random.default_rng(seed)
    columns = [
        random.poisson(4, n) if i % 3 == 0 else random.gamma(1.0, 30.0, n) if i % 3 == 1 else random.beta(1, 3, n)
        for i in range(FEATURES)
    ]
    values = np.array(columns, dtype=np.float64).T
    values[:, 1::3][random.random((n, len(range(1, FEATURES, 3)))) < 0.1] = np.nan
    return np.ascontiguousarray(values)


def groups() -> list[list[int]]:
    random = np.random.default_rng(7)
    pairs = {tuple(sorted(random.choice(FEATURES, 2, replace=False).tolist())) for _ in range(PAIRS)}
    return [[i] for i in range(FEATURES)] + [list(pair) for pair in sorted(pairs)]


def labels(x: Floats) -> Floats:
    random = np.random.default_rng(3)
    known = np.nan_to_num(x)
    standard = (known - known.mean(axis=0)) / known.std(axis=0)
    wish = standard @ random.normal(size=(FEATURES, PRODUCTS)) * 0.3 + standard[:, :PRODUCTS] * standard[:, -PRODUCTS:]
    return np.asarray((wish + random.gumbel(size=wish.shape)).argmax(axis=1))


def grow(x: Floats, y: Floats) -> lgb.Booster:
    settings = {
        "objective": "multiclassova",
        "num_class": PRODUCTS,
        "num_leaves": LEAVES,
        "learning_rate": 0.1,
        "max_bin": 63,
        "interaction_constraints": groups(),
        "num_threads": 1,
        "verbosity": -1,
        "seed": 0,
    }
    return lgb.train(settings, lgb.Dataset(x, y), ROUNDS)


def compiled(booster: lgb.Booster) -> Scorecard:
    """Return the very same trees as tables of points."""
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    edges = [np.unique([0.0, *some]) for some in _thresholds(trees)]
    sizes = [len(some) + 2 for some in edges]
    tables: dict[tuple[int, ...], Floats] = {}
    intercept = np.zeros(PRODUCTS)
    for place, root in enumerate(trees):
        for value, path in leaves(root, edges, {}):
            columns = tuple(sorted(path))
            if not columns:
                intercept[place % PRODUCTS] += value
                continue
            table = tables.setdefault(columns, np.zeros([*(sizes[c] for c in columns), PRODUCTS]))
            table[(*np.ix_(*(path[c] for c in columns)), place % PRODUCTS)] += value
    return Scorecard(
        "independent",
        tuple(f"p{i:02}" for i in range(PRODUCTS)),
        tuple(f"p{i:02}" for i in range(PRODUCTS)),
        tuple(NumericBins(f"f{i:02}", some) for i, some in enumerate(edges)),
        tuple(term(columns, tables[columns]) for columns in sorted(tables, key=lambda key: (len(key), key))),
        intercept,
        np.full(PRODUCTS, 1 / PRODUCTS),
        np.zeros(PRODUCTS, dtype=np.uint8),
    )


def _thresholds(trees: list[Mapping[str, Any]]) -> list[list[float]]:
    found: list[list[float]] = [[] for _ in range(FEATURES)]
    stack = list(trees)
    while stack:
        node = stack.pop()
        if "split_feature" in node:
            found[node["split_feature"]].append(node["threshold"])
            stack += [node["left_child"], node["right_child"]]
    return found


def leaves(
    node: Mapping[str, Any], edges: list[Floats], path: Mapping[int, Floats]
) -> Iterator[tuple[float, Mapping[int, Floats]]]:
    if "split_feature" not in node:
        yield float(node["leaf_value"]), path
        return
    column = int(node["split_feature"])
    uppers = np.append(edges[column], np.inf)
    missing = node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0
    left = np.append(uppers <= node["threshold"], missing)
    reached = path.get(column, np.ones(len(left), dtype=bool))
    yield from leaves(node["left_child"], edges, {**path, column: reached & left})
    yield from leaves(node["right_child"], edges, {**path, column: reached & ~left})


def term(columns: tuple[int, ...], table: Floats) -> Term:
    """Return a term; of a pair, bins that say the same are one group, as in what the package compiles."""
    coarse = []
    for axis in range(len(columns)) if len(columns) == 2 else ():
        lines = np.moveaxis(table, axis, 0)
        distinct, group = np.unique(lines.reshape(len(lines), -1), axis=0, return_inverse=True)
        table = np.moveaxis(distinct.reshape(-1, *lines.shape[1:]), 0, axis)
        coarse.append(group.ravel())
    points = table.reshape(-1, PRODUCTS)
    products = np.flatnonzero(points.any(axis=0))
    return Term(columns, np.ascontiguousarray(points[:, products]), products, tuple(coarse))


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    def once() -> float:
        start = process_time()
        work()
        return process_time() - start

    return min(once() for _ in range(times))


def compare_scoring(n: int) -> None:
    x = matrix(LEARN_ROWS, 0)
    y = labels(x)
    booster = grow(x, y)
    card, other = compiled(booster), like_it(x, y)
    asked = matrix(n, 1)
    rows = pa.table({f"f{i:02}": pa.array(column, from_pandas=True) for i, column in enumerate(asked.T)})
    held = np.zeros((n, PRODUCTS), dtype=bool)
    check(card, booster, rows, asked)
    part = np.ascontiguousarray(asked[:PEER_ROWS])
    per_row = {
        "scorecard, log-odds": seconds(lambda: card.log_odds(rows, held)) / n,
        "scorecard, propensities": seconds(lambda: card.propensities(rows, held)) / n,
        "LightGBM, log-odds": seconds(lambda: booster.predict(part, raw_score=True), 2) / len(part),
        "LightGBM, propensities": seconds(lambda: booster.predict(part), 2) / len(part),
        "scikit-learn, propensities": seconds(lambda: other.predict_proba(part), 2) / len(part),
    }
    pairs = sum(len(one.columns) == 2 for one in card.tables)
    print(f"{n:,} rows, {FEATURES} features, {PRODUCTS} products; {booster.num_trees()} trees, {pairs} pairs")
    for name, one in per_row.items():
        print(
            f"  {name:28}{one * 1e6:9.2f} us a row, {one / per_row['scorecard, log-odds']:6.1f} times the scorecard's"
        )
    of_one_account(card, rows, held, booster, asked)
    of_choice(card.propensities(rows, held))


def like_it(x: Floats, y: Floats) -> HistGradientBoostingClassifier:
    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS, max_leaf_nodes=LEAVES, max_bins=63, interaction_cst=groups(), early_stopping=False
    )
    return model.fit(x, y)


def check(card: Scorecard, booster: lgb.Booster, rows: pa.Table, asked: Floats) -> None:
    own = card.log_odds(rows.slice(0, CHECK_ROWS), np.zeros((min(CHECK_ROWS, rows.num_rows), PRODUCTS), dtype=bool))
    farthest = np.abs(own - booster.predict(asked[:CHECK_ROWS], raw_score=True)).max()
    print(f"log-odds are at most {farthest:.1e} from LightGBM's own")
    assert farthest < 1e-9


def of_one_account(card: Scorecard, rows: pa.Table, held: Floats, booster: lgb.Booster, asked: Floats) -> None:
    def often(work: Callable[[], Any]) -> float:
        return seconds(lambda: [work() for _ in range(200)]) / 200 * 1e6

    one, bins = rows.slice(5, 1), card.find_bins(rows.slice(5, 1), held[:1])
    print(f"  one account: {often(lambda: card.propensities(one, held[:1])):.0f} us from an Arrow row, ", end="")
    print(f"{often(lambda: card.propensities_of(bins)):.0f} us from its bins; ", end="")
    print(f"LightGBM {often(lambda: booster.predict(asked[5:6])):.0f} us from an array")


def of_choice(propensity: Floats) -> None:
    lift, forbidden = propensity * PRODUCTS, np.random.default_rng(0).random(propensity.shape) < 0.4
    excludes = np.zeros((PRODUCTS, PRODUCTS), dtype=bool)
    took = seconds(
        lambda: choose(propensity, lift, forbidden, excludes, k=3, min_propensity=0.0, min_lift=1.0), times=1
    )
    print(f"  choice of three: {took / len(propensity) * 1e6:.2f} us a row")


def compare_job(n: int, folder: Path) -> None:
    snapshot = prepare(n, folder)
    model = load_model(next((folder / "models").rglob("manifest.json")).parent)
    with tempfile.TemporaryDirectory(dir=folder) as out:
        results = Path(out) / "offers"
        job = seconds(lambda: recommender.score(snapshot, model, results, as_of=AS_OF), times=1)
        read = seconds(lambda: pq.read_table(snapshot, use_threads=False))
        written = {name: ds.dataset(paths).to_table() for name, paths in outputs(results).items()}
        write = sum(
            seconds(lambda table=table: pq.write_table(table, Path(out) / "floor.parquet", compression="zstd"))
            for table in written.values()
        )
    sizes = ", ".join(f"{table.num_rows:,} rows of {name}" for name, table in written.items())
    print(f"job over {n:,} rows: {job:.2f} s; reading them {read:.2f} s, writing {sizes} {write:.2f} s")
    print(f"  {job / (read + write):.1f} times reading and writing; {job / n * 1e6:.1f} us a row")


def outputs(results: Path) -> dict[str, list[str]]:
    """Return the Parquet files of each result, whether it is one file or a folder of shards."""
    found: dict[str, list[str]] = {}
    for path in sorted(results.rglob("*.parquet")):
        if path.is_file():
            found.setdefault(path.relative_to(results).parts[0].removesuffix(".parquet"), []).append(str(path))
    return found


def prepare(n: int, folder: Path) -> Path:
    snapshot = folder / f"snapshot-{n}.parquet"
    if not snapshot.exists():
        operator = folder / "operator"
        if not operator.exists():
            simulate(operator, accounts=1_500, months=6, seed=1)
            model = recommender.train(operator, AS_OF, ranker="scorecard")
            recommender.save_model(model, folder / "models")
        tables = read_tables(operator)
        rows = build_snapshot(tables, tables.config.moment(AS_OF))
        many = pa.concat_tables([rows] * (n // rows.num_rows + 1)).slice(0, n).combine_chunks()
        ids = pa.array([f"a{i:08d}" for i in range(n)])
        pq.write_table(many.set_column(many.schema.get_field_index("account_id"), "account_id", ids), snapshot)
    return snapshot


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="scored by the scorecard (default: %(default)s)")
    parser.add_argument("--job-rows", type=int, default=200_000, help="in the job; 0: no job (default: %(default)s)")
    usual = Path(tempfile.gettempdir()) / "recommender-scoring"
    parser.add_argument("--folder", type=Path, default=usual, help="where the snapshot is kept (default: %(default)s)")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    compare_scoring(given.rows)
    if given.job_rows:
        compare_job(given.job_rows, given.folder)


if __name__ == "__main__":
    main()
