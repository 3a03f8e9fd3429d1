"""The batch job: a fixed plan of shards in, offers, dispositions and a summary out, each file whole or not there."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from recommender.errors import OutputError
from recommender.model import Decision, Model
from recommender.schema import AS_OF, COMPLAINTS_KNOWN_UNTIL, CONSENTS_KNOWN_UNTIL, CONTACTS_KNOWN_UNTIL
from recommender.scoring.dispositions import compact
from recommender.scoring.files import OFFERS, parquet, refuse_results, write_summary
from recommender.scoring.rows import Request, resolve

__all__ = ["SHARD_ROWS", "score"]

SHARD_ROWS = 50_000
DISPOSITIONS = "dispositions.parquet"

Progress = Callable[[int, int], None]


@dataclass
class _Tally:
    """What the decisions so far add up to."""

    accounts: int = 0
    offers: int = 0
    with_offers: int = 0
    dispositions: Counter[str] = field(default_factory=Counter)
    suppressions: Counter[str] = field(default_factory=Counter)
    waterfall: Counter[str] = field(default_factory=Counter)
    stale: set[str] = field(default_factory=set)

    def add(self, decision: Decision) -> None:
        self.accounts += len(decision.account_id)
        self.offers += decision.offers.num_rows
        self.with_offers += len(decision.offers.column("account_id").unique())
        self.dispositions.update(decision.counts)
        self.suppressions.update(decision.suppressions)
        self.waterfall.update(decision.waterfall)
        self.stale.update(decision.stale)


def score(
    source: Any,
    model: Model | str | Path,
    out: str | Path,
    *,
    as_of: date | str,
    complaints: Any = None,
    complaints_known_until: datetime | str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Decide for every account and write `offers.parquet`, `dispositions.parquet` and `summary.json`.

    The summary is written last: where it stands, the other two are whole. The same input gives the same bytes of
    offers and dispositions. In the summary, `suppressions` counts a pair for every rule that hits it, and `waterfall`
    only for the first of them in the order of the policy's codes, so that it adds up to the pairs suppressed;
    `policy` says which rules are switched off and which settings answer for that.

    Parameters
    ----------
    source, model, as_of, complaints, complaints_known_until
        As for `recommender.recommend`.
    out
        A folder that has no results yet; it is made where it is missing.
    progress
        Called with the rows done and the rows in all after each shard.

    Returns
    -------
    dict
        The summary as it was written; its `exit_status` is 3 where offers were withheld as a feed was stale.

    Raises
    ------
    OutputError
        If the folder holds results already or cannot be written.
    """
    started = time.monotonic()
    folder = Path(out)
    try:
        refuse_results(folder)
        request = resolve(
            source, model, as_of=as_of, complaints=complaints, complaints_known_until=complaints_known_until
        )
        folder.mkdir(parents=True, exist_ok=True)
        tally = _write_results(request, folder, progress)
        summary = _summary(request, tally) | {"seconds": round(time.monotonic() - started, 3)}
        write_summary(folder, summary)
    except OSError as error:
        raise OutputError(f"{folder}: the results cannot be written ({error.strerror or error}).") from error
    return summary


def _write_results(request: Request, folder: Path, progress: Progress | None) -> _Tally:
    tally = _Tally()
    with ExitStack() as files:
        offers = files.enter_context(parquet(folder / OFFERS))
        dispositions = files.enter_context(parquet(folder / DISPOSITIONS))
        for done, decision in _decisions(request):
            offers(decision.offers)
            dispositions(compact(decision))
            tally.add(decision)
            if progress:
                progress(done, request.rows.num_rows)
    return tally


def _decisions(request: Request) -> Iterator[tuple[int, Decision]]:
    total = request.rows.num_rows
    for start in range(0, max(total, 1), SHARD_ROWS):
        shard = request.rows.slice(start, SHARD_ROWS)
        decided = request.model.decide(shard, decided_at=request.decided_at, complaints=request.complaints)
        yield min(start + SHARD_ROWS, total), decided


def _summary(request: Request, tally: _Tally) -> dict[str, Any]:
    model = request.model
    return {
        "accounts": tally.accounts,
        "products": len(model.catalogue.products),
        "candidates": tally.accounts * len(model.catalogue.products),
        "offers": tally.offers,
        "accounts_with_offers": tally.with_offers,
        "dispositions": dict(tally.dispositions),
        "suppressions": {code: count for code, count in tally.suppressions.items() if count},
        "waterfall": {code: count for code, count in tally.waterfall.items() if count},
        "stale": sorted(tally.stale),
        "known_until": _watermarks(request),
        "stated": _stated(request),
        "as_of": _first(request.rows, AS_OF),
        "decided_at": request.decided_at.isoformat(),
        "model_version": model.label,
        "policy_version": model.policy.version,
        "policy": {"switched_off": list(model.policy.switched_off), "waivers": list(model.policy.waivers)},
        "settings": model.config.to_dict(),
        "exit_status": 3 if tally.stale else 0,
    }


def _watermarks(request: Request) -> dict[str, str | None]:
    return {
        name.removesuffix("_known_until"): _first(request.rows, name)
        for name in (COMPLAINTS_KNOWN_UNTIL, CONSENTS_KNOWN_UNTIL, CONTACTS_KNOWN_UNTIL)
    }


def _first(rows: pa.Table, name: str) -> str | None:
    moment = rows.column(name)[0].as_py() if rows.num_rows else None
    return None if moment is None else str(moment.isoformat())


def _stated(request: Request) -> dict[str, str]:
    """List what the operator states instead of showing it, as every result must carry it."""
    config = request.model.config
    return {"consents.if_missing": config.consents.if_missing, "contacts.if_missing": config.contacts.if_missing}
