"""HTML for notebooks: escaped, without scripts or style sheets, in the colours of the page around it."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

__all__ = ["bar", "heading", "note", "panel", "table"]

_LINE = "1px solid rgba(127,127,127,.35)"
_CELL = f"padding:.2em .7em .2em 0;border:0;border-bottom:{_LINE};vertical-align:top;background:none;color:inherit;"
_FOR, _AGAINST = "#3a82c4", "#c8731c"


def panel(*parts: str) -> str:
    """Put parts that are HTML already below one another.

    Examples
    --------
    >>> "&lt;b&gt;" in panel(note("<b>"))
    True
    """
    return f'<div style="color:inherit;background:none;line-height:1.45;overflow-x:auto">{"".join(parts)}</div>'


def heading(text: Any) -> str:
    """Write a heading."""
    return f'<div style="font-weight:600;font-size:1.08em;margin:.6em 0 .2em">{_text(text)}</div>'


def note(text: Any) -> str:
    """Write a line of smaller text."""
    return f'<div style="font-size:.92em;opacity:.85;margin:.15em 0">{_text(text)}</div>'


def table(header: Sequence[str], rows: Iterable[Sequence[Any]], *, figures: Sequence[int] = ()) -> str:
    """Write a table; the columns at the positions `figures` are set to the right.

    A cell made by `bar` is taken as it is, every other one is escaped.
    """
    head = "".join(_cell("th", name, is_figure=i in figures) for i, name in enumerate(header))
    body = "".join(
        f'<tr style="background:none">{"".join(_cell("td", v, is_figure=i in figures) for i, v in enumerate(row))}</tr>'
        for row in rows
    )
    style = "border-collapse:collapse;border:0;font-size:.95em;margin:.2em 0;color:inherit"
    return f'<table style="{style}"><thead><tr style="background:none">{head}</tr></thead><tbody>{body}</tbody></table>'


class _Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def bar(value: float, most: float) -> str:
    """Draw `value` as a bar of up to 7 em, to the right of the middle where it is above 0; `most` fills one side."""
    share = min(abs(value) / most, 1.0) * 50 if most else 0.0
    left, colour = (50.0, _FOR) if value >= 0 else (50.0 - share, _AGAINST)
    inner = f"position:absolute;top:0;bottom:0;left:{left:.1f}%;width:{share:.1f}%;background:{colour}"
    outer = "position:relative;display:inline-block;width:14em;height:.8em;border-left:0;vertical-align:middle"
    middle = "position:absolute;top:-.15em;bottom:-.15em;left:50%;border-left:1px solid currentColor;opacity:.6"
    return _Markup(f'<span style="{outer}"><span style="{inner}"></span><span style="{middle}"></span></span>')


def _cell(tag: str, value: Any, *, is_figure: bool) -> str:
    weight = "font-weight:600;" if tag == "th" else ""
    return f'<{tag} style="{_CELL}{weight}text-align:{"right" if is_figure else "left"}">{_text(value)}</{tag}>'


def _text(value: Any) -> str:
    if isinstance(value, _Markup):
        return str(value)
    return "" if value is None else escape(str(value))
