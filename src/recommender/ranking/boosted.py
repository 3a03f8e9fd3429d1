"""The compiled form of unrestricted boosting: LightGBM's own text, read by LightGBM."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import ModelError
from recommender.ranking.columns import make_columns
from recommender.ranking.links import Link, sigmoid, softmax
from recommender.ranking.scorecard import Scorecard

__all__ = ["BoostedModel"]

Floats = NDArray[np.float64]

_TREES = "trees"
_SHAPE = "tree_shape"
_SLOPE = "tree_slope"


@dataclass(frozen=True, eq=False)
class BoostedModel:
    """Boosted trees without restriction; they score as a scorecard does, but have no exact contributions.

    Attributes
    ----------
    card
        A scorecard without terms: bins, intercepts, base rates and flags.
    texts
        LightGBM's text of each fold of each product (of all products under "one_of"), folds of a product together;
        empty where no tree was grown.
    n_folds
        How many texts one product has.
    slope : array of shape (n_products,)
        The log-odds are the intercept plus the slope times the mean over folds.
    """

    card: Scorecard
    texts: tuple[str, ...]
    n_folds: int
    slope: Floats

    @property
    def link(self) -> Link:
        """Sigmoid or softmax; see `Scorecard`."""
        return self.card.link

    @property
    def products(self) -> tuple[str, ...]:
        """What is ranked."""
        return self.card.products

    @property
    def held_products(self) -> tuple[str, ...]:
        """The columns of `held`."""
        return self.card.held_products

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that are read."""
        return self.card.features

    @property
    def base_rate(self) -> Floats:
        """Share that took each product up among the training rows without it; shape (n_products,)."""
        return self.card.base_rate

    def flags(self, product: int) -> tuple[str, ...]:
        """Return what a reader should know of the product at this position: "prior", "few_positives"."""
        return self.card.flags(product)

    def log_odds(self, rows: pa.Table, held: NDArray[np.bool_]) -> Floats:
        """Return the log-odds (for "one_of", before the softmax); shape (n, n_products)."""
        values = make_columns(self.card.bins, self.card.find_bins(rows, held)).values()
        total = np.repeat(self.card.intercept[np.newaxis], len(values), axis=0)
        width = len(self.products) if self.card.link == "one_of" else 1
        for i, booster in enumerate(self._boosters):
            if booster is not None and len(values):
                scores = np.asarray(booster.predict(values, raw_score=True, num_threads=1)).reshape(-1, width)
                first = 0 if self.card.link == "one_of" else i // self.n_folds
                total[:, first : first + width] += self.slope[first : first + width] * scores / self.n_folds
        return total

    def curved(self, shift: Floats, slope: Floats) -> "BoostedModel":
        """Return the model whose log-odds are `shift + slope * log-odds`, both of shape (n_products,)."""
        return replace(self, card=self.card.curved(shift, slope), slope=slope * self.slope)

    def with_base_rate(self, base_rate: Floats) -> "BoostedModel":
        """Return the model with other base rates, shape (n_products,)."""
        return replace(self, card=self.card.with_base_rate(base_rate))

    def propensities(self, rows: pa.Table, held: NDArray[np.bool_]) -> Floats:
        """Return the propensities, 0 to 1; shape (n, n_products)."""
        log_odds = self.log_odds(rows, held)
        if self.card.link == "independent":
            return sigmoid(log_odds)
        return softmax(log_odds, held[:, : len(self.products)])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the model as arrays without objects; `from_arrays` reads them back."""
        ends = np.cumsum([0, *(len(text.encode()) for text in self.texts)])
        trees = np.frombuffer("".join(self.texts).encode(), dtype=np.uint8)
        shape = np.array([self.n_folds, *ends], dtype=np.int64)
        return {**self.card.to_arrays(), _TREES: trees, _SHAPE: shape, _SLOPE: self.slope}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "BoostedModel":
        """Build a model from what `to_arrays` returned.

        Raises
        ------
        ModelError
            If an array is missing, unknown, of another type or shape, or LightGBM does not read its text. The text
            itself is LightGBM's to check: read it only where its origin is known.
        """
        own = {name: array for name, array in arrays.items() if name not in (_TREES, _SHAPE, _SLOPE)}
        card, texts, n_folds = Scorecard.from_arrays(own), *_texts(arrays)
        slope = arrays.get(_SLOPE)
        if slope is None or slope.shape != card.intercept.shape or slope.dtype != np.float64:
            raise ModelError("The boosted model is refused: its slopes are missing or of another type or shape.")
        if not np.isfinite(slope).all():
            raise ModelError("The boosted model is refused: a slope is not finite.")
        n_units = 1 if card.link == "one_of" else len(card.products)
        if len(texts) != n_units * n_folds or card.tables:
            raise ModelError("The boosted model is refused: it has more or fewer trees than products and folds.")
        model = cls(card, texts, n_folds, slope)
        if any(booster.num_feature() != len(card.columns) for booster in model._boosters if booster is not None):
            raise ModelError("The boosted model is refused: its trees read other columns.")
        return model

    @cached_property
    def _boosters(self) -> tuple[lgb.Booster | None, ...]:
        return tuple(_read(text) for text in self.texts)


def _read(text: str) -> lgb.Booster | None:
    if not text:
        return None
    try:
        return lgb.Booster(model_str=text)
    except (lgb.basic.LightGBMError, ValueError) as error:
        raise ModelError("The boosted model is refused: LightGBM does not read its trees.") from error


def _texts(arrays: Mapping[str, NDArray[Any]]) -> tuple[tuple[str, ...], int]:
    trees, shape = arrays.get(_TREES), arrays.get(_SHAPE)
    if trees is None or shape is None or trees.dtype != np.uint8 or shape.dtype != np.int64 or len(shape) < 2:
        raise ModelError("The boosted model is refused: its trees are missing or of another type.")
    n_folds, ends = int(shape[0]), shape[1:]
    if n_folds < 1 or ends[0] != 0 or ends[-1] != len(trees) or (np.diff(ends) < 0).any():
        raise ModelError("The boosted model is refused: its trees do not begin and end where they should.")
    try:
        return tuple(trees[a:b].tobytes().decode() for a, b in pairwise(ends.tolist())), n_folds
    except UnicodeDecodeError:
        raise ModelError("The boosted model is refused: its trees are no text.") from None
