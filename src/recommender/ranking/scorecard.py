"""The compiled form of every additive ranker: tables of points, looked up and summed in a fixed order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.errors import FeatureError
from recommender.extras import load_extra
from recommender.ranking.adding import Sums, add_terms, sums_of
from recommender.ranking.apart import Apart, OfProduct, by_product, points_by_product
from recommender.ranking.binning import Bins, bin_features, bin_held
from recommender.ranking.few_rows import FewRows, plan_few_rows
from recommender.ranking.flat import FlatTerms, flatten
from recommender.ranking.links import Link, sigmoid, softmax
from recommender.ranking.packing import pack, unpack
from recommender.ranking.shapes import Shape, shape_rows, shapes_of
from recommender.ranking.terms import Term

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["FEW_POSITIVES", "HELD_COUNT", "PRIOR", "Scorecard"]

Floats = NDArray[np.float64]

PRIOR: Final = 1
FEW_POSITIVES: Final = 2
HELD_COUNT: Final = "held_count"
FLAGS: Final = {PRIOR: "prior", FEW_POSITIVES: "few_positives"}

_CHUNK: Final = 16_384
_FEW_ROWS: Final = 16


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A ranker as tables of points; the result of a row never depends on the other rows.

    Attributes
    ----------
    link
        "independent": the propensity is the sigmoid of the log-odds; "one_of": their softmax over the products
        that are not held.
    products
        What is ranked.
    held_products
        The columns of `held`: the products, and after them any that are held but not ranked.
    bins
        How each feature that is read falls into bins.
    tables
        The terms, in the order in which they are summed.
    intercept : array of shape (n_products,)
        The log-odds of a row whose every contribution is 0, the mean over the training rows.
    base_rate : array of shape (n_products,)
        Share that took the product up among the training rows without it, 0 to 1.
    flag_bits : array of shape (n_products,)
        Sum of `PRIOR` (no take-up was seen) and `FEW_POSITIVES`.

    Examples
    --------
    >>> import numpy as np, pyarrow as pa
    >>> from recommender.ranking import NumericBins, Term
    >>> term = Term((0,), np.array([[-1.0], [1.0], [0.0]]), np.array([0]))
    >>> card = Scorecard("independent", ("roaming",), ("roaming",), (NumericBins("trips", np.array([2.5])),),
    ...                  (term,), np.array([-3.0]), np.array([0.05]), np.array([0], np.uint8))
    >>> card.log_odds(pa.table({"trips": [0, 5, None]}), np.zeros((3, 1), bool)).ravel()
    array([-4., -2., -3.])
    """

    link: Link
    products: tuple[str, ...]
    held_products: tuple[str, ...]
    bins: tuple[Bins, ...]
    tables: tuple[Term, ...]
    intercept: Floats
    base_rate: Floats
    flag_bits: NDArray[np.uint8]

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(bins.feature for bins in self.bins)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What terms are made of: features, then `held:<product_id>`, then how many products are held."""
        return (*self.features, *(f"held:{product}" for product in self.held_products), HELD_COUNT)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many bins each column has."""
        n_held = len(self.held_products)
        return (*(bins.size for bins in self.bins), *[2] * n_held, n_held + 1)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The names of the terms; a pair is `<column> & <column>`."""
        return tuple(" & ".join(self.columns[column] for column in term.columns) for term in self.tables)

    def flags(self, product: int) -> tuple[str, ...]:
        """Return what a reader should know of the product at this position: "prior", "few_positives"."""
        return tuple(name for bit, name in FLAGS.items() if self.flag_bits[product] & bit)

    def find_bins(self, rows: pa.Table, held: NDArray[np.bool_]) -> NDArray[np.int32]:
        """Bin every column once, for all products.

        Parameters
        ----------
        rows
            Holds the columns `features`; others are not read.
        held : array of shape (n, n_held_products)
            Which account holds which of `held_products`.

        Returns
        -------
        array of shape (n_columns, n)

        Raises
        ------
        FeatureError
            If a column is missing or has another type, or `held` has another shape.
        """
        wanted = (rows.num_rows, len(self.held_products))
        if held.shape != wanted:
            raise FeatureError(f"held must have the shape {wanted} (rows, held products), but it has {held.shape}.")
        few = 0 < rows.num_rows <= _FEW_ROWS
        found = self._plan_of(rows).find(rows) if few else bin_features(rows, self.bins)
        return np.concatenate([found, bin_held(held)])

    def unknown_share(self, bins: NDArray[np.int32]) -> Floats:
        """Return which share of the features is missing in rows that `find_bins` has binned, 0 to 1; shape (n,)."""
        if not self.bins:
            return np.zeros(bins.shape[1])
        return np.asarray((bins[: len(self.bins)] == self._missing).mean(axis=0))

    def log_odds(self, rows: pa.Table, held: NDArray[np.bool_]) -> Floats:
        """Return the log-odds (for "one_of", before the softmax); shape (n, n_products). See `find_bins`."""
        return self._in_chunks(rows, held, self.log_odds_of)

    def propensities(self, rows: pa.Table, held: NDArray[np.bool_]) -> Floats:
        """Return the propensities, 0 to 1; shape (n, n_products). See `find_bins`."""
        return self._in_chunks(rows, held, self.propensities_of)

    def contributions(
        self,
        rows: pa.Table,
        held: NDArray[np.bool_],
        row_index: NDArray[np.integer],
        product_index: NDArray[np.integer],
    ) -> Floats:
        """Return what each term adds to the log-odds of m (row, product) pairs; shape (m, n_terms).

        They are centred: their mean over the training rows is 0. `intercept` plus the contributions, added from
        left to right, is the log-odds bit for bit.
        """
        return self.contributions_of(self.find_bins(rows, held), row_index, product_index)

    def log_odds_of(self, bins: NDArray[np.int32]) -> Floats:
        """Return the log-odds of rows that `find_bins` has binned; shape (n, n_products)."""
        if bins.shape[1] <= _FEW_ROWS:
            return self._flat.add(self.intercept, bins)
        return add_terms(self._sums, self.intercept, bins)

    def propensities_of(self, bins: NDArray[np.int32]) -> Floats:
        """Return the propensities of rows that `find_bins` has binned; shape (n, n_products)."""
        log_odds = self.log_odds_of(bins)
        if self.link == "independent":
            return sigmoid(log_odds)
        first = len(self.bins)
        return softmax(log_odds, bins[first : first + len(self.products)].T.astype(bool))

    def contributions_of(
        self, bins: NDArray[np.int32], row_index: NDArray[np.integer], product_index: NDArray[np.integer]
    ) -> Floats:
        """Return the contributions in rows that `find_bins` has binned; shape (m, n_terms). See `contributions`."""
        found = np.zeros((len(row_index), len(self.tables)))
        for part in self.contributions_apart(bins, row_index, product_index):
            found[part.pairs[:, np.newaxis], part.terms] = part.adds
        return found

    def contributions_apart(
        self, bins: NDArray[np.int32], row_index: NDArray[np.integer], product_index: NDArray[np.integer]
    ) -> Iterator[Apart]:
        """Give the contributions that are not 0 by themselves, product by product. See `contributions_of`."""
        return points_by_product(self._by_product, bins, row_index, product_index)

    def shapes(self, product: str) -> tuple[Shape, ...]:
        """Return what each term adds for `product`, bin by bin, the widest span of log-odds first.

        Raises
        ------
        DataError
            If the scorecard does not rank it.
        """
        return shapes_of(self, product)

    def curves(self, product: str) -> "pd.DataFrame":
        """Return `shapes` as a frame with the columns term, first, second (null but for a pair) and points.

        Raises
        ------
        DataError
            If the scorecard does not rank it.
        """
        return shape_rows(self.shapes(product)).to_pandas()

    def plot(
        self,
        product: str,
        *,
        most: int = 6,
        terms: Sequence[str] | None = None,
        titles: Mapping[str, str] | None = None,
    ) -> "Figure":
        """Draw the `most` widest terms of `product`: bars by bin, and a heat map for a pair.

        Parameters
        ----------
        product
            One of `products`.
        most
            How many terms, 1 or more.
        terms
            Which terms, in this order, instead of the widest; those that say nothing of the product are left out.
        titles
            What to call a column; its own name, if left out.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it; `figure.savefig(path)` writes it.

        Raises
        ------
        DataError
            If the scorecard does not rank the product.
        MissingExtraError
            If matplotlib is not installed (`pip install recommender[plot]`).
        """
        drawing = load_extra("recommender.ranking.drawing", needs="matplotlib", extra="plot")
        shapes = {shape.term: shape for shape in self.shapes(product)}
        wanted = [shapes[term] for term in (shapes if terms is None else terms) if term in shapes]
        figure: Figure = drawing.draw(wanted[:most], product, titles or {})
        return figure

    def curved(self, shift: Floats, slope: Floats) -> "Scorecard":
        """Return the scorecard whose log-odds are `shift + slope * log-odds`, both of shape (n_products,)."""
        tables = tuple(
            Term(term.columns, term.points * slope[term.products], term.products, term.coarse) for term in self.tables
        )
        return replace(self, tables=tables, intercept=shift + slope * self.intercept)

    def with_base_rate(self, base_rate: Floats) -> Self:
        """Return the scorecard with other base rates, shape (n_products,)."""
        return replace(self, base_rate=base_rate)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the scorecard as arrays without objects, fit for `.npz`; `from_arrays` reads them back."""
        return pack({field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build a scorecard from what `to_arrays` returned; nothing in the arrays is trusted.

        Raises
        ------
        ModelError
            If an array is missing, unknown, of another type or shape, or holds a value out of its range.
        """
        return cls(**unpack(arrays))

    def _in_chunks(
        self, rows: pa.Table, held: NDArray[np.bool_], work: Callable[[NDArray[np.int32]], Floats]
    ) -> Floats:
        if rows.num_rows <= _CHUNK or len(held) != rows.num_rows:
            return work(self.find_bins(rows, held))
        found = np.empty((rows.num_rows, len(self.products)))
        for start in range(0, rows.num_rows, _CHUNK):
            chunk = slice(start, start + _CHUNK)
            found[chunk] = work(self.find_bins(rows.slice(start, _CHUNK), held[chunk]))
        return found

    def _plan_of(self, rows: pa.Table) -> FewRows:
        # a service sends the same columns over and over; the last plan alone is kept, and looked at once, as another
        # thread may put its own there
        plan = self._plans[0] if self._plans else None
        if plan is None or not plan.schema.equals(rows.schema):
            plan = plan_few_rows(rows.schema, self.bins)
            self._plans[:] = [plan]
        return plan

    @cached_property
    def _plans(self) -> list[FewRows]:
        return []

    @cached_property
    def _missing(self) -> NDArray[np.int32]:
        return np.array([[bins.missing] for bins in self.bins], dtype=np.int32)

    @cached_property
    def _sums(self) -> Sums:
        return sums_of(self.tables, len(self.products))

    @cached_property
    def _by_product(self) -> tuple[OfProduct, ...]:
        return by_product(self.tables, len(self.products))

    @cached_property
    def _flat(self) -> FlatTerms:
        return flatten(self.tables, len(self.products))
