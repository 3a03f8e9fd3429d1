"""What a notebook shows: every figure is the frame's own, everything is escaped, nothing runs."""

from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pytest

import recommender
from recommender import markup
from recommender.errors import DataError
from recommender.reasons import Feature


class _Seen(HTMLParser):
    """The text of a page and the names of its tags; refuses what is not closed."""

    def __init__(self, html):
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        assert {name for name, _ in attrs} <= {"style"}, attrs
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(self.words)


@pytest.fixture(scope="module")
def model(trained):
    return recommender.load_model(trained)


@pytest.fixture(scope="module")
def found(rows, model, until):
    return recommender.recommend(rows, model, as_of=until)


@pytest.fixture(scope="module")
def told(rows, model, until, found):
    return recommender.explain(rows, model, found.offers["account_id"].iloc[0], as_of=until)


@pytest.mark.parametrize("what", ["told", "found", "model", "tables", "shown"])
def test_a_display_is_whole_html_without_scripts_and_without_colours_of_a_page(what, request, found):
    thing = recommender.show(found.offers) if what == "shown" else request.getfixturevalue(what)
    seen = _Seen(thing._repr_html_())
    assert set(seen.tags) <= {"div", "span", "table", "thead", "tbody", "tr", "th", "td"}
    assert "background:#fff" not in thing._repr_html_()
    assert "color:black" not in thing._repr_html_()


def test_contributions_add_up_to_the_log_odds_of_the_propensity(told):
    for product, propensity in zip(told.offers["product_id"], told.offers["propensity"], strict=True):
        points = told.contributions(product)["points"]
        assert 1 / (1 + 2.718281828459045 ** -points.sum()) == pytest.approx(propensity, rel=1e-9)


def test_contributions_are_those_of_the_scorecard_strongest_first(told, model):
    product = told.offers["product_id"].iloc[0]
    frame = told.contributions(product)
    assert frame["term"].iloc[0] == "intercept"
    assert frame["points"].iloc[0] == model.scorecard.intercept[model.scorecard.products.index(product)]
    assert frame["points"].iloc[1:].abs().is_monotonic_decreasing
    assert set(frame["term"].iloc[1:]) <= set(model.scorecard.terms)


def test_contributions_of_an_unknown_product_are_refused(told):
    with pytest.raises(DataError, match="ranks no product 'nothing'"):
        told.contributions("nothing")


def test_contributions_of_no_row_are_none(rows, model):
    product = model.scorecard.products[0]
    assert model.contributions(rows.slice(0, 0), product).shape == (0, len(model.scorecard.terms))


def test_an_explanation_shows_offers_and_every_reason_not_to_offer(told):
    text = _Seen(told._repr_html_()).text
    for offer in told.offers.to_dict("records"):
        assert f"{offer['rank']}. {offer['product_name']}" in text
        assert offer["reason"] in text
        assert f"bill {offer['bill_change']:+}" in text
    for reason in told.against_some():
        assert reason in text


def test_the_bars_shown_and_the_further_terms_add_up(told):
    adds = told.contributions(told.offers["product_id"].iloc[0])
    rest = adds["points"].iloc[6:].sum()
    text = _Seen(told._repr_html_()).text
    assert f"{len(adds) - 6} further terms {rest:+.2f}" in text


def test_a_ranker_without_terms_says_that_it_cannot_say_why(told, model, rows, until):
    anything = replace(model.config, offers=replace(model.config.offers, min_lift=0.0))
    bare = replace(model, scorecard=replace(model.scorecard, tables=()), config=anything)
    text = _Seen(recommender.explain(rows, bare, told.decision.account_id[0].as_py(), as_of=until)._repr_html_()).text
    assert "has no terms, and so cannot say" in text


def test_an_account_with_a_complaint_is_told_why_there_is_no_offer(rows, model, until, found):
    hit = found.dispositions[found.dispositions["reasons"].map(lambda codes: "open_complaint" in codes)]
    text = _Seen(recommender.explain(rows, model, hit["account_id"].iloc[0], as_of=until)._repr_html_()).text
    assert "no offer" in text
    assert "No offer: The account has an unresolved complaint" in text


def test_a_sensitive_feature_is_not_named_in_a_story(told, model, rows, until):
    widest = told.contributions(told.offers["product_id"].iloc[0])["term"].iloc[1]
    features = tuple(replace(one, is_sensitive=one.name in widest) for one in model.features)
    discreet = replace(model, features=features)
    account = told.decision.account_id[0].as_py()
    says = recommender.explain(rows, discreet, account, as_of=until).contributions(told.offers["product_id"].iloc[0])
    assert says["says"].iloc[1] == "an attribute that no reason may name"


