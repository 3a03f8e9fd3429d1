"""An indicator of one's own, from its function to the reason in an offer."""

import re
from dataclasses import replace

import pytest

import recommender
from recommender.config import Training
from recommender.errors import FeatureError
from recommender.usage import dictionary


def hours_on_trains_and_in_cafes(sessions):
    """Hours on hotspots in coffee shops and on trains in the last 90 days; 0 without any."""
    return sessions.total("seconds", network="hotspot", venue=("coffee_shop", "train")) / 3_600


OWN = recommender.Indicator(hours_on_trains_and_in_cafes, "hours", "{value} hours on the move", group="sessions")
NAME = "hours_on_trains_and_in_cafes"


@pytest.fixture(scope="module")
def known(tables):
    return replace(tables, config=replace(tables.config, training=Training(cut_offs=1))).with_indicators(OWN)


@pytest.fixture(scope="module")
def folder(known, until, tmp_path_factory):
    model = recommender.train(known, until)
    return recommender.save_model(model, tmp_path_factory.mktemp("own") / "model")


def test_it_stands_in_the_snapshot_with_its_words(known, until):
    rows = recommender.snapshot(known, until, indicators=())
    assert rows[NAME].notna().any()
    assert rows[NAME].max() > 0


def test_it_stands_in_the_dictionary():
    page = dictionary((*recommender.INDICATORS, OWN))
    assert f"| `{NAME}` | hours | {OWN.definition} | {OWN.says} |" in page


def test_it_stands_in_the_model_with_its_words(folder):
    feature = recommender.load_model(folder).words.features[NAME]
    assert (feature.unit, feature.says, feature.definition) == (OWN.unit, OWN.says, OWN.definition)


def test_it_is_a_reason(known, folder, until):
    reasons = recommender.predict(known, folder, as_of=until)["reason"].astype(str)
    assert reasons.str.contains("hours on the move").any()


@pytest.mark.parametrize("use", [recommender.predict, recommender.recommend])
def test_tables_without_it_are_refused_by_its_name(tables, folder, until, use):
    with pytest.raises(FeatureError, match=re.escape(f"['{NAME}'], which these tables do not give")):
        use(tables, folder, as_of=until)


def test_a_snapshot_without_it_is_refused_by_its_name(rows, folder, until):
    with pytest.raises(FeatureError, match=NAME):
        recommender.predict(rows, folder, as_of=until)
