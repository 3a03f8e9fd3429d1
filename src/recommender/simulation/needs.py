"""What accounts need: the latent causes from which usage, take-ups and everything else follow."""

from typing import Final

__all__ = ["NEEDS", "NEED_AGE", "NEED_PRIOR", "column"]

NEEDS: Final = (
    "commuter",
    "home_worker",
    "coffee_shop_worker",
    "traveller",
    "family",
    "gamer",
    "elderly_caller",
    "small_business",
    "streamer",
    "expat",
)
NEED_PRIOR: Final = (1.2, 1.1, 0.9, 0.8, 1.4, 0.8, 0.9, 0.7, 1.1, 0.6)
# How the log-odds of a need change with age, per decade above 45.
NEED_AGE: Final = (-0.3, -0.1, -0.4, 0.1, -0.2, -0.9, 1.6, 0.1, -0.3, 0.0)


def column(need: str) -> int:
    """Return the position of `need`.

    Examples
    --------
    >>> column("commuter")
    0
    """
    return NEEDS.index(need)
