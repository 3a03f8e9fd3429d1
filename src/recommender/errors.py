"""Everything that the package raises on purpose, as one tree."""

from collections.abc import Sequence

__all__ = [
    "AccountNotFoundError",
    "ConfigError",
    "ContractError",
    "DataError",
    "FeatureError",
    "MissingExtraError",
    "ModelError",
    "NotEnoughDataError",
    "OutputError",
    "RecommenderError",
    "StaleDataWarning",
    "UnknownAccountWarning",
]


class RecommenderError(Exception):
    """Base of the tree; its text is one sentence fit to be shown to a user."""


class ConfigError(RecommenderError):
    """A setting is unknown, of the wrong type or out of its range."""


class DataError(RecommenderError):
    """An input cannot be read or does not say what is needed of it."""


class ContractError(DataError):
    """A table breaks its contract; every problem found is in `problems`."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class AccountNotFoundError(DataError):
    """An account that was asked for is not among the rows."""


class NotEnoughDataError(DataError):
    """There is too little history, or too few take-ups, to learn from."""


class FeatureError(DataError):
    """A feature that the model reads is missing from the snapshot or has another type."""


class ModelError(RecommenderError):
    """A model folder is refused."""


class MissingExtraError(RecommenderError):
    """An optional part of the package is not installed."""


class OutputError(RecommenderError):
    """A result cannot be written where it was asked for."""


class StaleDataWarning(UserWarning):
    """Offers were withheld because a feed is missing or too old."""


class UnknownAccountWarning(UserWarning):
    """Complaints were handed in for accounts that are not among the rows."""
