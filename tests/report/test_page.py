import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.catalogue import Catalogue
from recommender.errors import DataError, OutputError
from recommender.model import load_model
from recommender.report.page import page as page_text
from recommender.report.run import read_run
from recommender.scoring import BatchOptions


def test_the_page_fetches_nothing_and_runs_nothing(page, written):
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "object", "embed", "form", "base"}
    addresses = [v for _, attributes in page.elements for k, v in attributes.items() if k in {"href", "src", "action"}]
    assert all(address.startswith("#") or address == "data:," for address in addresses)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    text = written.read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_every_link_leads_to_a_section(page):
    named = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = {attributes["href"][1:] for tag, attributes in page.elements if tag == "a"}
    assert len(links) == 8
    assert links <= named


def test_every_drawing_has_a_title_and_says_what_it_shows(page):
    tags = [tag for tag, _ in page.elements]
    drawings = [i for i, tag in enumerate(tags) if tag == "svg"]
    assert len(drawings) > 12
    assert all(tags[i + 1 : i + 3] == ["title", "desc"] for i in drawings)
    assert all(page.elements[i][1]["aria-label"] for i in drawings)


def test_no_account_is_named_unless_asked_for(page, scored, model, tmp_path):
    ids = set(pd.read_parquet(scored / "offers.parquet")["account_id"])
    assert not set(re.findall(r"A\d{7}", page.text))
    named = recommender.write_report(model, scored, tmp_path / "named.html", with_ids=True)
    assert set(re.findall(r"A\d{7}", named.read_text(encoding="utf-8"))) & ids


def test_the_page_says_what_the_summary_says(page, scored):
    summary = json.loads((scored / "summary.json").read_text())
    assert f"{summary['accounts_with_offers']:,} accounts are left with an offer" in page.text
    for code, n in summary["waterfall"].items():
        assert f"−{n:,}, " in page.text, code
    for product_name, n in pd.read_parquet(scored / "offers.parquet")["product_name"].value_counts().head(12).items():
        assert product_name in page.text
        assert f"{n:,}, {n / summary['offers'] * 100:.1f} %" in page.text


def test_the_stories_are_those_of_the_offers(page, scored):
    made = pd.read_parquet(scored / "offers.parquet")
    best = made[made["rank"] == 1].sort_values("propensity", ascending=False).iloc[0]
    own = made[made["account_id"] == best["account_id"]]
    for row in own.itertuples():
        assert f"{row.reason}." in page.text
        assert f"({row.bill_change:+} EUR a month)" in page.text


def test_the_backtest_stands_beside_its_baselines_with_its_intervals(page):
    assert "0.400 (0.350 to 0.450)" in page.text
    assert "0.200 (0.150 to 0.250)" in page.text
    assert "The best tenth of all pairs holds 37 % of all take-ups." in page.text
    assert "The best tenth is taken up 1.8 times as often as the average." in page.text  # 0.10 / 0.055


def test_a_model_without_a_backtest_says_so(scored, trained, tmp_path):
    out = recommender.write_report(trained, scored, tmp_path / "plain.html")
    text = out.read_text(encoding="utf-8")
    assert "This model was trained without a backtest" in text
    assert "No groups were given." in text


def test_words_from_the_data_are_text_and_never_markup(scored, model, page_of, tmp_path):
    evil = "<script>alert(1)</script>"
    products = [replace(p, name=evil, monthly_price=Decimal("1.00")) for p in model.catalogue.products]
    made = pd.read_parquet(scored / "offers.parquet").assign(product_name=evil, reason="<img src=x onerror=alert(1)>")
    made.to_parquet(tmp_path / "made.parquet")
    run = read_run(scored, model)
    assert run.outcome is not None
    changed = replace(
        run,
        model=replace(model, catalogue=Catalogue.of(products)),
        offers=pq.read_table(tmp_path / "made.parquet"),
        files={**run.files, "offers.parquet": (tmp_path / "made.parquet",)},
    )
    text = page_text(changed, {evil: [evil] * len(run.outcome.account_id)}, with_ids=False)
    tags = {tag for tag, _ in page_of(text).elements}
    assert not tags & {"script", "img"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_same_run_gives_the_same_page(written, scored, model, rows, tmp_path):
    again = recommender.write_report(model, scored, tmp_path / "a.html", groups=rows, by=("segment", "age_band"))
    assert again.read_bytes() == written.read_bytes()


def test_stale_feeds_stand_at_the_top(rows, trained, tmp_path):
    recommender.score(rows, trained, tmp_path / "late", as_of="2026-07-03")
    text = recommender.write_report(trained, tmp_path / "late", tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Offers were withheld: the feeds complaints were missing or too old." in text
    assert "0 accounts are left with an offer" in text


def test_the_offers_of_another_model_are_refused(scored, model):
    other = replace(model, version="7")
    with pytest.raises(DataError, match=r"the model 'cross-sell/1' made these offers, and 'cross-sell/7' was given"):
        read_run(scored, other)


def test_a_folder_without_a_run_is_refused_with_one_sentence(trained, tmp_path):
    with pytest.raises(DataError, match="a folder that `recommender score` wrote to its end was needed"):
        read_run(tmp_path, load_model(trained))


def test_a_place_that_cannot_be_written_is_one_sentence(scored, trained, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="the report cannot be written"):
        recommender.write_report(trained, scored, tmp_path / "file" / "report.html")


def test_a_run_that_was_damaged_is_refused(scored, model, tmp_path):
    shutil.copytree(scored, tmp_path / "run")
    (part,) = (tmp_path / "run" / "offers.parquet").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(DataError, match=r"part-00000\.parquet: it is missing or damaged"):
        read_run(tmp_path / "run", model)


def test_a_run_that_kept_no_dispositions_has_a_page_without_them(rows, trained, until, tmp_path):
    recommender.score(rows, trained, tmp_path / "run", as_of=until, options=BatchOptions(dispositions="counts"))
    text = recommender.write_report(trained, tmp_path / "run", tmp_path / "r.html").read_text(encoding="utf-8")
    assert "The run kept no dispositions of every pair" in text
    assert "Pairs of account and product" in text
    with pytest.raises(DataError, match="groups need the dispositions of every account"):
        recommender.write_report(trained, tmp_path / "run", tmp_path / "r.html", groups=rows)


def test_tenths_without_a_take_up_are_said_to_be_left_out(scored, model, tmp_path):
    tenths = [dict(one) for one in model.training["diagrams"]["tenths"]["logistic"]]
    tenths[0]["rate"] = tenths[0]["low"] = 0.0
    for shown, sentence in ((tenths, "Not drawn, as nothing was taken up: 1 of the tenths."), (tenths[:1], "Gains")):
        diagrams = {**model.training["diagrams"], "tenths": {"logistic": shown}}
        changed = replace(model, training={**model.training, "diagrams": diagrams})
        text = recommender.write_report(changed, scored, tmp_path / "r.html").read_text(encoding="utf-8")
        assert sentence in text
        assert ("Calibration" in text) is (len(shown) > 1)


def test_a_figure_that_is_not_defined_is_left_out(scored, model):
    undefined = {"ranker": "logistic", "metric": "auc", "value": None, "low": None, "high": None}
    figures = [undefined, *(one for one in model.training["figures"] if one["metric"] != "auc")]
    judged = replace(model, training={**model.training, "figures": figures})
    text = page_text(read_run(scored, judged), {}, with_ids=False)
    assert "Among the best three (hit@3)" in text
    assert "None" not in text
