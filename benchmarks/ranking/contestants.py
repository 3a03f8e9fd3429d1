"""Who takes part, and when what it once said is still its word."""

import ast
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import recommender.ranking

HERE = Path(__file__).parent
RANKING = Path(recommender.ranking.__file__).parent


@dataclass(frozen=True)
class Kind:
    """The program that runs a contestant."""

    program: Path
    is_ours: bool

    def digest(self, pins: Path) -> str:
        """Change with the code, its comments and its layout aside, and with the pins."""
        files: Iterable[Path] = sorted(RANKING.rglob("*.py")) if self.is_ours else []
        parts = [ast.dump(ast.parse(path.read_text())) for path in [self.program, *files]]
        own = [] if self.is_ours else [pins.read_text()]
        return hashlib.sha256("".join(parts + own).encode()).hexdigest()[:16]


PEERS = Kind(HERE / "peers.py", is_ours=False)
OWN = Kind(HERE / "ours.py", is_ours=True)
KINDS = (PEERS, OWN)


@dataclass(frozen=True)
class Contestant:
    """A name, the program that knows it, and what it reads."""

    name: str
    kind: Kind
    reads: str
    most_seeds: int = 1000  # of a contestant that takes minutes
    not_on: tuple[str, ...] = ()

    def takes_part(self, table: str, seed: int) -> bool:
        """Where the charges give the answer away, a few suffice to show how much; the page says the rest."""
        if table == LEAKING and self.name not in AT_THE_LEAK:
            return False
        return seed < self.most_seeds and table not in self.not_on


TARGETS = ("international_plan", "voice_mail_plan", "caravan")
LEAKING = "telco with charges"
AT_THE_LEAK = ("LightGBM", "LogisticRanker", "ScorecardRanker")
HOLDINGS, ALL = "holdings", "holdings and features"
CONTESTANTS = (
    Contestant("RecTools popular", PEERS, HOLDINGS, not_on=TARGETS),
    Contestant("RecTools EASE", PEERS, HOLDINGS),
    Contestant("implicit item cosine", PEERS, HOLDINGS),
    Contestant("implicit ALS", PEERS, HOLDINGS),
    Contestant("implicit BPR", PEERS, HOLDINGS),
    Contestant("LightFM", PEERS, HOLDINGS),
    Contestant("LightFM with features", PEERS, ALL),
    Contestant("scikit-learn HistGradientBoosting", PEERS, ALL),
    Contestant("LightGBM", PEERS, ALL),
    Contestant("CatBoost", PEERS, ALL, most_seeds=2),
    Contestant("interpret EBM", PEERS, ALL, most_seeds=2, not_on=("insurances",)),
    Contestant("PopularityRanker", OWN, HOLDINGS, not_on=TARGETS),
    Contestant("CoHoldingRanker", OWN, HOLDINGS, not_on=TARGETS),
    Contestant("LogisticRanker", OWN, ALL),
    Contestant("BoostedRanker", OWN, ALL),
    Contestant("ScorecardRanker", OWN, ALL),
)
OURS = frozenset(one.name for one in CONTESTANTS if one.kind is OWN)
