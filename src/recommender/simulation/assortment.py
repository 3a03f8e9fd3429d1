"""The 38 products of the synthetic operator, and to whom each appeals."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from recommender.catalogue import Catalogue, Product

__all__ = ["ASSORTMENT", "PAIRS", "SYNERGIES", "Article", "catalogue"]


@dataclass(frozen=True)
class Article:
    """A product and its appeal.

    `monthly_rate` is the share of the accounts that could take it up which do so in 30 days, in percent. `needs` gives
    how well it serves each need, 0 to 1. `age` is the change of the log-odds per decade above 45, `season` their
    amplitude over the year with its top in `peak_month`; `delivery_days` lie between order and start on average.
    `allowance` is what it includes in 30 days, by column of the products table.
    """

    product: Product
    monthly_rate: float
    needs: dict[str, float] = field(default_factory=dict)
    age: float = 0.0
    season: float = 0.0
    peak_month: int = 1
    delivery_days: float = 0.0
    allowance: dict[str, int] = field(default_factory=dict)


def _product(  # noqa: PLR0913 - the columns of the products table
    product_id: str,
    name: str,
    category: str,
    price: str,
    *,
    requires: tuple[str, ...] = (),
    excludes: tuple[str, ...] = (),
    includes: tuple[str, ...] = (),
    is_offered: bool = True,
    uses_usage_data: bool = True,
) -> Product:
    groups = tuple(tuple(group.split("|")) for group in requires)
    return Product(product_id, name, category, Decimal(price), groups, excludes, includes, is_offered, uses_usage_data)


ASSORTMENT: Final = (
    Article(
        _product("hotspot_day_pass", "Hotspot Day Passes", "hotspot", "4.99"),
        1.8,
        {"coffee_shop_worker": 0.6, "commuter": 0.4, "traveller": 0.4},
    ),
    Article(
        _product("hotspot_access", "Hotspot Access", "hotspot", "9.99", excludes=("hotspot_unlimited",)),
        2.2,
        {"coffee_shop_worker": 0.95, "commuter": 0.3},
    ),
    Article(
        _product("hotspot_unlimited", "Hotspot Access Unlimited", "hotspot", "16.99", excludes=("hotspot_access",)),
        1.2,
        {"coffee_shop_worker": 0.9, "small_business": 0.4},
    ),
    Article(_product("train_wifi", "Train Wi-Fi", "hotspot", "6.99"), 2.1, {"commuter": 0.95, "traveller": 0.3}),
    Article(
        _product("travel_wifi", "Airport and Hotel Wi-Fi", "hotspot", "8.99"),
        1.2,
        {"traveller": 0.95, "small_business": 0.3},
        season=0.4,
        peak_month=6,
    ),
    Article(
        _product("daytime_calls", "Daytime Calls", "calls", "5.99", excludes=("evening_calls", "anytime_calls")),
        1.8,
        {"home_worker": 0.6, "small_business": 0.7, "elderly_caller": 0.8},
        allowance={"included_minutes": 300},
    ),
    Article(
        _product("evening_calls", "Evening and Weekend Calls", "calls", "3.99", excludes=("anytime_calls",)),
        2.1,
        {"family": 0.7, "elderly_caller": 0.5, "gamer": 0.2},
        allowance={"included_minutes": 200},
    ),
    Article(
        _product("anytime_calls", "Anytime Calls", "calls", "11.99"),
        1.5,
        {"small_business": 0.9, "elderly_caller": 0.6, "home_worker": 0.4},
        allowance={"included_minutes": 800},
    ),
    Article(_product("international_100", "International Calls 100", "calls", "6.99"), 1.2, {"expat": 0.95}),
    Article(
        _product(
            "international_unlimited",
            "International Calls Unlimited",
            "calls",
            "14.99",
            excludes=("international_100",),
        ),
        0.8,
        {"expat": 0.9, "small_business": 0.2},
    ),
    Article(
        _product("roaming_week", "Roaming Week Pass", "roaming", "7.99"),
        2.4,
        {"traveller": 0.8, "family": 0.4},
        season=0.8,
        peak_month=6,
    ),
    Article(
        _product("roaming_europe", "Roaming Europe", "roaming", "9.99", excludes=("roaming_world",)),
        1.5,
        {"traveller": 0.9, "expat": 0.5},
        season=0.5,
        peak_month=5,
    ),
    Article(
        _product("roaming_world", "Roaming World", "roaming", "24.99"),
        0.8,
        {"traveller": 0.85, "expat": 0.6},
    ),
    Article(
        _product("roaming_data", "Roaming Data Top-up", "roaming", "5.99", requires=("roaming_europe|roaming_world",)),
        0.5,
        {"traveller": 0.8, "coffee_shop_worker": 0.4},
        season=0.5,
        peak_month=7,
    ),
    Article(
        _product("travel_insurance", "Travel Insurance", "roaming", "6.49", uses_usage_data=False),
        1.0,
        {"traveller": 0.8, "family": 0.3},
        age=0.15,
        season=0.6,
        peak_month=6,
    ),
    Article(
        _product("virus_guard", "Virus Guard", "security", "2.99", uses_usage_data=False),
        2.4,
        {"home_worker": 0.6, "small_business": 0.6, "elderly_caller": 0.5},
    ),
    Article(
        _product("password_vault", "Password Vault", "security", "2.49", uses_usage_data=False),
        1.4,
        {"home_worker": 0.7, "coffee_shop_worker": 0.7},
        age=-0.1,
    ),
    Article(
        _product("identity_watch", "Identity Watch", "security", "4.99", requires=("virus_guard",)),
        0.6,
        {"small_business": 0.7, "elderly_caller": 0.6, "coffee_shop_worker": 0.4},
    ),
    Article(
        _product("parental_control", "Parental Control", "security", "1.99", uses_usage_data=False),
        1.7,
        {"family": 0.9},
    ),
    Article(
        _product(
            "security_complete",
            "Security Complete",
            "security",
            "7.99",
            includes=("identity_watch", "password_vault", "virus_guard"),
        ),
        0.9,
        {"small_business": 0.8, "home_worker": 0.6},
    ),
    Article(
        _product("family_safe", "Family Safe", "security", "8.99", includes=("parental_control", "security_complete")),
        0.8,
        {"family": 0.9},
    ),
    Article(
        _product("films", "Series and Films", "streaming", "8.99"),
        2.7,
        {"streamer": 0.9, "family": 0.4},
        season=0.4,
        peak_month=12,
    ),
    Article(_product("sports", "Sports Live", "streaming", "14.99"), 1.5, {"streamer": 0.8, "gamer": 0.4}, age=-0.1),
    Article(
        _product("music", "Music Unlimited", "streaming", "7.99"),
        2.2,
        {"commuter": 0.8, "streamer": 0.5, "gamer": 0.3},
        age=-0.2,
    ),
    Article(_product("kids_channel", "Kids' Channel", "streaming", "3.99"), 1.4, {"family": 0.9}),
    Article(
        _product("picture_4k", "4K Picture", "streaming", "3.99", requires=("films|sports",)),
        0.6,
        {"streamer": 0.9, "gamer": 0.5},
    ),
    Article(
        _product("screen_cover", "Screen Cover", "devices", "3.49", excludes=("device_cover",), uses_usage_data=False),
        1.8,
        {"commuter": 0.6, "family": 0.4, "gamer": 0.3},
        age=-0.1,
    ),
    Article(
        _product("device_cover", "Device Cover Plus", "devices", "8.99", uses_usage_data=False),
        1.2,
        {"traveller": 0.6, "small_business": 0.5, "commuter": 0.4},
    ),
    Article(
        _product("wifi_booster", "Wi-Fi Booster", "devices", "3.49"),
        2.2,
        {"home_worker": 0.8, "streamer": 0.6, "gamer": 0.6},
        delivery_days=3.0,
    ),
    Article(
        _product("smart_home", "Smart Home Start", "devices", "9.99", uses_usage_data=False),
        0.8,
        {"family": 0.6, "home_worker": 0.4, "elderly_caller": 0.3},
        delivery_days=4.0,
        season=0.4,
        peak_month=12,
    ),
    Article(
        _product("family_sim", "Family Extra SIM", "family", "7.99", uses_usage_data=False),
        1.8,
        {"family": 0.95},
        delivery_days=2.0,
        season=0.3,
        peak_month=9,
        allowance={"included_minutes": 100, "included_messages": 50, "included_bytes": 2_000_000_000},
    ),
    Article(
        _product("family_locator", "Family Locator", "family", "2.99", requires=("family_sim",)),
        0.5,
        {"family": 0.8, "elderly_caller": 0.6},
    ),
    Article(
        _product("gaming_boost", "Gaming Boost", "family", "5.99"),
        1.5,
        {"gamer": 0.95},
        age=-0.3,
        season=0.4,
        peak_month=12,
    ),
    Article(
        _product("cloud_gaming", "Cloud Gaming", "family", "12.99", requires=("gaming_boost",)),
        0.4,
        {"gamer": 0.9, "commuter": 0.3},
        age=-0.3,
    ),
    Article(
        _product("cloud_backup", "Cloud Backup", "business", "5.99"),
        1.7,
        {"small_business": 0.8, "home_worker": 0.7},
    ),
    Article(
        _product("fixed_ip", "Fixed Internet Address", "business", "6.99"),
        0.9,
        {"small_business": 0.8, "gamer": 0.5, "home_worker": 0.3},
        delivery_days=5.0,
    ),
    Article(
        _product(
            "business_continuity", "Business Continuity", "business", "19.99", requires=("cloud_backup", "fixed_ip")
        ),
        0.4,
        {"small_business": 0.95},
        delivery_days=6.0,
    ),
    Article(
        _product("dialup_access", "Dial-up Access", "business", "4.99", is_offered=False),
        0.6,
        {"elderly_caller": 0.7, "small_business": 0.2},
        age=0.3,
    ),
)

# Two needs together are worth more than their sum: product, need, need, log-odds where both are full.
PAIRS: Final = (
    ("roaming_world", "traveller", "small_business", 2.5),
    ("travel_wifi", "traveller", "coffee_shop_worker", 2.0),
    ("hotspot_unlimited", "coffee_shop_worker", "commuter", 2.5),
    ("hotspot_unlimited", "coffee_shop_worker", "home_worker", 2.0),
    ("parental_control", "family", "gamer", 2.0),
    ("kids_channel", "family", "streamer", 2.0),
    ("cloud_backup", "small_business", "home_worker", 2.0),
    ("wifi_booster", "family", "gamer", 2.5),
    ("family_sim", "family", "commuter", 1.5),
    ("international_unlimited", "expat", "small_business", 2.0),
    ("music", "commuter", "coffee_shop_worker", 1.5),
)
# What is already held makes another product more, or less, wanted: held, product, log-odds.
SYNERGIES: Final = (
    ("gaming_boost", "wifi_booster", 0.9),
    ("films", "music", 0.5),
    ("films", "sports", 0.6),
    ("hotspot_access", "password_vault", 0.8),
    ("hotspot_unlimited", "password_vault", 0.8),
    ("hotspot_day_pass", "hotspot_access", 0.9),
    ("hotspot_access", "hotspot_day_pass", -2.0),
    ("hotspot_unlimited", "hotspot_day_pass", -2.5),
    ("roaming_europe", "roaming_week", -2.0),
    ("roaming_world", "roaming_week", -2.5),
    ("family_sim", "parental_control", 0.7),
    ("family_sim", "kids_channel", 0.5),
    ("virus_guard", "security_complete", -0.8),
    ("roaming_europe", "travel_insurance", 0.7),
    ("smart_home", "wifi_booster", 0.6),
    ("fixed_ip", "cloud_backup", 0.6),
)


def catalogue() -> Catalogue:
    """Return the products of the synthetic operator.

    Examples
    --------
    >>> len(catalogue().products)
    38
    """
    return Catalogue.of(article.product for article in ASSORTMENT)
