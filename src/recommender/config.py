"""The settings: frozen, typed, each written once, read from one TOML file."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.errors import ConfigError

__all__ = [
    "MOST_DAYS",
    "MOST_OFFERS",
    "SETTINGS_FILE",
    "Bands",
    "Config",
    "Consents",
    "Contacts",
    "Engine",
    "Features",
    "Feeds",
    "Formats",
    "Offers",
    "Training",
    "Trust",
    "Windows",
    "check_k",
    "read_config",
    "settings_in",
]

SETTINGS_FILE = "recommender.toml"
MOST_OFFERS = 3
MOST_DAYS = 36_525  # a century
_MOST_DIGITS = 6
_PUBLIC_KEY = re.compile("ed25519:[0-9a-f]{64}")

# Settings that are a table for each of something, and how a reader is told so.
_TABLES_OF_TABLES = {
    "policy": "per rule was needed, for example [policy.contact_limit]",
    "columns": "per table was needed, for example [columns.accounts]",
}

T = TypeVar("T")


@dataclass(frozen=True)
class Bands:
    """Hours of the operator's local day, [from, to), Monday to Friday; Saturday and Sunday are the weekend band."""

    daytime: tuple[int, int] = (8, 18)
    evening: tuple[int, int] = (18, 22)
    night: tuple[int, int] = (22, 8)

    def __post_init__(self) -> None:
        bands = (self.daytime, self.evening, self.night)
        is_day = all(0 <= hour <= 24 for band in bands for hour in band)
        if not is_day or sorted(hour for band in bands for hour in _hours(*band)) != list(range(24)):
            raise ConfigError("[bands]: daytime, evening and night must share out the 24 hours, each hour once.")


@dataclass(frozen=True)
class Windows:
    """Days looked back by the indicators."""

    short_days: int = 30
    long_days: int = 90

    def __post_init__(self) -> None:
        if not 0 < self.short_days < self.long_days <= MOST_DAYS:
            raise ConfigError(f"[windows]: 0 < short_days < long_days <= {MOST_DAYS} was needed, {self} came.")


@dataclass(frozen=True)
class Training:
    """Which past moments are learnt from: `cut_offs` of them, one horizon apart, the last one horizon before as_of."""

    horizon_days: int = 30
    gap_days: int = 0
    cut_offs: int = 4
    seed: int = 0
    workers: int = 2

    def __post_init__(self) -> None:
        least = min(self.horizon_days, self.gap_days + 1, self.cut_offs, self.workers)
        if least < 1 or (self.horizon_days + self.gap_days) * self.cut_offs > MOST_DAYS:
            raise ConfigError(
                "[training]: horizon_days, cut_offs and workers from 1 and gap_days from 0 were needed, at most "
                f"{MOST_DAYS} days together, {self} came."
            )


@dataclass(frozen=True)
class Offers:
    """How many offers at most, how good they must be, on which channel and for how long they stand."""

    k: int = 3
    channel: str = "phone"
    min_propensity: float = 0.0
    min_lift: float = 1.0
    valid_days: int = 7
    bundle_replaces_parts: bool = False

    def __post_init__(self) -> None:
        check_k(self.k)
        if not (self.min_propensity >= 0 and self.min_lift >= 0 and 0 <= self.valid_days <= MOST_DAYS):
            raise ConfigError(f"[offers]: limits from 0 and at most {MOST_DAYS} days were needed, {self} came.")


@dataclass(frozen=True)
class Feeds:
    """How old each feed may be at decision time; an older one suppresses what depends on it."""

    complaints_max_age_hours: float = 24
    consents_max_age_hours: float = 168
    contacts_max_age_hours: float = 72


@dataclass(frozen=True)
class Consents:
    """What holds where there is no consents table: nothing unless the operator states it."""

    if_missing: Literal["refuse", "granted", "withheld"] = "refuse"


@dataclass(frozen=True)
class Contacts:
    """What holds where there is no contacts table: nothing unless the operator states it."""

    if_missing: Literal["suppress", "none_made"] = "suppress"


