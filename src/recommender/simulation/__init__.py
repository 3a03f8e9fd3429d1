"""A synthetic operator that is worth modelling: accounts with needs, and all that follows from them."""

from recommender.simulation.assortment import catalogue
from recommender.simulation.needs import NEEDS
from recommender.simulation.operator import simulate

__all__ = ["NEEDS", "catalogue", "simulate"]
