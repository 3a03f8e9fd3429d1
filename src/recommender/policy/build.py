"""A policy from the settings of an operator."""

from collections.abc import Mapping, Sequence
from dataclasses import Field, fields
from types import MappingProxyType
from typing import Any, Final, get_type_hints

from recommender.config import MOST_DAYS, Config, Feeds
from recommender.errors import ConfigError
from recommender.policy.engine import Policy
from recommender.policy.rules import (
    CODES,
    RULES,
    ComplaintStatusStale,
    ConsentStatusStale,
    ContactStatusStale,
    DoNotContact,
    NoConsent,
    OpenComplaint,
    Rule,
)

__all__ = ["MAX_AGES", "NEVER_OFF", "WAIVERS", "build_policy", "settings_of"]

NEVER_OFF: Final = frozenset({NoConsent.reason, DoNotContact.reason})
WAIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        OpenComplaint.reason: "i_accept_offers_over_open_complaints",
        ComplaintStatusStale.reason: "i_accept_offers_on_stale_complaint_data",
        ConsentStatusStale.reason: "i_accept_offers_on_stale_consent_data",
        ContactStatusStale.reason: "i_accept_offers_on_stale_contact_data",
    }
)
MAX_AGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ComplaintStatusStale.reason: "complaints_max_age_hours",
        ConsentStatusStale.reason: "consents_max_age_hours",
        ContactStatusStale.reason: "contacts_max_age_hours",
    }
)
_BITS: Final = 32


def build_policy(config: Config, extra: Sequence[Rule] = ()) -> Policy:
    """Build the policy that `config` asks for, with an operator's own rules in `extra` after those of the package.

    `[policy.<reason>]` tunes a rule by its settings and switches it off by `enabled = false`. A rule that keeps a
    promise on complaints or on the freshness of feeds is switched off only together with the setting that says what
    is accepted thereby (`WAIVERS`); those on objection and consent cannot be (`NEVER_OFF`). How old a feed may be
    stands in `[feeds]`.

    Raises
    ------
    ConfigError
        If a rule or a setting is unknown, of the wrong type or out of its range; if two rules share a reason.

    Examples
    --------
    >>> config = Config.from_dict({"policy": {"contact_limit": {"max_contacts": 2}, "in_arrears": {"enabled": False}}})
    >>> policy = build_policy(config)
    >>> [rule for rule in policy.rules if rule.reason == "contact_limit"]
    [ContactLimit(max_contacts=2, window_days=30, max_contacts_on_channel=None)]
    >>> policy.switched_off
    ('in_arrears',)
    """
    _check_reasons(config.policy, extra)
    off = tuple(rule.reason for rule in RULES if not _enabled(rule.reason, config.policy.get(rule.reason, {})))
    return Policy(
        rules=(*(_rule(rule, config) for rule in RULES if rule.reason not in off), *extra),
        codes=(*CODES, *(rule.reason for rule in extra)),
        switched_off=off,
        waivers=tuple(WAIVERS[reason] for reason in off if reason in WAIVERS),
        waived=tuple(reason for reason in off if reason in WAIVERS),
    )


def settings_of(rule: Rule | type[Rule]) -> tuple["Field[Any]", ...]:
    """Return the settings of `rule` that stand in its own table; how old a feed may be stands in `[feeds]`."""
    own: tuple[Field[Any], ...] = fields(rule)  # type: ignore[arg-type]  # a rule is a dataclass
    return () if rule.reason in MAX_AGES else own


def _check_reasons(settings: Mapping[str, Any], extra: Sequence[Rule]) -> None:
    known = [rule.reason for rule in RULES]
    if unknown := sorted(settings.keys() - set(known)):
        raise ConfigError(f"[policy]: there is no rule {unknown}; known are {sorted(known)}.")
    reasons = [*CODES, *(rule.reason for rule in extra)]
    if twice := sorted({reason for reason in reasons if reasons.count(reason) > 1}):
        raise ConfigError(f"[policy]: each rule needs a reason of its own, but {twice} stand more than once.")
    if len(reasons) > _BITS:
        raise ConfigError(f"[policy]: at most {_BITS} reasons can be told apart, {len(reasons)} came.")


def _enabled(reason: str, settings: Mapping[str, Any]) -> bool:
    enabled = _flag(reason, settings, "enabled", default=True)
    waived = reason not in WAIVERS or _flag(reason, settings, WAIVERS[reason], default=False)
    if enabled:
        return True
    if reason in NEVER_OFF:
        raise ConfigError(f"[policy.{reason}] cannot be switched off: an objection or a missing consent is the law's.")
    if not waived:
        raise ConfigError(f"[policy.{reason}] is switched off only together with {WAIVERS[reason]} = true.")
    return False


def _flag(reason: str, settings: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = settings.get(name, default)
    if not isinstance(value, bool):
        raise ConfigError(f"[policy.{reason}] {name}: true or false was needed, {value!r} came.")
    return value


def _rule(rule: type[Rule], config: Config) -> Rule:
    reason = rule.reason
    given = config.policy.get(reason, {})
    tuned = {name: value for name, value in given.items() if name not in {"enabled", WAIVERS.get(reason)}}
    kinds = get_type_hints(rule)
    hints = {one.name: kinds[one.name] for one in settings_of(rule)}
    if unknown := sorted(tuned.keys() - hints.keys()):
        raise ConfigError(f"[policy.{reason}]: there is no setting {unknown}; known are {['enabled', *sorted(hints)]}.")
    for name, value in tuned.items():
        _check(f"[policy.{reason}] {name}", hints[name], value)
    return rule(**tuned, **_max_age(reason, config.feeds))


def _check(where: str, hint: Any, value: Any) -> None:
    if hint is bool:
        if not isinstance(value, bool):
            raise ConfigError(f"{where}: true or false was needed, {value!r} came.")
    elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        raise ConfigError(f"{where}: a whole number from 0 to {MOST_DAYS} was needed, {value!r} came.")


def _max_age(reason: str, feeds: Feeds) -> dict[str, float]:
    if reason not in MAX_AGES:
        return {}
    hours = float(getattr(feeds, MAX_AGES[reason]))
    if not 0 <= hours <= 24 * MOST_DAYS:
        raise ConfigError(f"[feeds] {MAX_AGES[reason]}: hours from 0 to {24 * MOST_DAYS} were needed, {hours} came.")
    return {"max_age_hours": hours}