@dataclass(frozen=True)
class Features:
    """Attributes that are not learnt from, attributes that no reason may name, and where vulnerability stands."""

    exclude: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    vulnerable: str = "is_vulnerable"


@dataclass(frozen=True)
class Formats:
    """How texts write dates and amounts, by example; a date in ISO 8601 is read in any case.

    Days and months may have one digit, years two (00 to 69 are of this century, others are refused), and `.`, `/` and
    `-` all stand between them; after a date there may be a time, with AM or PM. Where a comma groups thousands it may
    be left out.
    """

    dates: Literal["2026-06-30", "30.06.2026", "06/30/2026"] = "2026-06-30"
    amounts: Literal["1234.56", "1,234.56", "1.234,56", "1 234,56"] = "1234.56"


@dataclass(frozen=True)
class Engine:
    """What the embedded DuckDB may use: memory such as "2GiB", threads, and the directory it spills to.

    An empty text or 0 leaves DuckDB's own default.
    """

    memory_limit: str = ""
    threads: int = 0
    temp_directory: str = ""


@dataclass(frozen=True)
class Trust:
    """Public keys, each as `ed25519:` and 64 hexadecimal digits; with any, only a model that one of them signed."""

    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if odd := [key for key in self.keys if not _PUBLIC_KEY.fullmatch(key)]:
            raise ConfigError(f"[trust] keys: 'ed25519:' and 64 hexadecimal digits were needed, {odd[0]!r} came.")


@dataclass(frozen=True)
class Config:
    """All settings.

    `time_zone` is an IANA name: naive times are read in it, and bands are its local time. `policy` maps the reason
    code of a rule to that rule's settings, which `policy.build` checks. `columns` maps a table to the names that its
    columns have in the source, by our own: `{"accounts": {"account_id": "Customer no."}}`. `minor_digits` is the number
    of decimals of the currency.
    """

    time_zone: str | None = None
    currency: str = "EUR"
    minor_digits: int = 2
    bands: Bands = field(default_factory=Bands)
    windows: Windows = field(default_factory=Windows)
    training: Training = field(default_factory=Training)
    offers: Offers = field(default_factory=Offers)
    feeds: Feeds = field(default_factory=Feeds)
    consents: Consents = field(default_factory=Consents)
    contacts: Contacts = field(default_factory=Contacts)
    features: Features = field(default_factory=Features)
    engine: Engine = field(default_factory=Engine)
    formats: Formats = field(default_factory=Formats)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    trust: Trust = field(default_factory=Trust)
    policy: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if self.time_zone is not None:
            _zone(self.time_zone)
        if not 0 <= self.minor_digits <= _MOST_DIGITS:
            raise ConfigError(f"minor_digits: 0 to {_MOST_DIGITS} decimals were needed, {self.minor_digits} came.")

    @property
    def zone(self) -> ZoneInfo:
        """The operator's time zone.

        Raises
        ------
        ConfigError
            If none is named.
        """
        if self.time_zone is None:
            raise ConfigError('Naive times need a time zone: set time_zone = "Area/City" in recommender.toml.')
        return _zone(self.time_zone)

    def moment(self, at: date | str) -> datetime:
        """Return `at` in UTC; a naive one, a date or an ISO 8601 text without an offset is read in `time_zone`.

        Examples
        --------
        >>> Config(time_zone="Europe/Berlin").moment("2026-07-01")
        datetime.datetime(2026, 6, 30, 22, 0, tzinfo=datetime.timezone.utc)
        """
        moment = _as_datetime(at)
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        except (OverflowError, ValueError) as error:
            raise ConfigError(f"a moment between the years 2 and 9998 was needed, {at!s} came.") from error

    def moment_or_now(self, at: date | str | None) -> datetime:
        """Return `at` as `moment` does, or the present where it is None."""
        return datetime.now(UTC) if at is None else self.moment(at)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON's own types."""
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _TABLES_OF_TABLES}
        mappings = {
            name: {key: dict(table) for key, table in getattr(self, name).items()} for name in _TABLES_OF_TABLES
        }
        plain: dict[str, Any] = json.loads(json.dumps({**settings, **mappings}, default=asdict))
        return plain

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Config":
        """Build the settings from nested mappings, as TOML or JSON gives them.

        Raises
        ------
        ConfigError
            If a setting is unknown or of the wrong type, or out of its range.
        """
        rest = {name: value for name, value in settings.items() if name not in _TABLES_OF_TABLES}
        return _build(cls, rest, "", **{name: _tables(name, settings.get(name, {})) for name in _TABLES_OF_TABLES})


