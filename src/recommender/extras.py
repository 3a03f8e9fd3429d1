"""Parts that need an optional package: loaded when first asked for, with one sentence where it is missing."""

from importlib import import_module
from types import ModuleType

from recommender.errors import MissingExtraError

__all__ = ["load_extra"]


def load_extra(module: str, *, needs: str, extra: str) -> ModuleType:
    """Import `module`, which imports the package `needs`.

    Raises
    ------
    MissingExtraError
        If that package is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != needs:
            raise
        raise MissingExtraError(
            f"{needs} is needed here and is not installed: pip install 'recommender[{extra}]'."
        ) from None
