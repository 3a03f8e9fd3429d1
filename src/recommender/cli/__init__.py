"""The command line."""

from recommender.cli.app import main

__all__ = ["main"]
