"""Why an offer is made: the contributions that speak for it, in words and with the account's own figures."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
# Of so few offers only the leading terms are looked at, as long as these suffice.
_FEW = 32
_LEADING = 8
_BLOCK = 4_096


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

    def __iter__(self) -> Iterator[Reason]:
        return (self[place] for place in range(len(self)))


@dataclass(frozen=True)
class Words:
    """What reasons are made of: the features and the names of the products, each by its id."""

    features: Mapping[str, Feature]
    product_names: Mapping[str, str]


def explain_offers(
    rows: pa.Table,
    contributions: NDArray[np.float64],
    terms: Sequence[str],
    words: Words,
    *,
    most: int = 2,
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
        A feature's name, `held:<product_id>`, `held_count` (which is scored but never named), or two of these joined
        by ` & `; n_terms of them.
    words
        The features and the product names.
    most
        How many terms a reason names at most.
    of
        The row of each offer; shape (m,).
    """
    offers = _Offers(rows, np.arange(rows.num_rows) if of is None else of, contributions, terms, words)
    if most < 1 or not contributions.size:
        return Reasons(_fallback(offers), pa.array([[]] * len(offers.of), pa.list_(pa.string())))
    named = _named(offers, most)
    phrases = [_phrases(offers, places, is_first=slot == 0) for slot, places in enumerate(named)]
    # A row of nulls alone would be lost here, hence the fallback in place of the first.
    text = pc.binary_join_element_wise(*phrases, "; ", null_handling="skip")
    return Reasons(text, _features(named, offers))


@dataclass(frozen=True, eq=False)
class _Offers:
    """m offers, the row of each, and what each of the terms adds."""

    rows: pa.Table
    of: NDArray[np.intp]
    contributions: NDArray[np.float64]
    terms: Sequence[str]
    words: Words

    def parts(self, term: int) -> tuple[str, ...]:
        return tuple(self.terms[term].split(" & "))


def _named(offers: _Offers, most: int) -> list[NDArray[np.intp]]:
    """Return the terms that each offer's reason names, best first; -1 where there are no more."""
    everything = np.arange(len(offers.terms))
    if len(offers.of) > _FEW or len(everything) <= _LEADING:
        blocks = [_strongest(some, everything, most)[0] for some in _in_blocks(offers)]
        return [np.concatenate(slot) for slot in zip(*blocks, strict=True)]
    leading = np.argsort(-offers.contributions, axis=1, kind="stable")[:, :_LEADING]
    least = np.take_along_axis(offers.contributions, leading, axis=1)[:, -1]
    named, weakest = _strongest(offers, np.unique(leading), most)
    return named if np.all((weakest > least) | (least <= 0)) else _strongest(offers, everything, most)[0]


def _in_blocks(offers: _Offers) -> Iterator[_Offers]:
    """Cut the offers into runs whose contributions stay in the processor's cache."""
    for start in range(0, len(offers.of), _BLOCK):
        run = slice(start, start + _BLOCK)
        first, last = offers.of[run].min(), offers.of[run].max()
        rows = offers.rows.slice(first, last - first + 1)
        yield replace(offers, rows=rows, of=offers.of[run] - first, contributions=offers.contributions[run])


def _speaking(offers: _Offers, terms: NDArray[np.intp]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark which of `terms` may be named, and which of them tell of something that is there; (n_terms, m) each."""
    parts = [offers.parts(term) for term in terms]
    columns, nameable, telling = _all_masks(offers, parts)
    says_one_thing_twice = np.array([len(_subjects(term)) < len(term) for term in parts], dtype=bool)
    may = (offers.contributions.T[terms] > 0) & ~says_one_thing_twice[:, np.newaxis]
    tells = may.copy()
    for depth in range(max(map(len, parts))):
        places = [columns[term[min(depth, len(term) - 1)]] for term in parts]
        may &= nameable[places]
        tells &= telling[places]
    return may, may & tells


def _all_masks(
    offers: _Offers, parts: Sequence[Sequence[str]]
) -> tuple[dict[str, int], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the place of each part in the two masks, of which parts may be named and which tell; (n_parts, m)."""
    columns = {part: place for place, part in enumerate(sorted({part for term in parts for part in term}))}
    masks = [_masks(_values(offers.rows, part), part, offers.words) for part in columns]
    nameable, telling = (
        np.array(list(some), dtype=bool).reshape(len(columns), -1)[:, offers.of] for some in zip(*masks, strict=True)
    )
    return columns, nameable, telling


def _strongest(
    offers: _Offers, terms: NDArray[np.intp], most: int
) -> tuple[list[NDArray[np.intp]], NDArray[np.float64]]:
    """Return the strongest of `terms` for each offer, the next that is not alike and so on; -1 for none.

    And what the last of them adds, where all were found and tell of something that is there, otherwise 0; (m,).
    """
    may, tells = _speaking(offers, terms)
    any_tells = tells.any(axis=0)
    left = np.where(np.where(any_tells, tells, may), offers.contributions.T[terms], 0.0)
    alike, each = _alike([offers.parts(term) for term in terms]), np.arange(len(offers.of))
    found, highest = [], np.zeros(len(each))
    for _ in range(most):
        best, highest = np.full(len(each), -1), np.zeros(len(each))
        for place, points in enumerate(left):  # ten times as fast as argmax down the columns
            best[points > highest] = place
            np.maximum(highest, points, out=highest)
        found.append(np.where(best < 0, -1, terms[best]))
        for place in np.unique(best[best >= 0]):
            left[alike(place)[:, np.newaxis], each[best == place]] = 0.0
    return found, np.where(any_tells, highest, 0.0)


def _alike(parts: Sequence[Sequence[str]]) -> Callable[[int], NDArray[np.intp]]:
    """Return what gives the places of the terms that speak of a subject of a term's own, itself among them."""
    subjects = [_subjects(term) for term in parts]
    places: dict[str, list[int]] = {}
    for place, own in enumerate(subjects):
        for subject in own:
            places.setdefault(subject, []).append(place)
    return lambda place: np.array(sorted({other for subject in subjects[place] for other in places[subject]}))


def _subjects(term: Sequence[str]) -> frozenset[str]:
    """Return what a term speaks of: an indicator over one window and over another are the same subject."""
    return frozenset(_WINDOW.sub("", part) for part in term)


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


def _phrases(offers: _Offers, named: NDArray[np.intp], *, is_first: bool) -> Any:
    """Return what the named term of each row says; each distinct phrase is made once.

    Where there is none, the first is the fallback and the others are null.
    """
    said: list[str] = []
    which = np.full(len(named), -1)
    for term in np.unique(named[named >= 0]):
        here = np.flatnonzero(named == term)
        rows = _places(offers.of[here])
        codes, texts = _said({p: _values(offers.rows, p).take(rows) for p in offers.parts(term)}, offers.words)
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


def _features(named: Sequence[NDArray[np.intp]], offers: _Offers) -> Any:
    """Return the features of the named terms, each once."""
    places = np.array(named, dtype=np.int64).reshape(len(named), len(offers.of)).T
    distinct, which = np.unique(places, axis=0, return_inverse=True)
    names = [
        list(dict.fromkeys(part for t in some if t >= 0 for part in offers.parts(t))) for some in distinct.tolist()
    ]
    return pa.array(names, pa.list_(pa.string())).take(_places(which.ravel()))


def _places(at: NDArray[Any]) -> Any:
    """Return places for `take`; -1 gives null."""
    return pa.array(at, pa.int64(), mask=at < 0)


def _fallback(offers: _Offers) -> Any:
    return pa.repeat(pa.scalar(_FALLBACK), len(offers.of))


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
