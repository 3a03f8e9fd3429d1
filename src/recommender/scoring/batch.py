"""What a batch job is to do: the model, the accounts and the moment, out of whatever the caller has."""

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from recommender.errors import UnknownAccountWarning
from recommender.frames import is_frame, to_arrow
from recommender.model import FreshComplaints, Model, load_model
from recommender.scoring.accounts import Accounts, of_file, of_table, strangers
from recommender.scoring.fresh import read_fresh_complaints
from recommender.scoring.identity import identity
from recommender.scoring.keys import trusted_keys
from recommender.scoring.options import BatchOptions
from recommender.scoring.rows import from_tables, say_strangers
from recommender.scoring.snapshot_file import is_snapshot_file, needed

__all__ = ["Batch", "open_batch"]


@dataclass(frozen=True)
class Batch:
    """The accounts of a job and what they are decided by."""

    model: Model
    accounts: Accounts
    decided_at: datetime
    complaints: FreshComplaints | None
    options: BatchOptions

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What makes this job the job that it is."""
        return identity(self.accounts, self.model, self.decided_at, self.complaints, self.options)


def open_batch(
    source: Any,
    model: Model | str | Path,
    *,
    as_of: date | str | None,
    complaints: Any,
    complaints_known_until: datetime | str | None,
    options: BatchOptions,
    scratch: Path,
) -> Batch:
    """Look at what a caller hands in, and read no more of it than that takes; see `recommender.score`.

    Raises
    ------
    DataError
        If `source` cannot be read.
    """
    loaded = model if isinstance(model, Model) else load_model(model, trusted_keys=trusted_keys(source))
    found, accounts, moment = _accounts(source, loaded, as_of, scratch)
    if complaints is None:
        return Batch(found, accounts, moment, None, options)
    fresh = read_fresh_complaints(complaints, found.config, complaints_known_until, as_of=moment)
    if unknown := strangers(accounts, fresh):
        warnings.warn(say_strangers(unknown, fresh), UnknownAccountWarning, stacklevel=3)
    return Batch(found, accounts, moment, fresh, options)


def _accounts(source: Any, model: Model, as_of: date | str | None, scratch: Path) -> tuple[Model, Accounts, datetime]:
    if is_snapshot_file(source):
        return model, of_file(Path(source), needed(model), scratch), _moment(model, as_of)
    if is_frame(source):
        return model, of_table(to_arrow(source)), _moment(model, as_of)
    adapted, rows, moment = from_tables(source, model, as_of, None)
    return adapted, of_table(rows), moment


def _moment(model: Model, as_of: date | str | None) -> datetime:
    return datetime.now(UTC) if as_of is None else model.config.moment(as_of)
