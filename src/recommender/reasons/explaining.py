"""Why each offer is made, for many offers or a few."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.reasons.figures import Figures
from recommender.reasons.naming import Part, name_terms
from recommender.reasons.plain import Account, name_plainly, phrase_of
from recommender.reasons.saying import features_of, parts_of, phrases_of
from recommender.reasons.subjects import Subjects, subjects_of
from recommender.reasons.words import Reasons, Words

__all__ = ["Part", "explain_offers", "explain_parts"]

Floats = NDArray[np.float64]

_FALLBACK: Final = "Often taken up by accounts like this one"
_MOST: Final = 2
_FEW: Final = 32


def explain_offers(
    rows: pa.Table,
    contributions: Floats,
    terms: Sequence[str],
    words: Words,
    *,
    most: int = _MOST,
    of: NDArray[np.intp] | None = None,
) -> Reasons:
    """Say for each offer what speaks for it most.

    Only positive contributions are named, of features that are known for the account and not sensitive. What the
    account does not do or have (a figure of zero, "no", a product that it lacks) is named only where nothing else
    speaks for the offer, as few people recognise themselves in it. Nothing is said twice: not a feature that two terms
    share, and not an indicator over one window beside the same over another (`calls_30d`, `calls_90d`).

    Parameters
    ----------
    rows
        Snapshot rows; the row of each offer, m of them, unless `of` says which.
    contributions
        What each term adds to the offer's log-odds; shape (m, n_terms).
    terms
        A feature's name, `held:<product_id>`, `held_count` (which is scored but never named), or some of these joined
        by ` & `; n_terms of them.
    words
        The features and the product names.
    most
        How many terms a reason names at most.
    of
        The row of each offer; shape (m,).
    """
    row = np.arange(rows.num_rows) if of is None else of
    if len(row) > _FEW:
        everything = (np.arange(len(row)), np.arange(len(terms)), contributions)
        return explain_parts(rows, [everything], terms, words, of=row, most=most)
    if most < 1 or not contributions.size:
        return _without_names(len(row))
    return _one_by_one(rows, contributions, subjects_of(tuple(terms)), words, row, most)


def explain_parts(
    rows: pa.Table,
    parts: Iterable[Part],
    terms: Sequence[str],
    words: Words,
    *,
    of: NDArray[np.intp],
    most: int = _MOST,
) -> Reasons:
    """Say the same of offers whose contributions come in parts; see `explain_offers`.

    Parameters
    ----------
    parts
        Which of the m offers, which terms, and what these add to those, shape (n_offers, n_terms_of_the_part); each
        offer in one part at most, and what is in none adds nothing.
    """
    if most < 1 or not len(of) or not terms:
        return _without_names(len(of))
    figures, subjects = Figures(rows, words), subjects_of(tuple(terms))
    return _said(figures, subjects, name_terms(figures, subjects, parts, of, most), of)


def _one_by_one(
    rows: pa.Table, contributions: Floats, subjects: Subjects, words: Words, of: NDArray[np.intp], most: int
) -> Reasons:
    accounts = {row: Account(rows, row, words) for row in of.tolist()}
    texts, features = [], []
    for row, adds in zip(of.tolist(), contributions, strict=True):
        named = name_plainly(accounts[row], subjects, adds, most)
        texts.append(phrase_of(accounts[row], subjects, named) or _FALLBACK)
        features.append(parts_of(subjects, named))
    return Reasons(pa.array(texts, pa.string()), pa.array(features, pa.list_(pa.string())))


def _said(figures: Figures, subjects: Subjects, named: NDArray[np.int64], of: NDArray[np.intp]) -> Reasons:
    first, *others = phrases_of(figures, subjects, named, of)
    # A row of nulls alone would be lost here, hence the fallback in place of the first.
    text: Any = pc.binary_join_element_wise(first.fill_null(_FALLBACK), *others, "; ", null_handling="skip")
    return Reasons(text, features_of(subjects, named))


def _without_names(n: int) -> Reasons:
    return Reasons(pa.array([_FALLBACK] * n, pa.string()), pa.array([[]] * n, pa.list_(pa.string())))
