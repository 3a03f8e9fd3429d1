"""What `train` does with MLflow once the model is saved."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import recommender
from recommender.cli.terminal import say, step
from recommender.errors import ConfigError
from recommender.model import Model
from recommender.tables import Tables
from recommender.tracking import CHAMPION, Store, champion, promote, record

__all__ = ["Registering", "hand_on"]


@dataclass(frozen=True)
class Registering:
    """Whether a training is recorded, and where, under which name, and whether it may become the champion."""

    track: bool = False
    store: Store = field(default_factory=Store)
    register: str | None = None
    promote_if_better: bool = False

    def __post_init__(self) -> None:
        if self.promote_if_better and self.register is None:
            raise ConfigError("--promote-if-better: the name in the registry was needed, by --register NAME.")


def hand_on(how: Registering, folder: Path, trained: Model, tables: Tables, *, tests: int) -> None:
    """Record the training, register the model and make it the champion where it is not worse."""
    if not (how.track or how.register):
        return
    is_better = how.promote_if_better and _is_not_worse(how, trained, tables, tests)
    with step("Recording in MLflow"):
        made = record(folder, how.store, register=how.register)
    say(f"MLflow: run {made.run_id} in {how.store.address}.")
    if how.register and made.version:
        say(f"Registered as {how.register}, version {made.version}.")
        if is_better:
            before = promote(how.register, made.version, how.store)
            say(f"models:/{how.register}@{CHAMPION} is version {made.version} now{_after(before)}.")


def _after(before: Any) -> str:
    return f", after {before}" if before else ""


def _is_not_worse(how: Registering, trained: Model, tables: Tables, tests: int) -> bool:
    defending = champion(str(how.register), how.store, tables.config.trust.keys)
    if defending is None:
        return True
    with step("Judging it beside the champion"):
        found = recommender.contest(tables, trained.training["as_of"], trained, defending, tests=max(tests, 1))
    anew = " (learnt anew, as it has seen these months)" if found.learnt_anew else ""
    say(
        f"{found.metric} against the champion{anew}: {found.ahead:+.4f} ({found.low:+.4f} to {found.high:+.4f}); "
        f"{'not worse' if found.is_not_worse else 'worse, so the champion stays'}."
    )
    return found.is_not_worse
