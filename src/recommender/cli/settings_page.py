"""The page `docs/settings.md`, made from the settings: `python -m recommender.cli.settings_page > docs/settings.md`."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from types import MappingProxyType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from recommender.config import Config
from recommender.policy import RULES
from recommender.policy.build import NEVER_OFF, WAIVERS, settings_of

__all__ = ["MEANINGS", "settings_page"]

_HEAD: Final = """\
# Settings

Every key of `recommender.toml`, which stands beside the tables. Made from the code by
`python -m recommender.cli.settings_page`; do not edit. A key that is not there has its default; an unknown key, a wrong
type and a value out of its range are refused, each with a sentence. `time_zone` alone has no default where times are
naive.

What the features depend on (`[windows]`, `[bands]`, `[features]`) and `[training]` stays with a model as it was when it
was trained; everything else is read anew for each decision.
"""

_COLUMNS: Final = """\
## `[columns.<table>]`

What the columns of a table are called in the source, by the names of the [contract](data.md); `recommender check`
proposes what it would need:

```toml
[columns.accounts]
account_id = "Customer no."
```
"""

# What each key means, by its table and its name; keys of the first table stand at the top of the file.
MEANINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "": {
            "time_zone": "the operator's, an IANA name: naive times are read in it, bands are its local time",
            "currency": "in which amounts are said",
            "minor_digits": "decimals of an amount, 0 to 6; a finer amount is refused and never rounded",
        },
        "bands": {
            "daytime": "hours [from, to) of the local day, Monday to Friday; weekends are a band of their own",
            "evening": "as daytime; the three share out the 24 hours",
            "night": "as daytime",
        },
        "windows": {
            "short_days": "days looked back by the short indicators (`..._30d`)",
            "long_days": "days looked back by the long ones (`..._90d`); more than short_days",
        },
        "training": {
            "horizon_days": "days looked ahead for a take-up, which is what a propensity is about",
            "gap_days": "days between a cut-off and its horizon, in which an offer can be made",
            "cut_offs": "past moments learnt from, one horizon apart; the last of them calibrates",
            "seed": "equal seeds give equal models",
            "workers": "threads; nothing that is learnt depends on it",
        },
        "offers": {
            "k": "offers per account at most, 0 to 3; never padded",
            "channel": "on which offers are made; consent is asked for it",
            "min_propensity": "a less likely take-up is not relevant",
            "min_lift": "nor is one less likely than this many times the average account's",
            "valid_days": "days for which an offer stands, unless the complaints grow stale before",
            "bundle_replaces_parts": "whether taking a bundle ends the parts that are held, on the bill",
        },
        "feeds": {
            "complaints_max_age_hours": "older complaints withhold every offer",
            "consents_max_age_hours": "older consents withhold every offer",
            "contacts_max_age_hours": "older contacts withhold every offer",
        },
        "consents": {"if_missing": "what holds where there is no such table; nothing, unless the operator states it"},
        "contacts": {"if_missing": "what holds where there is no such table; nothing, unless the operator states it"},
        "features": {
            "exclude": "attributes that are not learnt from",
            "sensitive": "attributes that are learnt from and that no reason may name",
            "vulnerable": "the attribute that marks a vulnerable account; it is no feature",
        },
        "trust": {"keys": "public keys, `ed25519:` and 64 hex digits; with any, only a model that one of them signed"},
        "formats": {
            "dates": "how texts write a date, by example; ISO 8601 is read in any case",
            "amounts": "how texts write an amount, by example; a comma that groups thousands may be left out",
        },
        "engine": {
            "memory_limit": 'memory of the embedded DuckDB, such as "2GiB"; its own default where empty',
            "threads": "its threads; its own default where 0",
            "temp_directory": "where it spills to; its own default where empty",
        },
    }
)


def settings_page() -> str:
    """Describe every setting in Markdown."""
    tables = [(one.name, getattr(Config(), one.name)) for one in _tables()]
    sections = [("", _plain(Config())), *tables]
    return "\n".join([_HEAD, *(_section(name, settings) for name, settings in sections), _COLUMNS, _policy()])


def _plain(config: Config) -> dict[str, Any]:
    return {one.name: getattr(config, one.name) for one in fields(config) if one.name in MEANINGS[""]}


def _tables() -> Iterator[Field[Any]]:
    return (one for one in fields(Config) if is_dataclass(getattr(Config(), one.name)))


def _section(name: str, settings: Any) -> str:
    is_top = isinstance(settings, dict)
    values = settings if is_top else {one.name: getattr(settings, one.name) for one in fields(settings)}
    hints = get_type_hints(Config if is_top else type(settings))
    rows = [
        f"| `{key}` | {_kind(hints[key])} | {_default(value)} | {MEANINGS[name][key]} |"
        for key, value in values.items()
    ]
    title = "At the top of the file" if is_top else f"`[{name}]`"
    return "\n".join([f"## {title}", "", "| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _policy() -> str:
    rows = [row for rule in RULES for row in _rule_rows(rule)]
    head = [
        "## `[policy.<reason>]`",
        "",
        "Each rule has a table of its own, described in [the policy](policy.md). `enabled = false` switches it off;",
        "one that keeps a [promise](promises.md) only together with the setting by which the operator answers for it.",
        "",
        "| table | key | type | default |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def _rule_rows(rule: Any) -> list[str]:
    table, hints, own = f"`[policy.{rule.reason}]`", get_type_hints(rule), settings_of(rule)
    off = f"| {table} | `enabled` | true or false | `true` |"
    rows = [f"| {table} | cannot be switched off | | |" if rule.reason in NEVER_OFF else off]
    rows += [f"| {table} | `{one.name}` | {_kind(hints[one.name])} | {_default(one.default)} |" for one in own]
    waiver = WAIVERS.get(rule.reason)
    return rows + ([f"| {table} | `{waiver}` | true or false | `false` |"] if waiver else [])


def _kind(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(f'`"{choice}"`' for choice in get_args(hint))
    if get_origin(hint) in {Union, UnionType}:
        return _kind(next(kind for kind in get_args(hint) if kind is not type(None)))
    if get_origin(hint) is tuple:
        return "list of text" if get_args(hint)[0] is str else "two whole numbers"
    return {int: "whole number", float: "number", str: "text", bool: "true or false"}[hint]


def _default(value: Any) -> str:
    return "none" if value is None else f"`{json.dumps(value)}`"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
