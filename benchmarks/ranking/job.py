"""What a run is to do."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """Where answers are kept, whether on few accounts, and whether contestants are asked that have not answered."""

    build: Path
    quick: bool
    asks: bool
