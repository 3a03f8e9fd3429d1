"""Saved offers, looked at once more before they are made: what may no longer stand is taken out, nothing is added."""

import warnings
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.catalogue import Catalogue
from recommender.config import Config
from recommender.errors import ConfigError, DataError, OutputError, StaleDataWarning
from recommender.files import writing
from recommender.frames import is_frame, to_arrow
from recommender.model import FreshComplaints
from recommender.policy import ComplaintStatusStale, Facts, OpenComplaint, Policy, build_policy
from recommender.policy.facts.arrow import FACT_TYPES
from recommender.schema import ACCOUNT, COMPLAINT_SPANS
from recommender.scoring.files import read_parquet, write_parquet
from recommender.scoring.fresh import read_fresh_complaints
from recommender.scoring.ids import trimmed
from recommender.scoring.results import (
    OFFERS,
    SUMMARY,
    claim_folder,
    finish,
    read_manifest,
    read_result,
    read_summary,
    results_at,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["recheck", "write_recheck"]

EXPIRED: Final = "expired"
REMOVED: Final = "removed.parquet"
_WHY: Final = "removed_because"
_TIME: Final = pa.timestamp("us", "UTC")
_STALE: Final = "Offers were withheld: complaints missing or older at the moment of decision than [feeds] allows."


@dataclass(frozen=True)
class _Rechecked:
    """What is left, what was removed with the codes of why, and what it was judged by."""

    kept: pa.Table
    removed: pa.Table
    stale: bool
    decided_at: datetime
    complaints: FreshComplaints
    policy: Policy
    config: Config


def recheck(
    offers: Any,
    complaints: Any,
    *,
    as_of: date | str | None = None,
    complaints_known_until: datetime | str | None = None,
    config: Config | None = None,
) -> "pd.DataFrame":
    """Take out of saved offers those that may no longer be made; nothing is added and nothing moves up.

    An offer goes if its account has an unresolved complaint, or one resolved within the cool-off; if it is past its
    `valid_until`, or has none; and every offer goes if the complaints are not known well enough at `as_of`. The rows
    that stay keep their order, and their ranks as they were given: an account may be left with rank 2 alone.

    Parameters
    ----------
    offers
        Offers (a frame), a Parquet file of them, or the folder that `recommender.score` wrote.
    complaints
        Complaints that became known since the decision: a frame, a Parquet or a CSV file.
    as_of
        The moment at which the offers are about to be made; now, if left out.
    complaints_known_until
        The moment until which `complaints` is complete; its newest row by `as_of`, if left out. Without either,
        nothing stays.
    config
        The settings; for a folder those that the offers were made by, otherwise the defaults, if left out.

    Returns
    -------
    pandas.DataFrame
        The offers that stay, with the columns they came with.

    Raises
    ------
    DataError
        If the offers or the complaints cannot be read, or an offer was decided after `as_of`.

    Warns
    -----
    StaleDataWarning
        If every offer was removed because the complaints are missing or too old.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame({"account_id": ["a", "b"], "valid_until": pd.Timestamp("2026-07-03", tz="UTC")})
    >>> complaints = pd.DataFrame({"account_id": ["a"], "opened_at": ["2026-07-01T08:00Z"], "resolved_at": None,
    ...                            "status": "open"})
    >>> recheck(offers, complaints, as_of="2026-07-01T09:00Z")["account_id"].tolist()
    ['b']
    """
    checked = _recheck(offers, complaints, as_of, complaints_known_until, config)
    if checked.stale:
        warnings.warn(_STALE, StaleDataWarning, stacklevel=2)
    left: pd.DataFrame = checked.kept.to_pandas()
    return left


def write_recheck(
    offers: Any,
    complaints: Any,
    out: str | Path | None = None,
    *,
    as_of: date | str | None = None,
    complaints_known_until: datetime | str | None = None,
    config: Config | None = None,
) -> dict[str, Any]:
    """Recheck as `recheck` does and write `offers.parquet`, `removed.parquet`, `summary.json` and, last, `_SUCCESS`.

    `removed.parquet` has the offers taken out and, in `removed_because`, the codes of all that speaks against each.

    Parameters
    ----------
    offers, complaints, as_of, complaints_known_until, config
        As for `recheck`.
    out
        A folder that has no results yet; beside the offers, named after the moment, if left out.

    Returns
    -------
    dict
        The summary as it was written; its `exit_status` is 3 where the complaints were missing or too old.

    Raises
    ------
    OutputError
        If the folder holds results already or cannot be written.
    """
    checked = _recheck(offers, complaints, as_of, complaints_known_until, config)
    folder = _beside(offers, checked.decided_at) if out is None else Path(out)
    summary = _summary(checked) | {"folder": str(folder)}
    with writing("the results", folder):
        claim_folder(folder)
        tables = {OFFERS: checked.kept, REMOVED: checked.removed}
        files = {name: write_parquet(folder / name, table) for name, table in tables.items()}
        finish(folder, {name: value for name, value in summary.items() if name != "folder"}, files, {})
    return summary


def _recheck(
    offers: Any,
    complaints: Any,
    as_of: date | str | None,
    complaints_known_until: datetime | str | None,
    config: Config | None,
) -> _Rechecked:
    table, made_by = _read(offers)
    settings = config or made_by or Config()
    moment = settings.moment_or_now(as_of)
    fresh = read_fresh_complaints(complaints, settings, complaints_known_until, as_of=moment)
    policy = build_policy(settings)
    against = _against(table, fresh, moment, policy)
    gone = np.logical_or.reduce(list(against.values()))
    return _Rechecked(
        kept=table.filter(pa.array(~gone)),
        removed=_with_reasons(table, against).filter(pa.array(gone)),
        stale=_is_stale(fresh, moment, policy),
        decided_at=moment,
        complaints=fresh,
        policy=policy,
        config=settings,
    )


def _read(offers: Any) -> tuple[pa.Table, Config | None]:
    if is_frame(offers):
        return to_arrow(offers), None
    if not isinstance(offers, str | Path):
        raise DataError(f"offers: a frame, a Parquet file or a folder was needed, {type(offers).__name__} came.")
    home = results_at(Path(offers), OFFERS)
    if home is None:
        return read_parquet(Path(offers), "offers"), None
    return read_result(home, OFFERS), _settings(home)


def _settings(folder: Path) -> Config:
    try:
        return Config.from_dict(read_summary(folder, read_manifest(folder))["settings"])
    except (KeyError, TypeError, ConfigError) as error:
        raise DataError(f"{folder / SUMMARY}: it does not say by which settings the offers were made.") from error


def _against(
    offers: pa.Table, fresh: FreshComplaints, moment: datetime, policy: Policy
) -> dict[str, NDArray[np.bool_]]:
    """Return, per code, the offers that it speaks against; each (n_offers,)."""
    _check(offers, moment)
    _check_zeros(offers, fresh)
    facts = _facts(trimmed(offers.column(ACCOUNT)).combine_chunks(), fresh, moment)
    found = {rule.reason: rule.suppresses(facts)[:, 0] for rule in _on_complaints(policy)}
    valid_until = _times(offers, "valid_until")
    stands = pc.fill_null(pc.greater_equal(valid_until, pa.scalar(moment, _TIME)), False)
    return found | {EXPIRED: ~stands.to_numpy(zero_copy_only=False)}


def _on_complaints(policy: Policy) -> list[OpenComplaint | ComplaintStatusStale]:
    return [rule for rule in policy.rules if isinstance(rule, OpenComplaint | ComplaintStatusStale)]


def _is_stale(fresh: FreshComplaints, moment: datetime, policy: Policy) -> bool:
    """Ask the rule of a made-up account, so that the answer stands where there are no offers, too."""
    facts = _facts(pa.array([""]), fresh, moment)
    rules = [rule for rule in _on_complaints(policy) if isinstance(rule, ComplaintStatusStale)]
    return any(bool(rule.suppresses(facts).any()) for rule in rules)


def _facts(accounts: Any, fresh: FreshComplaints, moment: datetime) -> Facts:
    """Return facts that know of the fresh complaints alone: a decision made before has passed those of the snapshot."""
    columns: dict[str, Any] = {name: pa.array([None] * len(accounts), kind) for name, kind in FACT_TYPES.items()}
    none = pa.array([[]] * len(accounts), FACT_TYPES[COMPLAINT_SPANS])
    return Facts.of(
        pa.table(columns | {ACCOUNT: accounts, COMPLAINT_SPANS: none}),
        Catalogue.of([]),
        decided_at=moment,
        channel="any",
        complaints=fresh.rows,
        complaints_known_until=fresh.known_until,
    )


def _check(offers: pa.Table, moment: datetime) -> None:
    if missing := [name for name in (ACCOUNT, "valid_until") if offers.schema.get_field_index(name) < 0]:
        raise DataError(f"offers: these columns were needed, once each: {missing}.")
    ids = offers.column(ACCOUNT)
    kind = ids.type.value_type if pa.types.is_dictionary(ids.type) else ids.type
    if ids.null_count or pa.types.is_floating(kind) or pc.any(pc.equal(trimmed(ids), pa.scalar(""))).as_py():
        raise DataError("offers: account_id must stand in every row, as text; some are empty or floats.")
    if offers.schema.get_field_index("decided_at") < 0:
        return
    newest = pc.max(_times(offers, "decided_at")).as_py()
    if newest is not None and newest > moment:
        raise DataError(f"offers: some were decided after {moment.isoformat()}; a recheck cannot come before.")


def _check_zeros(offers: pa.Table, fresh: FreshComplaints) -> None:
    """Refuse ids that were read as numbers where complaints know them with leading zeros: they would find nobody."""
    has_zeros = pc.any(pc.starts_with(fresh.rows.column(ACCOUNT), "0")).as_py()
    if has_zeros and pa.types.is_integer(offers.schema.field(ACCOUNT).type):
        raise DataError("offers: account_id came as whole numbers, and complaints have leading zeros; read it as text.")


def _times(offers: pa.Table, name: str) -> Any:
    try:
        return offers.column(name).cast(_TIME, safe=False).combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(f"offers: {name} must be a timestamp, but {offers.schema.field(name).type} came.") from error


def _with_reasons(offers: pa.Table, against: dict[str, NDArray[np.bool_]]) -> pa.Table:
    each = zip(*(mask.tolist() for mask in against.values()), strict=True)
    codes = [[code for code, hit in zip(against, hits, strict=True) if hit] for hits in each]
    return offers.append_column(_WHY, pa.array(codes, pa.list_(pa.string())))


def _summary(checked: _Rechecked) -> dict[str, Any]:
    why: list[list[str]] = checked.removed.column(_WHY).to_pylist()  # type: ignore[assignment]  # no list is null
    codes = Counter(code for one in why for code in one)
    known_until = checked.complaints.known_until
    return {
        "offers": checked.kept.num_rows + checked.removed.num_rows,
        "kept": checked.kept.num_rows,
        "removed": checked.removed.num_rows,
        "removed_because": dict(sorted(codes.items())),
        "stale": ["complaints"] if checked.stale else [],
        "complaints_known_until": None if known_until is None else known_until.isoformat(),
        "decided_at": checked.decided_at.isoformat(),
        "policy": {"switched_off": list(checked.policy.switched_off), "waivers": list(checked.policy.waivers)},
        "settings": checked.config.to_dict(),
        "exit_status": 3 if checked.stale else 0,
    }


def _beside(offers: Any, moment: datetime) -> Path:
    if not isinstance(offers, str | Path):
        raise OutputError("offers: they came as a frame, so the folder for the results has to be named.")
    home = Path(offers)
    return (home if home.is_dir() else home.parent) / f"rechecked-{moment:%Y%m%dT%H%M%S.%fZ}"
