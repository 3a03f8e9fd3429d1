"""What is offered to whom: how many offers, and of which products."""

from itertools import pairwise
from typing import Any

from recommender.report.charts import Bar, bars
from recommender.report.elements import Element, el, figure, section, table
from recommender.report.run import Run, tally
from recommender.report.words import count, percent, plain

__all__ = ["offered"]

_MOST = 12


def offered(run: Run) -> Element:
    """Return the section on coverage."""
    made, products = tally(run.offers.column("product_name")), run.model.catalogue.products
    return section(
        "offered",
        "What is offered",
        el(
            "p",
            f"{len(made)} of {len(products)} products are offered to somebody. Nothing is padded: an account is given "
            "as many offers as truly fit it, three at most, and none where nothing does.",
        ),
        el("div", _per_account(run), _by_product(made), class_="charts"),
        el("details", el("summary", "Every product"), _table(run)),
    )


def _per_account(run: Run) -> Element:
    with_rank, total = tally(run.offers.column("rank")), run.summary["accounts"]
    at_least = [total, *(with_rank.get(k, 0) for k in range(1, max(with_rank, default=0) + 1)), 0]
    per_account = {k: more - most for k, (more, most) in enumerate(pairwise(at_least))}
    rows = [
        Bar(f"{k} offer{'' if k == 1 else 's'}", 0, n, f"{count(n)} accounts, {percent(n / max(total, 1), 0)}")
        for k, n in sorted(per_account.items())
    ]
    says = "; ".join(f"{row.name}: {row.says}" for row in rows)
    return figure(
        bars("Offers per account", says, rows), "How many accounts have how many offers.", "Offers per account"
    )


def _by_product(made: dict[Any, int]) -> Element:
    total = sum(made.values())
    ranked = sorted(made.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
    rows = [Bar(name, 0, n, f"{count(n)}, {percent(n / total)}") for name, n in ranked]
    says = "; ".join(f"{row.name}: {row.says}" for row in rows)
    caption = f"The {len(rows)} products offered most often, as shares of all offers."
    return figure(bars("Offers by product", says, rows), caption, "Offers by product")


def _table(run: Run) -> Element:
    card, made = run.model.scorecard, tally(run.offers.column("product_id"))
    taken = run.model.training["take_ups"]
    place = {product_id: i for i, product_id in enumerate(card.products)}
    rows = [
        [
            product.name,
            count(made.get(product.product_id, 0)),
            percent(float(card.base_rate[place[product.product_id]]), 2)
            if product.product_id in place
            else "not ranked",
            count(taken.get(product.product_id, 0)),
            ", ".join(map(plain, card.flags(place[product.product_id]))) if product.product_id in place else "",
        ]
        for product in sorted(run.model.catalogue.products, key=lambda p: (-made.get(p.product_id, 0), p.name))
    ]
    return table(["product", "offers", "usual take-up", "take-ups learnt from", "to be known"], rows)
