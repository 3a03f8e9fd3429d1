"""Files of a folder that no table of the contract is called like, and which table each may be."""

from pathlib import Path
from typing import Final

from recommender.schema import TABLES

__all__ = ["unnamed_files"]

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
_ENDS: Final = (".parquet", ".csv", ".csv.gz")


def unnamed_files(folder: Path) -> dict[str, str]:
    """Return, by the table that is not there, the name of a file that may hold it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "Customers_2026.csv").write_text("id")
    ...     unnamed_files(Path(folder))
    {'accounts': 'Customers_2026.csv'}
    """
    files = [path.name for path in sorted(folder.iterdir()) if path.name.endswith(_ENDS) and path.name[0] not in "._"]
    stems = {name: name.partition(".")[0] for name in files}
    there = {stem for stem in stems.values() if stem in TABLES} | {p.name for p in folder.iterdir() if p.is_dir()}
    free = [name for name, stem in stems.items() if stem not in TABLES]
    found: dict[str, str] = {}
    for table, words in _ALSO.items():
        near = [name for name in free if any(word in name.casefold() for word in words.split())]
        if table not in there and near:
            found[table] = near[0]
            free.remove(near[0])
    return found
