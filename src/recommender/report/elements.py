"""Elements of the page, as the standard library's trees: text is escaped when it is written, and by nobody else."""

from typing import Final
from xml.etree.ElementTree import Element, tostring  # it writes and reads none  # nosec B405

__all__ = ["Child", "Element", "el", "facts", "figure", "section", "svg", "table", "to_html"]

Child = Element | str | None
_LONG: Final = 40


def el(name: str, /, *children: Child, **attributes: object) -> Element:
    """Return an element; `class_` and `stroke_width` are the attributes `class` and `stroke-width`.

    Examples
    --------
    >>> to_html(el("p", "fish & chips ", el("b", "<now>"), class_="note"))
    '<p class="note">fish &amp; chips <b>&lt;now&gt;</b></p>'
    """
    element = Element(name, {key.rstrip("_").replace("_", "-"): str(value) for key, value in attributes.items()})
    for child in children:
        _append(element, child)
    return element


def to_html(element: Element) -> str:
    """Write an element as HTML."""
    return tostring(element, encoding="unicode", method="html")


def svg(title: str, says: str, size: tuple[float, float], *marks: Child) -> Element:
    """Return a drawing that a screen reader reads as `title` and `says`; it grows and shrinks with the page."""
    width, height = size
    named = (el("title", title), el("desc", says))
    return el("svg", *named, *marks, viewBox=f"0 0 {width:g} {height:g}", role="img", aria_label=f"{title}. {says}")


def figure(drawing: Element, caption: str, heading: str | None = None) -> Element:
    """Return a drawing under a heading, with what it shows below."""
    head = el("h3", heading) if heading else None
    return el("figure", head, drawing, el("figcaption", caption))


def section(name: str, heading: str, *children: Child) -> Element:
    """Return a section that links can name."""
    return el("section", el("h2", heading), *children, id=name)


def table(header: list[str], rows: list[list[str]], caption: str | None = None) -> Element:
    """Return a table whose first column is text and whose others are figures; a narrow screen scrolls it sideways."""
    head = el("thead", el("tr", *(el("th", name, scope="col") for name in header)))
    body = el("tbody", *(el("tr", el("th", row[0], scope="row"), *map(_cell, row[1:])) for row in rows))
    said = el("caption", caption) if caption else None
    return el("div", el("table", said, head, body), class_="scroll", tabindex="0", role="region", aria_label=header[0])


def facts(pairs: list[tuple[str, str]]) -> Element:
    """Return a list of names and values."""
    parts = [el("div", el("dt", name), el("dd", value)) for name, value in pairs]
    return el("dl", *parts, class_="facts")


def _cell(words: str) -> Element:
    return el("td", words, class_="long" if len(words) > _LONG else "short")


def _append(element: Element, child: Child) -> None:
    if child is None:
        return
    if isinstance(child, Element):
        element.append(child)
    elif len(element):
        element[-1].tail = (element[-1].tail or "") + child
    else:
        element.text = (element.text or "") + child
