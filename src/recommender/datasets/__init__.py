"""Public data sets as tables."""

from recommender.datasets.telco import TELCO, telco, telco_folder, telco_frames

__all__ = ["TELCO", "telco", "telco_folder", "telco_frames"]
