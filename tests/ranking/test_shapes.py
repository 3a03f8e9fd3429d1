import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from recommender.errors import DataError, MissingExtraError
from recommender.extras import load_extra
from recommender.ranking import CategoryBins, NumericBins, PopularityRanker, Scorecard, Term


@pytest.fixture(scope="module")
def card() -> Scorecard:
    """Two products; trips in 4 bins (and unknown), plan in 2 levels, and for roaming alone a pair of trips and plan."""
    trips = Term((0,), np.array([[-1.0, 0.1], [0.0, 0.1], [0.5, 0.1], [2.0, 0.1], [0.2, 0.1]]), np.array([0, 1]))
    plan = Term((1,), np.array([[0.0, -0.3], [0.0, 0.4], [0.0, 0.0], [0.0, 0.0]]), np.array([0, 1]))
    # the groups of trips are those of equal points: bins 0 and 2 are alike, and so are 1 and 3
    coarse = (np.array([0, 1, 0, 1, 1]), np.array([0, 1, 1, 1]))
    pair = Term((0, 1), np.array([[0.1], [0.2], [0.3], [0.7]]), np.array([0]), coarse)
    held = Term((2,), np.array([[0.0, 0.0], [-0.5, 0.0]]), np.array([0, 1]))
    return Scorecard(
        link="independent",
        products=("roaming", "film"),
        held_products=("roaming", "film"),
        bins=(NumericBins("trips", np.array([0.5, 2.0, 1234.5])), CategoryBins("plan", ("flex", "fix"))),
        tables=(trips, plan, pair, held),
        intercept=np.zeros(2),
        base_rate=np.array([0.05, 0.05]),
        flag_bits=np.array([0, 0], np.uint8),
    )


def test_the_widest_span_comes_first(card):
    spans = [(shape.term, shape.span) for shape in card.shapes("roaming")]
    assert [term for term, _ in spans] == ["trips", "trips & plan", "held:roaming"]
    assert [span for _, span in spans] == pytest.approx([2.0 - -1.0, 0.7 - 0.1, 0.5])


def test_a_term_that_says_nothing_about_a_product_is_left_out(card):
    assert [shape.term for shape in card.shapes("film")] == ["plan"]


def test_bins_are_named_by_the_values_they_hold(card):
    trips, _, held = card.shapes("roaming")
    assert trips.labels == (("up to 0.5", "0.5 to 2", "2 to 1,234", "above 1,234", "unknown"),)
    assert held.labels == (("no", "yes"),)
    assert card.shapes("film")[0].labels == (("flex", "fix", "unknown", "other"),)


def test_a_pair_keeps_its_bins_in_order_even_where_distant_ones_have_equal_points(card):
    pair = card.shapes("roaming")[1]
    assert pair.labels == (
        ("up to 0.5", "0.5 to 2", "2 to 1,234", "above 1,234", "unknown"),
        ("flex", "fix, unknown", "other"),
    )
    low, high = [0.1, 0.2, 0.2], [0.3, 0.7, 0.7]
    assert pair.points.tolist() == [low, high, low, high, high]


def test_the_points_of_a_shape_are_those_that_score(card):
    rows = pa.table({"trips": [0.0, 2.0, 9999.0, None], "plan": ["fix"] * 4})
    odds = card.log_odds(rows, np.zeros((4, 2), bool))[:, 0]
    trips, pair, _ = card.shapes("roaming")
    cells = [0, 1, 3, 4]
    assert odds == pytest.approx([trips.points[i] + pair.points[i, 1] for i in cells])


def test_curves_are_a_frame_with_a_row_per_bin(card):
    curves = card.curves("roaming")
    assert list(curves.columns) == ["term", "first", "second", "points"]
    assert len(curves) == 5 + 5 * 3 + 2
    last = curves[curves["term"] == "trips & plan"].iloc[-1]
    assert (last["first"], last["second"], last["points"]) == ("unknown", "other", 0.7)


def test_a_product_that_is_not_ranked_is_refused_by_name(card):
    with pytest.raises(DataError, match="ranks no product 'sports'"):
        card.shapes("sports")


def test_a_plot_has_a_panel_per_term_and_its_bars_are_the_points(card):
    figure = card.plot("roaming", titles={"trips": "Journeys", "roaming": "Roaming"})
    panels = [panel for panel in figure.axes if panel.get_title()]
    assert [panel.get_title() for panel in panels] == ["Journeys", "Journeys and plan", "held:roaming"]
    assert [patch.get_height() for patch in panels[0].patches] == card.shapes("roaming")[0].points.tolist()
    assert figure.get_suptitle().startswith("Roaming:")
    assert panels[1].images[0].get_array().tolist() == card.shapes("roaming")[1].points.tolist()


def test_most_limits_the_panels_and_no_term_is_an_empty_figure(card):
    assert [panel.get_title() for panel in card.plot("roaming", most=1).axes if panel.get_visible()] == ["trips"]
    frame = pd.DataFrame({"trips": [1.0, 2.0]})
    popular = PopularityRanker().fit(frame, pd.DataFrame({"roaming": [True, False]}))
    assert not [panel for panel in popular.plot("roaming").axes if panel.get_visible()]


def test_terms_are_drawn_in_the_order_asked_for(card):
    figure = card.plot("roaming", terms=["held:roaming", "nothing", "trips"])
    assert [panel.get_title() for panel in figure.axes if panel.get_visible()] == ["held:roaming", "trips"]


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "recommender.ranking.drawing", raising=False)
    with pytest.raises(MissingExtraError, match=r"matplotlib is needed .* pip install 'recommender\[plot\]'"):
        load_extra("recommender.ranking.drawing", needs="matplotlib", extra="plot")


def test_another_missing_module_is_no_missing_extra():
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        load_extra("recommender.no_such_module", needs="matplotlib", extra="plot")
