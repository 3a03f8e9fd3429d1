"""What was trained on what."""

from typing import Any

from recommender.report.elements import Element, el, facts, section
from recommender.report.run import Run
from recommender.report.words import count, moment

__all__ = ["learnt"]

_WAYS = {
    "take_up": "which products accounts added within {days} days after several past moments",
    "hide_one": "which product an account holds, each hidden in turn: the data know no start of holdings",
}
_RANKERS = {
    "popularity": "popularity: every account is given the same order",
    "co-holding": "co-holding: products that go with those held",
    "logistic": "a scorecard of points per feature, added up",
    "scorecard": "a scorecard of points per feature and pair of features, added up",
}


def learnt(run: Run) -> Element:
    """Return the section on training."""
    about: Any = run.model.training
    way = _WAYS.get(about["learn_from"], about["learn_from"]).format(days=about["horizon_days"])
    return section(
        "learnt",
        "What was learnt from what",
        el("p", f"The model learnt {way}, from rows that were recorded by the moment of training and from no others."),
        facts(
            [
                ("Ranker", _RANKERS.get(about["ranker"], about["ranker"])),
                ("Known until", moment(about["as_of"], run.config)),
                ("Rows learnt from", count(about["rows"])),
                ("Take-ups among them", count(sum(about["take_ups"].values()))),
                ("Products ranked", count(len(run.model.scorecard.products))),
                ("Features read", count(len(run.model.scorecard.features))),
                ("Seed", str(about["seed"])),
                ("Fingerprint of the data", about["fingerprint"][:12]),
                ("Version of the policy", run.summary["policy_version"]),
                ("Decided", moment(run.summary["decided_at"], run.config)),
            ]
        ),
    )
