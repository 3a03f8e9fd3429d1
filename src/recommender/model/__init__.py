"""A trained model in memory and on disk, and the decision that it makes."""

from recommender.model.decide import FreshComplaints
from recommender.model.decision import Decision
from recommender.model.flat import flat_rows, nested_rows
from recommender.model.folder import load_model, save_model
from recommender.model.model import Model
from recommender.model.signed import sign_model
from recommender.model.signing import make_key

__all__ = [
    "Decision",
    "FreshComplaints",
    "Model",
    "flat_rows",
    "load_model",
    "make_key",
    "nested_rows",
    "save_model",
    "sign_model",
]
