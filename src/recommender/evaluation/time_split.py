"""Which past moments are learnt from and which are judged on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from recommender.config import Training
from recommender.errors import ConfigError, NotEnoughDataError

__all__ = ["Fold", "TimeSplit"]


@dataclass(frozen=True)
class Fold:
    """Learn from the take-ups after `train`, judge on those after `test`."""

    train: tuple[datetime, ...]
    test: datetime


@dataclass(frozen=True)
class TimeSplit:
    """Past moments in ascending order, each with the label window that follows it.

    The label window of a cut-off is `(cut_off + gap_days, cut_off + gap_days + horizon_days]`. A training cut-off
    serves a test cut-off only where its label window has ended by then: otherwise the answer to the test would be
    among what was learnt.

    Examples
    --------
    >>> split = TimeSplit.before(datetime(2026, 7, 1), Training(horizon_days=30, cut_offs=3))
    >>> [f"{cut_off:%m-%d}" for cut_off in split.cut_offs]
    ['04-02', '05-02', '06-01']
    >>> [(len(fold.train), f"{fold.test:%m-%d}") for fold in split.folds(2)]
    [(1, '05-02'), (2, '06-01')]
    """

    cut_offs: tuple[datetime, ...]
    horizon_days: int = 30
    gap_days: int = 0

    def __post_init__(self) -> None:
        if self.horizon_days < 1 or self.gap_days < 0:
            raise ConfigError(f"[training]: horizon_days >= 1 and gap_days >= 0 were needed, {self} came.")
        if list(self.cut_offs) != sorted(set(self.cut_offs)):
            raise ConfigError("cut_offs: ascending moments, each once, were needed.")

    @classmethod
    def before(cls, as_of: datetime, training: Training) -> "TimeSplit":
        """Lay `training.cut_offs` moments one horizon apart; the label window of the last one ends at `as_of`."""
        horizon, gap = timedelta(days=training.horizon_days), timedelta(days=training.gap_days)
        cut_offs = tuple(as_of - gap - horizon * back for back in range(training.cut_offs, 0, -1))
        return cls(cut_offs, training.horizon_days, training.gap_days)

    @property
    def span(self) -> timedelta:
        """From a cut-off to the end of its label window."""
        return timedelta(days=self.gap_days + self.horizon_days)

    def fold(self, test: datetime) -> Fold:
        """Return `test` with every cut-off whose label window has ended by then."""
        return Fold(tuple(cut_off for cut_off in self.cut_offs if cut_off + self.span <= test), test)

    def folds(self, tests: int) -> tuple[Fold, ...]:
        """Return the last `tests` cut-offs, oldest first, each with what may be learnt from before it.

        Raises
        ------
        NotEnoughDataError
            If fewer than `tests` cut-offs have any training cut-off before them.
        """
        folds = [fold for fold in map(self.fold, self.cut_offs) if fold.train]
        if not 0 < tests <= len(folds):
            raise NotEnoughDataError(
                f"{tests} test cut-offs were asked for, and {len(folds)} of the {len(self.cut_offs)} have one to "
                f"learn from before them: set cut_offs in [training] higher, or ask for fewer test cut-offs."
            )
        return tuple(folds[-tests:])