def check_k(k: Any) -> int:
    """Return `k`, the number of offers at most, if it is one.

    Raises
    ------
    ConfigError
        If it is no whole number from 0 to 3.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 0 <= k <= MOST_OFFERS:
        raise ConfigError(f"k: 0 to {MOST_OFFERS} offers per account were needed, {k!r} came.")
    return k


def read_config(path: str | Path) -> Config:
    """Read `recommender.toml`.

    Raises
    ------
    ConfigError
        If the file is missing, is no TOML, or holds an unknown or a wrong setting.
    """
    try:
        return Config.from_dict(tomllib.loads(Path(path).read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: not readable as TOML ({error}).") from error


def settings_in(folder: Any) -> Config | None:
    """Return the settings of the file in `folder`; None where there is no such file, or `folder` is no path.

    Raises
    ------
    ConfigError
        If the file is no settings file.
    """
    path = Path(folder) / SETTINGS_FILE if isinstance(folder, str | Path) else None
    return read_config(path) if path and path.is_file() else None


def _build(cls: type[T], settings: Mapping[str, Any], where: str, **more: Any) -> T:
    hints = get_type_hints(cls)
    if unknown := sorted(settings.keys() - hints.keys()):
        raise ConfigError(f"{where or 'recommender.toml'}: unknown {unknown}; known are {sorted(hints)}.")
    return cls(**{name: _value(hints[name], value, name, where) for name, value in settings.items()}, **more)


def _tables(name: str, value: Any) -> Mapping[str, Mapping[str, Any]]:
    if not (isinstance(value, Mapping) and all(isinstance(table, Mapping) for table in value.values())):
        raise ConfigError(f"[{name}]: a table {_TABLES_OF_TABLES[name]}.")
    return MappingProxyType({key: dict(table) for key, table in value.items()})


def _value(hint: Any, value: Any, name: str, where: str) -> Any:
    if is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise ConfigError(f"[{name}]: a table was needed, {value!r} came.")
        return _build(hint, value, f"[{name}]")  # type: ignore[arg-type]
    value = tuple(value) if isinstance(value, list) else value
    if not _fits(hint, value):
        raise ConfigError(f"{where} {name}: {_spelt(hint)} was needed, {value!r} came.".strip())
    return value


def _fits(hint: Any, value: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        return isinstance(value, tuple) and all(isinstance(v, kinds[0]) for v in value) and _length_fits(kinds, value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _length_fits(kinds: tuple[Any, ...], value: tuple[Any, ...]) -> bool:
    return kinds[-1] is Ellipsis or len(kinds) == len(value)


def _spelt(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(repr(choice) for choice in get_args(hint))
    return str(getattr(hint, "__name__", hint))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"time_zone: an IANA name such as 'Europe/Berlin' was needed, {name!r} came.") from error


def _as_datetime(at: Any) -> datetime:
    if isinstance(at, str):
        return _parse(at)
    if isinstance(at, datetime) and at == at:  # noqa: PLR0124  # pandas' NaT is a datetime that equals nothing
        return at
    if isinstance(at, date) and not isinstance(at, datetime):
        return datetime(at.year, at.month, at.day)  # noqa: DTZ001  # midnight in the operator's time zone
    raise ConfigError(f"a moment was needed (a datetime, a date or an ISO 8601 text), {type(at).__name__} came.")


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"a moment such as 2026-06-30 or 2026-06-30T08:00+02:00 was needed, {text!r} came."
        ) from error


def _hours(start: int, end: int) -> list[int]:
    return [hour % 24 for hour in range(start, end if end > start else end + 24)]
