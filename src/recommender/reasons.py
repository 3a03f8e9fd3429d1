"""Why an offer is made: the contributions that speak for it, in words and with the account's own figures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.schema import HELD

__all__ = ["HELD_COUNT", "HELD_TERM", "Feature", "Reason", "Reasons", "Words", "explain_offers", "figure"]

HELD_TERM = "held:"
HELD_COUNT = "held_count"
_WINDOW = re.compile(r"_\d+d$")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CENTS_BELOW = 100
_TENTHS_BELOW = 9.95  # from here on a tenth would say 10.0
_FALLBACK = "Often taken up by accounts like this one"


@dataclass(frozen=True)
class Feature:
    """A column that the ranker reads, with the words in which a reason says it.

    `says` holds `{value}` where the account's figure goes. A sensitive feature is scored but never named.
    `kind` is "number", "flag" or "text".
    """

    name: str
    unit: str = ""
    says: str = "{value}"
    definition: str = ""
    is_sensitive: bool = False
    kind: str = "number"


@dataclass(frozen=True)
class Reason:
    """The sentence, and the features that it names, strongest first."""

    text: str
    features: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Reasons:
    """The reasons of m offers as two columns: `text` (string) and `features` (list of string)."""

    text: Any
    features: Any

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, place: int) -> Reason:
        return Reason(self.text[place].as_py(), tuple(self.features[place].as_py()))


@dataclass(frozen=True)
class Words:
    """What reasons are made of: the features and the names of the products, each by its id."""

    features: Mapping[str, Feature]
    product_names: Mapping[str, str]


def explain_offers(
    rows: pa.Table, contributions: NDArray[np.float64], terms: Sequence[str], words: Words, *, most: int = 2
) -> Reasons:
    """Say for each offer what speaks for it most.

    Only positive contributions are named, of features that are known for the account and not sensitive. What the
    account does not do or have (a figure of zero, "no", a product that it lacks) is named only where nothing else
    speaks for the offer, as few people recognise themselves in it. Nothing is said twice: not a feature that two terms
    share, and not an indicator over one window beside the same over another (`calls_30d`, `calls_90d`).

    Parameters
    ----------
    rows
        The snapshot row of each offer; m rows.
    contributions
        What each term adds to the offer's log-odds; shape (m, n_terms).
    terms
        A feature's name, `held:<product_id>`, `held_count` (which is scored but never named), or two of these joined
        by ` & `; n_terms of them.
    words
        The features and the product names.
    most
        How many terms a reason names at most.
    """
    parts = [_parts(term) for term in terms]
    values = {part: _values(rows, part) for part in sorted({part for term in parts for part in term})}
    named = _strongest(_speaking(values, contributions, parts, words), _alike(parts), most)
    phrases = [_phrases(values, places, parts, words, is_first=slot == 0) for slot, places in enumerate(named)]
    # A row of nulls alone would be lost here, hence the fallback in place of the first.
    text = pc.binary_join_element_wise(*phrases, "; ", null_handling="skip") if phrases else _fallback(rows)
    return Reasons(text, _features(named, parts, rows.num_rows))


def _speaking(
    values: Mapping[str, Any], contributions: NDArray[np.float64], parts: Sequence[Sequence[str]], words: Words
) -> NDArray[np.float64]:
    """Return the contributions that may be named, 0 for the others; of those that tell something, where there are.

    Shape (n_terms, m).
    """
    columns = {part: place for place, part in enumerate(values)}
    masks = [_masks(column, part, words) for part, column in values.items()]
    nameable, telling = (
        np.array(list(some), dtype=bool).reshape(len(columns), -1) for some in zip(*masks, strict=True)
    )
    firsts, lasts = ([columns[term[end]] for term in parts] for end in (0, -1))
    says_two_things = np.array([len(_subjects(term)) == len(term) for term in parts], dtype=bool)
    may = (contributions.T > 0) & nameable[firsts] & nameable[lasts] & says_two_things[:, np.newaxis]
    tells = may & telling[firsts] & telling[lasts]
    return np.where(np.where(tells.any(axis=0), tells, may), contributions.T, 0.0)


def _strongest(speaking: NDArray[np.float64], alike: Sequence[NDArray[np.intp]], most: int) -> list[NDArray[np.intp]]:
    """Return the place of the strongest term of each row, of the next that is not alike and so on; -1 for none."""
    left, rows = speaking.copy(), np.arange(speaking.shape[1])
    found = []
    for _ in range(min(most, len(speaking))):
        best, highest = np.full(len(rows), -1), np.zeros(len(rows))
        for place, points in enumerate(left):  # ten times as fast as argmax down the columns
            best[points > highest] = place
            np.maximum(highest, points, out=highest)
        found.append(best)
        for place in np.unique(best[best >= 0]):
            left[alike[place][:, np.newaxis], rows[best == place]] = 0.0
    return found


def _alike(parts: Sequence[Sequence[str]]) -> list[NDArray[np.intp]]:
    """Return, per term, the places of the terms that speak of a subject of its own, itself among them."""
    subjects = [_subjects(term) for term in parts]
    return [np.flatnonzero([not own.isdisjoint(other) for other in subjects]) for own in subjects]


def _subjects(term: Sequence[str]) -> frozenset[str]:
    return frozenset(_WINDOW.sub("", part) for part in term)


def _parts(term: str) -> tuple[str, ...]:
    return tuple(term.split(" & "))


def _values(rows: pa.Table, part: str) -> Any:
    """Return the figures of a feature, or of a held product whether each row has it; an Arrow array of m."""
    if part == HELD_COUNT:
        return pa.nulls(rows.num_rows)
    column: Any = rows.column(HELD if part.startswith(HELD_TERM) else part).combine_chunks()
    if part.startswith(HELD_TERM):
        return _has(column, part.removeprefix(HELD_TERM))
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def _has(lists: Any, product_id: str) -> Any:
    has = np.zeros(len(lists), dtype=bool)
    hit = pc.equal(lists.flatten(), pa.scalar(product_id)).fill_null(False)
    has[pc.list_parent_indices(lists).to_numpy()[hit.to_numpy(zero_copy_only=False)]] = True
    return pa.array(has)


def _masks(column: Any, part: str, words: Words) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return in which rows `part` may be named, and in which of these it tells of what is there."""
    is_feature = part != HELD_COUNT and not part.startswith(HELD_TERM)
    if is_feature and words.features[part].is_sensitive:
        return np.zeros(len(column), dtype=bool), np.zeros(len(column), dtype=bool)
    return column.is_valid().to_numpy(zero_copy_only=False), _is_something(column)


