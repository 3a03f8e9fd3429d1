"""A model as a notebook shows it."""

from typing import TYPE_CHECKING, Any

from recommender import markup

if TYPE_CHECKING:
    from recommender.model.model import Model

__all__ = ["heaviest_terms", "model_html"]

_MOST_TERMS = 3


def model_html(model: "Model") -> str:
    """Return what the model learnt from what, its figures where it was judged, and a line per product."""
    said = model.training
    about = [
        ("ranker", said.get("ranker")),
        ("learnt as of", said.get("as_of")),
        ("looks ahead", f"{said.get('horizon_days')} days"),
        ("examples", f"{said.get('rows', 0):,} rows"),
        ("features read", f"{len(model.scorecard.features)} of {len(model.features)}"),
        ("terms", f"{len(model.scorecard.terms)}"),
        ("policy", model.policy.version),
        ("rules switched off", ", ".join(model.policy.switched_off) or "none"),
    ]
    return markup.panel(
        markup.heading(f"Model {model.label}"),
        markup.table(("", ""), about),
        *_figures(said.get("figures") or []),
        markup.heading("Products"),
        markup.table(
            ("product", "take-ups", "base rate", "terms that weigh most", "flags"), _products(model), figures=(1, 2)
        ),
    )


def heaviest_terms(model: "Model", product: str) -> list[str]:
    """Name the terms by their weight over the rows learnt from; a model that was not given any has the widest first."""
    weights = model.training.get("weights", {}).get(product)
    return (
        [shape.term for shape in model.scorecard.shapes(product)] if weights is None else [term for term, _ in weights]
    )


def _figures(figures: list[dict[str, Any]]) -> list[str]:
    if not figures:
        return []
    metrics = list(dict.fromkeys(figure["metric"] for figure in figures))
    said = {(figure["ranker"], figure["metric"]): figure for figure in figures}
    rankers = dict.fromkeys(figure["ranker"] for figure in figures)
    rows = [[ranker, *(_with_interval(said.get((ranker, metric))) for metric in metrics)] for ranker in rankers]
    return [
        markup.heading("Judged on accounts and months that it did not learn from (95 % intervals)"),
        markup.table(("ranker", *metrics), rows, figures=range(1, len(metrics) + 1)),
    ]


def _with_interval(figure: dict[str, Any] | None) -> str:
    if figure is None or figure["value"] is None:
        return ""
    if figure["low"] is None:
        return f"{figure['value']:.3f}"
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def _products(model: "Model") -> list[tuple[Any, ...]]:
    card, names, taken = model.scorecard, model.words.product_names, model.training.get("take_ups", {})
    return [
        (
            names.get(product, product),
            f"{taken.get(product, 0):,}",
            f"{card.base_rate[j]:.2%}".replace("%", " %"),
            ", ".join(heaviest_terms(model, product)[:_MOST_TERMS]),
            ", ".join(card.flags(j)),
        )
        for j, product in enumerate(card.products)
    ]
