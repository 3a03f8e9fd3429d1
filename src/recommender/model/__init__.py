"""A trained model in memory and on disk, and the decision that it makes."""

from recommender.model.decide import FreshComplaints
from recommender.model.decision import Decision
from recommender.model.folder import load_model, save_model
from recommender.model.model import Model

__all__ = ["Decision", "FreshComplaints", "Model", "load_model", "save_model"]
