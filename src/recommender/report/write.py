"""The report's face."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recommender.errors import DataError
from recommender.files import whole, writing
from recommender.model import Model, load_model
from recommender.model.keys import trusted_model
from recommender.report.groups import read_groups
from recommender.report.page import page
from recommender.report.run import Run, read_run

__all__ = ["write_report"]


def write_report(
    model: Model | str | Path,
    offers: str | Path,
    out: str | Path,
    *,
    groups: Any = None,
    by: Sequence[str] = ("segment",),
    with_ids: bool = False,
) -> Path:
    """Write one self-contained HTML page about a model and a scoring run.

    The page runs no script and fetches nothing. It says what was learnt from what, how the ranker did in the backtest
    beside the baselines, what is offered and what is not and why, how groups fare, what the scorecard looks at, and
    what the model is for and not for; and it tells some accounts' stories in words.

    Parameters
    ----------
    model
        The model that decided, or its folder.
    offers
        The folder that `score` wrote.
    out
        The HTML file; one that is there is replaced.
    groups
        A snapshot or the raw tables that were scored, where the groups of `by` are to be compared.
    by
        Columns of `groups`: text of at most 12 values, flags, or numbers, which are cut at their quartiles.
    with_ids
        Whether the examples name the accounts.

    Raises
    ------
    DataError
        If `offers` is no whole run, the run is not of this model, or a column of `by` is not there.
    ModelError
        If the folder is no whole model, or not signed by a key that the settings of `groups` or of the run trust.
    OutputError
        If `out` cannot be written.
    """
    run, target = _trusted_run(model, offers, groups), Path(out)
    text = page(run, _groups(run, offers, groups, by), with_ids=with_ids)
    with writing("the report", target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole(target) as hidden:
            hidden.write_text(text, encoding="utf-8")
    return target


def _trusted_run(model: Model | str | Path, offers: str | Path, groups: Any) -> Run:
    """Read the run; a folder has to be signed where the settings of `groups`, or those of the run, name keys."""
    run = read_run(offers, trusted_model(model, groups))
    if not isinstance(model, Model) and (keys := run.config.trust.keys):
        load_model(model, trusted_keys=keys)
    return run


def _groups(run: Run, offers: str | Path, source: Any, by: Sequence[str]) -> dict[str, list[str]] | None:
    if source is None:
        return None
    if run.outcome is None:
        raise DataError(f"{offers}: groups need the dispositions of every account, and the run did not keep them.")
    return read_groups(source, by, run.outcome, run.config)
