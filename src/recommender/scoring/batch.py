"""What a batch job is to do: the model, the accounts and the moment, out of whatever the caller has."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from recommender.frames import is_frame, to_arrow
from recommender.model import FreshComplaints, Model
from recommender.model.keys import trusted_model
from recommender.model.present import at_present
from recommender.model.reading import needed
from recommender.scoring.accounts import Accounts, of_file, of_table
from recommender.scoring.fresh import read_fresh_complaints
from recommender.scoring.identity import identity
from recommender.scoring.options import BatchOptions
from recommender.scoring.rows import from_tables
from recommender.scoring.snapshot_file import brought, is_snapshot_file
from recommender.scoring.strangers import warn_of_strangers

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
    loaded = trusted_model(model, source)
    found, accounts, moment = _accounts(source, loaded, as_of, scratch)
    if complaints is None:
        return Batch(found, accounts, moment, None, options)
    fresh = read_fresh_complaints(complaints, found.config, complaints_known_until, as_of=moment)
    warn_of_strangers(fresh, accounts.ids())
    return Batch(found, accounts, moment, fresh, options)


def _accounts(source: Any, model: Model, as_of: date | str | None, scratch: Path) -> tuple[Model, Accounts, datetime]:
    if is_snapshot_file(source):
        accounts = of_file(Path(source), needed(model), scratch)  # which holds the file against its seal
        present = at_present(model, *brought(Path(source)))
        return present, accounts, present.config.moment_or_now(as_of)
    if is_frame(source):
        return model, of_table(to_arrow(source)), model.config.moment_or_now(as_of)
    adapted, rows, moment = from_tables(source, model, as_of, None)
    return adapted, of_table(rows), moment
