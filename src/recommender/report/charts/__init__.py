"""Drawings in SVG: colours are classes of the page's style, so that light, dark and print each have their own."""

from recommender.report.charts.bars import Bar, bars, pairs_of_dots
from recommender.report.charts.columns import columns
from recommender.report.charts.dots import Estimate, dots
from recommender.report.charts.lines import Line, lines
from recommender.report.charts.steps import steps

__all__ = ["Bar", "Estimate", "Line", "bars", "columns", "dots", "lines", "pairs_of_dots", "steps"]
