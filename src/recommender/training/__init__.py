"""From raw tables to a model: past moments, what was taken up after them, a ranker, its calibration."""

from recommender.training.contests import Contest, contest
from recommender.training.lessons import Lesson, Lessons, hidden_lessons, take_up_lessons
from recommender.training.like import train_like
from recommender.training.teach import train

__all__ = [
    "Contest",
    "Lesson",
    "Lessons",
    "contest",
    "hidden_lessons",
    "take_up_lessons",
    "train",
    "train_like",
]
