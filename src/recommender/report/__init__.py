"""One self-contained HTML page about a model and a scoring run."""

from recommender.report.write import write_report

__all__ = ["write_report"]
