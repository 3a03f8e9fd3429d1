"""What `train` does with MLflow once the model is saved."""

from dataclasses import dataclass, field
from pathlib import Path

import recommender
from recommender.cli.terminal import say, step
from recommender.errors import ConfigError
from recommender.model import Model
from recommender.tables import Tables
from recommender.tracking import CHAMPION, Store, champion_version, load_version, promote_over, record

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
    defending = champion_version(how.register, how.store) if how.register and how.promote_if_better else None
    is_better = how.promote_if_better and _is_not_worse(how, defending, trained, tables, tests)
    with step("Recording in MLflow"):
        made = record(folder, how.store, register=how.register)
    say(f"MLflow: run {made.run_id} in {how.store.address}.")
    if how.register and made.version:
        say(f"Registered as {how.register}, version {made.version}.")
        if is_better:
            promote_over(how.register, made.version, defending, how.store)
            say(f"models:/{how.register}@{CHAMPION} is version {made.version} now{_after(defending)}.")


def _after(before: str | None) -> str:
    return f", after {before}" if before else ""


def _is_not_worse(how: Registering, version: str | None, trained: Model, tables: Tables, tests: int) -> bool:
    if version is None:
        return True
    with step("Judging it beside the champion"):
        defending = load_version(str(how.register), version, how.store, tables.config.trust.keys)
        found = recommender.contest(tables, trained.training["as_of"], trained, defending, tests=max(tests, 1))
    anew = " (learnt anew, as it has seen these months)" if found.learnt_anew else ""
    say(
        f"{found.metric} against the champion{anew}: {found.ahead:+.4f} ({found.low:+.4f} to {found.high:+.4f}); "
        f"{'not worse' if found.is_not_worse else 'worse, so the champion stays'}."
    )
    return found.is_not_worse