def test_names_from_the_data_are_escaped(told, model, rows, until):
    products = [replace(one, name=f"<b>{one.name}</b>") for one in model.catalogue.products]
    features = tuple(Feature(one.name, one.unit, "<i>{value}</i>") for one in model.features)
    forged = replace(model, catalogue=recommender.Catalogue.of(products), features=features)
    account = told.decision.account_id[0].as_py()
    seen = _Seen(recommender.explain(rows, forged, account, as_of=until)._repr_html_())
    assert {"b", "i"}.isdisjoint(seen.tags)
    assert "<b>" in seen.text
    assert "<b>" in _Seen(recommender.recommend(rows, forged, as_of=until)._repr_html_()).text
    assert "<b>" in _Seen(forged._repr_html_()).text


def test_a_recommendation_shows_counts_that_reconcile(found, rows):
    text = _Seen(found._repr_html_()).text
    assert f"{len(found.offers):,} offers to {rows.num_rows:,} accounts" in text
    for name, count in found.counts.items():
        assert f"{name} {count:,}" in text
    assert f"{found.suppressions['open_complaint']:,}" in text


def test_a_stale_feed_heads_the_display(rows, model, until):
    with pytest.warns(recommender.StaleDataWarning):
        late = recommender.recommend(rows, model, as_of=until.replace(month=9))
    assert _Seen(late._repr_html_()).text.startswith("Offers were withheld: complaints")


def test_show_keeps_the_frame_and_says_how_many_more_there_are(found):
    shown = recommender.show(found.offers, most=3)
    assert shown.frame is found.offers
    assert f"and {len(found.offers) - 3:,} more offers" in _Seen(shown._repr_html_()).text
    assert repr(shown) == repr(found.offers)


def test_show_takes_arrow_and_says_where_the_bill_is_unknown(found):
    offers = found.decision.offers.slice(0, 1)
    nothing = pa.nulls(1, offers["bill_change"].type)
    unpriced = offers.set_column(offers.column_names.index("bill_change"), "bill_change", nothing)
    assert "unknown" in _Seen(recommender.show(unpriced)._repr_html_()).text
    assert "more offers" not in recommender.show(unpriced).html


def test_show_refuses_what_is_no_offers(found):
    with pytest.raises(DataError, match=r"show: offers were needed, but the columns \['rank', 'product_name'"):
        recommender.show(found.dispositions)


def test_a_model_shows_what_it_learnt_from_and_a_line_per_product(model):
    text = _Seen(model._repr_html_()).text
    assert f"Model {model.label}" in text
    assert f"{model.training['rows']:,} rows" in text
    assert all(product.name in text for product in model.catalogue.products)
    figures = [{"ranker": "logistic", "metric": "hit@3", "value": 0.5, "low": 0.25, "high": 0.75}]
    bare = [{"ranker": "popularity", "metric": "hit@3", "value": 0.125, "low": None, "high": None}]
    judged = replace(model, training={**model.training, "figures": figures + bare})
    text = _Seen(judged._repr_html_()).text
    assert "0.500 (0.250 to 0.750)" in text
    assert "popularity 0.125" in text


def test_a_model_plots_the_heaviest_term_first_under_the_names_of_products(model):
    product = max(model.catalogue.products, key=lambda one: len(model.scorecard.shapes(one.product_id)))
    figure = model.plot(product.product_id, most=1)
    assert figure.get_suptitle().startswith(f"{product.name}:")
    assert figure.axes[0].get_title() == _titled(model.training["weights"][product.product_id][0][0], model)
    unweighed = replace(model, training={}).plot(product.product_id, most=1)
    assert unweighed.axes[0].get_title() == _titled(model.scorecard.shapes(product.product_id)[0].term, model)


def _titled(term, model):
    """Return a term as a panel is headed: a holding by the name of its product."""
    names = {f"held:{one.product_id}": f"has {one.name}" for one in model.catalogue.products}
    return names.get(term, term)


def test_tables_show_columns_without_reading_and_say_what_is_not_there(tables, until):
    text = _Seen(tables._repr_html_()).text
    assert "11 tables, lazy" in text
    assert "household_size" in text
    assert "as known at" in _Seen(tables.cut(until)._repr_html_()).text
    few = replace(tables, by_name={"accounts": tables["accounts"]})
    assert "Not there: products, holdings" in _Seen(few._repr_html_()).text


def test_an_overview_counts_what_is_there(tables):
    overview = tables.overview().set_index("table")
    assert overview.loc["accounts", "accounts"] == overview.loc["accounts", "rows"]
    assert overview.loc["products", "rows"] == tables["products"].count().to_pyarrow().as_py()
    assert overview.isna().loc["products", "first"]
    newest = tables["calls"].started_at.max().to_pyarrow().as_py()
    assert overview.loc["calls", "last"].replace(tzinfo=None) == newest.replace(tzinfo=None)
    assert overview.loc["calls", "states_recorded_at"]


def test_a_bar_reaches_to_one_side_and_no_further():
    assert "left:50.0%;width:50.0%" in markup.bar(3.0, 2.0)
    assert "left:25.0%;width:25.0%" in markup.bar(-1.0, 2.0)
    assert "width:0.0%" in markup.bar(0.0, 0.0)
