"""Files of a folder that no table of the contract is called like, and which table each may be."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from recommender.schema import TABLES

__all__ = ["called_otherwise", "misspelt"]

_ALIKE: Final = 0.8
_ALSO: Final = {
    "accounts": "customer client subscriber user account",
    "products": "catalog tariff service product plan",
    "holdings": "subscription contract order holding",
    "complaints": "ticket case incident complaint",
    "calls": "cdr voice call",
    "sessions": "internet traffic session data",
    "messages": "sms text message",
    "contacts": "campaign offer contact",
    "consents": "permission optin opt-in opt_in consent",
    "bills": "invoice bill",
}
_ENDS: Final = (".csv.gz", ".parquet", ".csv")


def misspelt(folder: Path, found: Collection[str]) -> dict[str, Path]:
    """Return, by the table that is not `found`, the file or folder whose name is nearly its name."""
    meant: dict[str, Path] = {}
    for path in _unknown(folder):
        near = get_close_matches(_stem(path).casefold(), TABLES.keys() - found, 1, _ALIKE)
        meant |= {near[0]: path} if near else {}
    return meant


def called_otherwise(folder: Path, found: Collection[str]) -> dict[str, str]:
    """Return, by the table that is not `found`, the name of a file that other words for it are in.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "Customers_2026.csv").write_text("id")
    ...     called_otherwise(Path(folder), {"products"})
    {'accounts': 'Customers_2026.csv'}
    """
    free = [path.name for path in _unknown(folder) if path.is_file()]
    meant: dict[str, str] = {}
    for table, words in _ALSO.items():
        near = [name for name in free if any(word in name.casefold() for word in words.split())]
        if table not in found and near:
            meant[table] = near[0]
            free.remove(near[0])
    return meant


def _unknown(folder: Path) -> list[Path]:
    """Return what could be a table by its kind and is none by its name."""
    there = (path for path in sorted(folder.iterdir()) if path.name[0] not in "._")
    return [path for path in there if (path.is_dir() or path.name.endswith(_ENDS)) and _stem(path) not in TABLES]


def _stem(path: Path) -> str:
    return next((path.name.removesuffix(end) for end in _ENDS if path.name.endswith(end)), path.name)
