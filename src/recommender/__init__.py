"""Cross-sell for telecoms: rank ancillary products by fit, and make no offer over an open complaint."""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recommender.catalogue import Catalogue, Product
    from recommender.config import Config, read_config
    from recommender.errors import RecommenderError, StaleDataWarning, UnknownAccountWarning
    from recommender.evaluation import evaluate, evaluate_offers, headlines
    from recommender.labels import take_up
    from recommender.model import (
        Decision,
        FreshComplaints,
        Model,
        flat_rows,
        load_model,
        make_key,
        save_model,
        sign_model,
    )
    from recommender.ranking import (
        BoostedRanker,
        ClassifierRanker,
        CoHoldingRanker,
        LogisticRanker,
        PopularityRanker,
        Scorecard,
        ScorecardRanker,
        hide_one,
    )
    from recommender.report import write_report
    from recommender.scoring import (
        BatchOptions,
        Explanation,
        Recommendation,
        Shown,
        explain,
        predict,
        read_dispositions,
        recheck,
        recommend,
        score,
        show,
        write_recheck,
    )
    from recommender.scoring.leads import followups, write_followups
    from recommender.simulation import simulate
    from recommender.snapshots import check_leakage, snapshot, write_snapshot
    from recommender.tables import Tables, check_tables, propose_settings, read_tables
    from recommender.training import contest, train, train_like
    from recommender.usage import INDICATORS, Indicator

__all__ = [
    "INDICATORS",
    "BatchOptions",
    "BoostedRanker",
    "Catalogue",
    "ClassifierRanker",
    "CoHoldingRanker",
    "Config",
    "Decision",
    "Explanation",
    "FreshComplaints",
    "Indicator",
    "LogisticRanker",
    "Model",
    "PopularityRanker",
    "Product",
    "Recommendation",
    "RecommenderError",
    "Scorecard",
    "ScorecardRanker",
    "Shown",
    "StaleDataWarning",
    "Tables",
    "UnknownAccountWarning",
    "check_leakage",
    "check_tables",
    "contest",
    "evaluate",
    "evaluate_offers",
    "explain",
    "flat_rows",
    "followups",
    "headlines",
    "hide_one",
    "load_model",
    "make_key",
    "predict",
    "propose_settings",
    "read_config",
    "read_dispositions",
    "read_tables",
    "recheck",
    "recommend",
    "save_model",
    "score",
    "show",
    "sign_model",
    "simulate",
    "snapshot",
    "take_up",
    "train",
    "train_like",
    "write_followups",
    "write_recheck",
    "write_report",
    "write_snapshot",
]

# Resolved when first used, so that `import recommender` costs little and `predict` on a snapshot needs neither
# scikit-learn nor an engine.
_HOMES = {
    "catalogue": ("Catalogue", "Product"),
    "config": ("Config", "read_config"),
    "errors": ("RecommenderError", "StaleDataWarning", "UnknownAccountWarning"),
    "evaluation": ("evaluate", "evaluate_offers", "headlines"),
    "labels": ("take_up",),
    "model": (
        "Decision",
        "FreshComplaints",
        "Model",
        "flat_rows",
        "load_model",
        "make_key",
        "save_model",
        "sign_model",
    ),
    "ranking": (
        "BoostedRanker",
        "ClassifierRanker",
        "CoHoldingRanker",
        "LogisticRanker",
        "PopularityRanker",
        "Scorecard",
        "ScorecardRanker",
        "hide_one",
    ),
    "report": ("write_report",),
    "scoring": (
        "BatchOptions",
        "Explanation",
        "Recommendation",
        "Shown",
        "explain",
        "predict",
        "propose_settings",
        "read_dispositions",
        "recheck",
        "recommend",
        "score",
        "show",
        "write_recheck",
    ),
    "scoring.leads": ("followups", "write_followups"),
    "simulation": ("simulate",),
    "snapshots": ("check_leakage", "snapshot", "write_snapshot"),
    "tables": ("Tables", "check_tables", "propose_settings", "read_tables"),
    "training": ("contest", "train", "train_like"),
    "usage": ("INDICATORS", "Indicator"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("recommender")
    if name not in _HOME:
        raise AttributeError(f"module 'recommender' has no attribute {name!r}")
    return getattr(import_module(f"recommender.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
