"""The names of tables, columns, reasons and dispositions, and the contract of each table.

Nothing else in the package spells a column name.
"""

from dataclasses import dataclass
from typing import Final, Literal

ColumnType = Literal["id", "ids", "text", "time", "flag", "seconds", "bytes", "count", "money"]


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    A column that is not `required` may be absent; one that is not `nullable` holds a value in every row.
    `one_of` lists the values allowed; null is judged by `nullable` alone. `minimum` is inclusive.
    """

    name: str
    type: ColumnType
    required: bool = True
    nullable: bool = False
    one_of: tuple[str, ...] = ()
    minimum: int | None = None
    about: str = ""


@dataclass(frozen=True)
class TableContract:
    """The shape of one raw table.

    `key` names what identifies a row; rows of equal key are versions of one another, and the version recorded
    last by `as_of` counts; `a|b` in a key is the first of the two that is not null. `happened` is the event time
    (the first that is not null), which serves where `recorded_at` is absent, and `foreseen` are later moments of
    the same row that are unknown until they have passed (again, only where `recorded_at` is absent). `references`
    maps a column to the table whose key it must be found in. The first of each pair in `ordered` may not be later than
    the second. `resolves` names the word that says a foreseen moment has passed, and is as unknown as that moment. With
    `keeps_twins`, rows of equal key recorded at the same moment are all kept, where other tables refuse them.
    """

    name: str
    required: bool
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    happened: tuple[str, ...] = ()
    foreseen: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    resolves: str = ""
    keeps_twins: bool = False
    attributes: bool = False
    about: str = ""

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)


ACCOUNT: Final = "account_id"
PRODUCT: Final = "product_id"
AS_OF: Final = "as_of"
RECORDED_AT: Final = "recorded_at"
ALL_CHANNELS: Final = "*"

_RECORDED = Column(RECORDED_AT, "time", required=False, about="when the row became known")
_ACCOUNT_ID = Column(ACCOUNT, "id", about="the account")
_PRODUCT_ID = Column(PRODUCT, "id", about="the product")
_ROAMING = Column("roaming", "flag", required=False, nullable=True, about="true: the account was abroad; null: unknown")

DIRECTIONS: Final = ("in", "out")
DESTINATIONS: Final = ("local", "national", "mobile", "international", "premium", "freephone")
NETWORKS: Final = ("fixed", "cellular", "hotspot", "dialup")
OUTCOMES: Final = ("accepted", "declined", "interested", "no_answer", "shown")
PURPOSES: Final = ("marketing", "usage_data")
# Words by which a complaint counts as resolved, blanks and capitals aside; every other word is unresolved.
RESOLVED_STATUSES: Final = ("closed", "completed", "fixed", "resolved", "solved")

ACCOUNTS: Final = TableContract(
    "accounts",
    required=True,
    columns=(
        _ACCOUNT_ID,
        Column("opened_at", "time", nullable=True, about="when the account was opened"),
        Column("segment", "text", nullable=True, about="the operator's own segment"),
        _RECORDED,
    ),
    key=(ACCOUNT,),
    happened=("opened_at",),
    attributes=True,
    about="who is billed and who receives offers; every further column is an attribute and becomes a feature",
)
PRODUCTS: Final = TableContract(
    "products",
    required=True,
    columns=(
        _PRODUCT_ID,
        Column("name", "text", about="as a customer reads it"),
        Column("category", "text", about="products of one category serve one need"),
        Column("monthly_price", "money", nullable=True, minimum=0, about="per month; null where it is unknown"),
        Column("requires", "ids", required=False, nullable=True, about="all of these; `a|b` is either"),
        Column("excludes", "ids", required=False, nullable=True, about="may not be held together with these"),
        Column("includes", "ids", required=False, nullable=True, about="a bundle's parts"),
        Column("is_offered", "flag", required=False, nullable=True, about="false: held, but no longer sold"),
        Column("uses_usage_data", "flag", required=False, nullable=True, about="ranked from usage"),
        Column("included_minutes", "count", required=False, nullable=True, minimum=0, about="of calls, per 30 days"),
        Column("included_messages", "count", required=False, nullable=True, minimum=0, about="messages, per 30 days"),
        Column("included_bytes", "bytes", required=False, nullable=True, minimum=0, about="cellular data, per 30 days"),
        _RECORDED,
    ),
    key=(PRODUCT,),
    references=(("requires", "products"), ("excludes", "products"), ("includes", "products")),
    about="the catalogue",
)
HOLDINGS: Final = TableContract(
    "holdings",
    required=True,
    columns=(
        _ACCOUNT_ID,
        _PRODUCT_ID,
        Column("started_at", "time", nullable=True, about="null: pending where ordered, else held since unknown"),
        Column("ended_at", "time", nullable=True, about="null while it is held"),
        Column("ordered_at", "time", required=False, nullable=True, about="when it was ordered"),
        _RECORDED,
    ),
    key=(ACCOUNT, PRODUCT, "ordered_at|started_at"),
    happened=("ordered_at", "started_at"),
    foreseen=("started_at", "ended_at"),
    references=((ACCOUNT, "accounts"), (PRODUCT, "products")),
    ordered=(("started_at", "ended_at"),),
    about="which account has which product, from when until when",
)
COMPLAINTS: Final = TableContract(
    "complaints",
    required=True,
    columns=(
        Column("complaint_id", "id", about="the complaint"),
        _ACCOUNT_ID,
        Column("opened_at", "time", about="when it was reported"),
        Column("resolved_at", "time", nullable=True, about="null while it is unresolved"),
        Column("status", "text", nullable=True, about="the operator's word; an unknown one counts as unresolved"),
        Column("category", "text", required=False, nullable=True, about="what it is about"),
        Column("severity", "text", required=False, nullable=True, about="how bad it is"),
        _RECORDED,
    ),
    key=("complaint_id", ACCOUNT),
    happened=("opened_at",),
    foreseen=("resolved_at",),
    references=((ACCOUNT, "accounts"),),
    resolves="status",
    keeps_twins=True,
    about="problems that accounts reported",
)
CALLS: Final = TableContract(
    "calls",
    required=False,
    columns=(
        _ACCOUNT_ID,
        Column("started_at", "time", about="when it began"),
        Column("duration_s", "seconds", minimum=0, about="whole seconds"),
        Column("direction", "text", one_of=DIRECTIONS, about="seen from the account"),
        Column("destination", "text", nullable=True, one_of=DESTINATIONS, about="what was called"),
        Column("charge", "money", nullable=True, minimum=0, about="what the bill asks for it"),
        Column("counterparty", "id", required=False, nullable=True, about="already pseudonymised"),
        _ROAMING,
        _RECORDED,
    ),
    happened=("started_at",),
    references=((ACCOUNT, "accounts"),),
    about="itemised calls",
)
SESSIONS: Final = TableContract(
    "sessions",
    required=False,
    columns=(
        _ACCOUNT_ID,
        Column("started_at", "time", about="when it began"),
        Column("duration_s", "seconds", minimum=0, about="whole seconds"),
        Column("bytes", "bytes", minimum=0, about="up and down together"),
        Column("network", "text", one_of=NETWORKS, about="what carried it"),
        Column("venue", "text", required=False, nullable=True, about="where, for hotspots: coffee_shop, train, ..."),
        _ROAMING,
        _RECORDED,
    ),
    happened=("started_at",),
    references=((ACCOUNT, "accounts"),),
    about="data sessions",
)
MESSAGES: Final = TableContract(
    "messages",
    required=False,
    columns=(_ACCOUNT_ID, Column("sent_at", "time", about="when it was sent"), _RECORDED),
    happened=("sent_at",),
    references=((ACCOUNT, "accounts"),),
    about="messages sent",
)
CONTACTS: Final = TableContract(
    "contacts",
    required=False,
    columns=(
        Column("contact_id", "id", about="the contact"),
        _ACCOUNT_ID,
        _PRODUCT_ID,
        Column("channel", "text", about="phone, email, sms, ..."),
        Column("contacted_at", "time", about="when"),
        Column("outcome", "text", one_of=OUTCOMES, about="what came of it"),
        _RECORDED,
    ),
    key=("contact_id", ACCOUNT, PRODUCT),
    happened=("contacted_at",),
    references=((ACCOUNT, "accounts"), (PRODUCT, "products")),
    about="offers that were made, with their outcome",
)
CONSENTS: Final = TableContract(
    "consents",
    required=False,
    columns=(
        _ACCOUNT_ID,
        Column("purpose", "text", one_of=PURPOSES, about="what is permitted"),
        Column("channel", "text", nullable=True, about="null: every channel"),
        Column("granted", "flag", about="false is an objection"),
        Column("changed_at", "time", about="when the account said so"),
        _RECORDED,
    ),
    happened=("changed_at",),
    references=((ACCOUNT, "accounts"),),
    about="permissions; the newest change counts",
)
BILLS: Final = TableContract(
    "bills",
    required=False,
    columns=(
        _ACCOUNT_ID,
        Column("issued_at", "time", about="when it was sent"),
        Column("due_at", "time", nullable=True, about="when it is to be paid"),
        Column("amount", "money", about="what it asks for"),
        Column("paid_at", "time", nullable=True, about="null while it is unpaid"),
        _RECORDED,
    ),
    key=(ACCOUNT, "issued_at"),
    happened=("issued_at",),
    foreseen=("paid_at",),
    references=((ACCOUNT, "accounts"),),
    about="monthly bills",
)
FEEDS: Final = TableContract(
    "feeds",
    required=False,
    columns=(
        Column("feed", "text", about="the name of a table"),
        Column("known_until", "time", about="until when that table is complete"),
    ),
    key=("feed",),
    about="until when each feed is complete",
)

TABLES: Final = {
    contract.name: contract
    for contract in (
        ACCOUNTS,
        PRODUCTS,
        HOLDINGS,
        COMPLAINTS,
        CALLS,
        SESSIONS,
        MESSAGES,
        CONTACTS,
        CONSENTS,
        BILLS,
        FEEDS,
    )
}
USAGE_TABLES: Final = ("calls", "sessions", "messages")

# The facts of a snapshot row: what the policy reads. Every column of a snapshot that is not a fact, the account or
# `as_of` is a feature.
HELD: Final = "held_products"
ORDERED: Final = "ordered_products"
COMPLAINT_SPANS: Final = "complaint_spans"
CONTACT_LOG: Final = "contact_log"
MARKETING_GRANTED: Final = "marketing_granted"
MARKETING_REFUSED: Final = "marketing_refused"
USAGE_CONSENT: Final = "usage_consent"
UNPAID_DUE_AT: Final = "unpaid_due_at"
VULNERABLE: Final = "is_vulnerable"
COMPLAINTS_KNOWN_UNTIL: Final = "complaints_known_until"
CONSENTS_KNOWN_UNTIL: Final = "consents_known_until"
CONTACTS_KNOWN_UNTIL: Final = "contacts_known_until"

FACTS: Final = (
    HELD,
    ORDERED,
    COMPLAINT_SPANS,
    CONTACT_LOG,
    MARKETING_GRANTED,
    MARKETING_REFUSED,
    USAGE_CONSENT,
    UNPAID_DUE_AT,
    VULNERABLE,
    COMPLAINTS_KNOWN_UNTIL,
    CONSENTS_KNOWN_UNTIL,
    CONTACTS_KNOWN_UNTIL,
)

# How the terms of a scorecard are spelt: `held:<product_id>`, `held_count`, and two names of a pair joined by ` & `.
# Under this key of its metadata a snapshot file brings the operator's settings and the catalogue, with their digest.
BROUGHT_KEY: Final = b"recommender.present"

RESERVED_FEATURES: Final = ("held_count",)
RESERVED_MARKS: Final = (" & ", "held:")

# Which dispositions a batch job keeps: of every pair, of a sample of the accounts, or their counts alone.
Kept = Literal["all", "sample", "counts"]

DISPOSITIONS: Final = ("offered", "outranked", "not_relevant", "suppressed")
OFFER_COLUMNS: Final = (
    ACCOUNT,
    "rank",
    PRODUCT,
    "product_name",
    "propensity",
    "lift",
    "reason",
    "reason_features",
    "bill_change",
    "flags",
    "model_version",
    "policy_version",
    AS_OF,
    "decided_at",
    "valid_until",
)
DISPOSITION_COLUMNS: Final = (ACCOUNT, PRODUCT, "propensity", "disposition", "reasons")
