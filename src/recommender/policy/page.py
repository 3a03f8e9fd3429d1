"""The page `docs/policy.md`, made from the rules themselves: `python -m recommender.policy.page > docs/policy.md`."""

import sys
from collections.abc import Iterator
from inspect import getdoc
from typing import Final

from recommender.policy.build import NEVER_OFF, WAIVERS, settings_of
from recommender.policy.rules import CODES, EXCLUDED_BY_OFFER, RULES, SENTENCES, Rule

__all__ = ["policy_page"]

_HEAD: Final = """\
# The policy

Every reason for which a product is not offered to an account. All rules are always evaluated, and a candidate keeps
every reason that hits it, one bit each; the bits are public, and new ones are only ever added at the end. What is
missing or unknown suppresses, except where a rule says otherwise and why.

The moment of decision may be later than the snapshot. Complaints that are handed in with it add to what the snapshot
knows and take nothing away. A complaint that is opened after the moment of decision has not happened yet and does not
count. All lines are drawn to the microsecond.

A rule is tuned in `recommender.toml` by the settings named below, and switched off by `enabled = false`:

```toml
[policy.contact_limit]
max_contacts = 2

[policy.in_arrears]
enabled = false
```

What is switched off stands in `Policy.switched_off`, and the settings by which the operator answers for it in
`Policy.waivers`; both enter the version of the policy, the `policy` of `summary.json` and the model's manifest. An
offer made without a rule that keeps a promise carries the flag `waived:<reason>`, and `explain` says so.

An operator's own rule is a frozen dataclass with a reason and a method that returns a boolean mask which broadcasts to
(accounts, products):

```python
from dataclasses import dataclass, replace
from typing import ClassVar

from recommender import load_model, save_model


@dataclass(frozen=True)
class Staff:
    "The account belongs to a member of staff: they have a channel of their own."

    reason: ClassVar[str] = "staff"
    segment: str = "staff"

    def suppresses(self, facts):
        segments = facts.rows.column("segment").to_numpy()
        return (segments == self.segment)[:, None]


model = replace(load_model("models/cross-sell"), rules=(Staff(),))
saved = save_model(model, "models/with-staff")  # names the rule
model = load_model(saved, rules=(Staff(),))  # and loading without it is refused
```

`predict`, `recommend`, `score` and `explain` take such a model. A rule is code, so no model folder brings one along.

This page is made from the rules: `python -m recommender.policy.page > docs/policy.md`.

| bit | reason | why |
|---|---|---|
"""


def policy_page() -> str:
    """Return the page, in Markdown."""
    table = "\n".join(f"| {bit} | `{code}` | {SENTENCES[code]} |" for bit, code in enumerate(CODES))
    sections = "\n".join("\n".join(_section(rule)) for rule in RULES)
    return f"{_HEAD}{table}\n\n{sections}\n## `{EXCLUDED_BY_OFFER}`\n\n{_EXCLUDED}\n"


_EXCLUDED: Final = f"""\
{SENTENCES[EXCLUDED_BY_OFFER]}

The better of the two is offered, and the other gives way. No rule of the policy finds this reason: it is known only
once the offers of an account stand side by side. It has no settings."""


def _section(rule: type[Rule]) -> Iterator[str]:
    yield f"## `{rule.reason}`"
    yield ""
    yield getdoc(rule) or rule.reason
    yield ""
    yield from _settings(rule)
    yield _switch(rule.reason)
    yield ""


def _settings(rule: type[Rule]) -> Iterator[str]:
    for field in settings_of(rule):
        default = "not set" if field.default is None else f"`{str(field.default).lower()}`"
        yield f"- `{field.name}`, by default {default}"


def _switch(reason: str) -> str:
    if reason in NEVER_OFF:
        return "- cannot be switched off"
    if reason in WAIVERS:
        return f"- switched off by `enabled = false` together with `{WAIVERS[reason]} = true`"
    return "- switched off by `enabled = false`"


if __name__ == "__main__":
    sys.stdout.write(policy_page())