def _is_something(column: Any) -> NDArray[np.bool_]:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        there: NDArray[np.bool_] = np.nan_to_num(column.to_numpy(zero_copy_only=False), nan=1.0) != 0
        return there
    if pa.types.is_boolean(column.type):
        return np.asarray(column.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)
    return np.array([bool(value) for value in column.to_pylist()], dtype=bool)


def _phrases(
    values: Mapping[str, Any], named: NDArray[np.intp], parts: Sequence[Sequence[str]], words: Words, *, is_first: bool
) -> Any:
    """Return what the named term of each row says; each distinct phrase is made once.

    Where there is none, the first is the fallback and the others are null.
    """
    said: list[str] = []
    which = np.full(len(named), -1)
    for term in np.unique(named[named >= 0]):
        here = np.flatnonzero(named == term)
        codes, texts = _said({part: values[part].take(_places(here)) for part in parts[term]}, words)
        which[here] = codes + len(said)
        said += [text[0].upper() + text[1:] for text in texts] if is_first else texts
    phrases: Any = pa.array(said, pa.string()).take(_places(which))
    return phrases.fill_null(_FALLBACK) if is_first else phrases


def _said(values: Mapping[str, Any], words: Words) -> tuple[NDArray[np.int64], list[str]]:
    """Return the distinct phrases of a term, whose parts are given with their values, and which each row says."""
    codes: Any = 0
    texts = [""]
    for part, column in values.items():
        coded = column.dictionary_encode()
        others = [_say(part, value, words) for value in coded.dictionary.to_pylist()]
        pairs, codes = np.unique(codes * len(others) + coded.indices.to_numpy(), return_inverse=True)
        before = [f"{text} and " if text else "" for text in texts]
        texts = [f"{before[pair // len(others)]}{others[pair % len(others)]}" for pair in pairs.tolist()]
    return codes, texts


def _say(part: str, value: Any, words: Words) -> str:
    if part.startswith(HELD_TERM):
        product_id = part.removeprefix(HELD_TERM)
        return f"{'has' if value else 'does not have'} {words.product_names.get(product_id, product_id)}"
    feature = words.features[part]
    return feature.says.format(value=figure(value, feature.unit))


def _features(named: Sequence[NDArray[np.intp]], parts: Sequence[Sequence[str]], n: int) -> Any:
    """Return the features of the named terms, each once."""
    places = np.array(named, dtype=np.int64).reshape(len(named), n).T
    distinct, which = np.unique(places, axis=0, return_inverse=True)
    names = [list(dict.fromkeys(part for t in some if t >= 0 for part in parts[t])) for some in distinct.tolist()]
    return pa.array(names, pa.list_(pa.string())).take(_places(which.ravel()))


def _places(at: NDArray[Any]) -> Any:
    """Return places for `take`; -1 gives null."""
    return pa.array(at, pa.int64(), mask=at < 0)


def _fallback(rows: pa.Table) -> Any:
    return pa.repeat(pa.scalar(_FALLBACK), rows.num_rows)


def figure(value: Any, unit: str) -> str:
    """Write a value as a person reads it.

    Examples
    --------
    >>> figure(0.234, "share"), figure(1234.56, "minutes"), figure(9.99, "EUR"), figure(True, "")
    ('23 %', '1,235', '9.99', 'yes')
    """
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{value:.0%}".replace("%", " %")
    if float(value).is_integer():
        return f"{value:,.0f}"
    if _CURRENCY.fullmatch(unit):
        return f"{value:,.2f}" if abs(value) < _CENTS_BELOW else f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= _TENTHS_BELOW else f"{value:,.1f}"
