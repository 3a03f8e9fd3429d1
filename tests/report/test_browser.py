"""The report in a real browser: the distribution's Chromium, driven by Playwright, which downloads none."""

import pytest

WIDTHS = (1280, 390)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_complained_of_nothing_is_fetched_and_nothing_sticks_out(open_page, written, width, scheme):
    opened = open_page(written.as_uri(), width, scheme)
    assert opened.said == []
    assert [url for url in opened.asked if url != "data:,"] == [written.as_uri()]
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    for details in opened.query_selector_all("details"):
        details.evaluate("one => one.open = true")
    assert opened.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", WIDTHS)
def test_no_words_of_a_drawing_are_too_small_or_out_of_it(open_page, written, width):
    found = open_page(written.as_uri(), width, "light").evaluate(
        """() => [...document.querySelectorAll('svg')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].map(t => {
                const box = t.getBoundingClientRect();
                return [t.textContent, box.height, box.left - frame.left, frame.right - box.right];
            });
        })"""
    )
    assert len(found) > 100
    assert [words for words, height, _, _ in found if height < 11] == []
    assert [words for words, _, left, right in found if left < -6 or right < -14] == []


def test_each_scheme_has_colours_of_its_own_that_can_be_read(open_page, written):
    for scheme, darker in (("light", False), ("dark", True)):
        opened = open_page(written.as_uri(), 1280, scheme)
        paper, ink = (
            opened.evaluate(f"getComputedStyle(document.body).{name}") for name in ("backgroundColor", "color")
        )
        assert (_luminance(paper) < 0.5) is darker
        lines = opened.evaluate("getComputedStyle(document.querySelector('.bar')).fill")
        assert _contrast(paper, ink) >= 7
        assert _contrast(paper, lines) >= 3


def _luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
