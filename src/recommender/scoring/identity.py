"""By what a job is known again: the digests of all that its results depend on."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from typing import Any, Final

import numpy as np

from recommender.model import FreshComplaints, Model
from recommender.scoring.accounts import Accounts
from recommender.scoring.digests import sha256_of_document, sha256_of_rows
from recommender.scoring.options import BatchOptions

__all__ = ["identity"]

_WRITERS: Final = ("recommender", "numpy", "pyarrow")


def identity(
    accounts: Accounts, model: Model, decided_at: datetime, complaints: FreshComplaints | None, options: BatchOptions
) -> dict[str, Any]:
    """Return what makes a job the job that it is; two of equal identity write the same bytes."""
    return {
        "input": accounts.digest,
        "model": _of_model(model),
        "config": sha256_of_document({"settings": model.config.to_dict(), "policy": model.policy.settings}),
        "complaints": None if complaints is None else _of_complaints(complaints),
        "decided_at": decided_at.isoformat(),
        "accounts": accounts.n,
        "shard_rows": options.shard_rows,
        "dispositions": options.dispositions,
        "versions": {name: metadata.version(name) for name in _WRITERS},
    }


def _of_model(model: Model) -> str:
    arrays = {name: _of_array(array) for name, array in model.scorecard.to_arrays().items()}
    features = [asdict(feature) for feature in model.features]
    return sha256_of_document(
        {"label": model.label, "arrays": arrays, "catalogue": model.catalogue.to_rows(), "features": features}
    )


def _of_array(array: Any) -> str:
    plain = np.ascontiguousarray(array)
    return f"{plain.dtype.str} {plain.shape} {hashlib.sha256(plain.tobytes()).hexdigest()}"


def _of_complaints(complaints: FreshComplaints) -> dict[str, str]:
    return {"rows": sha256_of_rows(complaints.rows), "known_until": str(complaints.known_until)}
