"""From raw tables to a model: past moments, what was taken up after them, a ranker, its calibration."""

from recommender.training.lessons import Lessons, hidden_lessons, take_up_lessons
from recommender.training.rankers import RANKERS, make_ranker
from recommender.training.teach import train

__all__ = ["RANKERS", "Lessons", "hidden_lessons", "make_ranker", "take_up_lessons", "train"]
