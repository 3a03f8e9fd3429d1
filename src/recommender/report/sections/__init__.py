"""The sections of the report, each a function from a run to an element."""

from recommender.report.sections.fairness import fairness
from recommender.report.sections.intended import intended
from recommender.report.sections.judged import judged
from recommender.report.sections.learnt import learnt
from recommender.report.sections.offered import offered
from recommender.report.sections.overview import overview
from recommender.report.sections.scorecard import scorecard
from recommender.report.sections.stories import stories
from recommender.report.sections.withheld import withheld

__all__ = ["fairness", "intended", "judged", "learnt", "offered", "overview", "scorecard", "stories", "withheld"]
