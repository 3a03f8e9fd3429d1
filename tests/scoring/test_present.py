"""What an operator settles after training holds at every face: settings, prices, what is on sale, who is vulnerable."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.errors import ConfigError, DataError
from recommender.files import dump_document
from recommender.schema import BROUGHT_KEY


@pytest.fixture
def folder(operator, tmp_path) -> Path:
    """The operator's folder, without usage, to be changed."""
    small = {"calls", "sessions", "messages"}
    left_out = shutil.ignore_patterns(*(f"{name}.*" for name in small), *small, "truth")
    return Path(shutil.copytree(operator, tmp_path / "data", ignore=left_out))


@pytest.fixture(scope="module")
def model(lean_operator, until, tmp_path_factory):
    """A model that needs no usage."""
    trained = recommender.train(lean_operator, until, ranker="popularity")
    return recommender.save_model(trained, tmp_path_factory.mktemp("models") / "popular")


def add_settings(folder: Path, text: str) -> None:
    path = folder / "recommender.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def mark_by(folder: Path, name: str, flags: list[bool]) -> None:
    accounts = pq.read_table(folder / "accounts.parquet").drop_columns(["is_vulnerable"])
    pq.write_table(accounts.append_column(name, pa.array(flags)), folder / "accounts.parquet")


def snapshot_of(folder: Path, until, name: str = "snapshot.parquet") -> Path:
    path = folder.parent / name
    recommender.write_snapshot(folder, until, path)
    return path


def test_a_snapshot_file_is_decided_by_the_settings_and_the_catalogue_that_it_was_taken_under(folder, model, until):
    offered = recommender.predict(folder, model, as_of=until)
    gone, dear = offered["product_id"].value_counts().index[:2]
    products = pq.read_table(folder / "products.parquet")
    is_gone, is_dear = pc.equal(products["product_id"], gone), pc.equal(products["product_id"], dear)
    on_sale = pc.and_kleene(products["is_offered"], pc.invert(is_gone))
    price = products["monthly_price"]
    prices = pc.if_else(is_dear, pc.add(price, pa.scalar(1, price.type)), price).cast(price.type)
    products = products.set_column(products.column_names.index("is_offered"), "is_offered", on_sale)
    products = products.set_column(products.column_names.index("monthly_price"), "monthly_price", prices)
    pq.write_table(products, folder / "products.parquet")
    add_settings(folder, "\n[offers]\nvalid_days = 1\n")
    of_tables = recommender.predict(folder, model, as_of=until)
    of_file = recommender.predict(snapshot_of(folder, until), model, as_of=until)
    assert gone not in set(of_file["product_id"])
    assert of_file.equals(of_tables)
    changed = {float(offers.loc[offers["product_id"] == dear, "bill_change"].iloc[0]) for offers in (offered, of_file)}
    assert max(changed) - min(changed) == pytest.approx(1)


def test_a_job_decides_a_snapshot_file_as_predict_does(folder, model, until, tmp_path):
    add_settings(folder, "\n[offers]\nk = 1\n")
    path = snapshot_of(folder, until)
    summary = recommender.score(path, model, tmp_path / "out", as_of=until)
    assert summary["settings"]["offers"]["k"] == 1
    assert summary["offers"] == len(recommender.predict(path, model, as_of=until)) > 0


def test_settings_that_cannot_be_read_in_a_snapshot_file_are_one_sentence(folder, model, until, tmp_path):
    rows = pq.read_table(snapshot_of(folder, until))
    path = tmp_path / "odd.parquet"
    said = {
        **rows.schema.metadata,
        BROUGHT_KEY: dump_document({"settings": {"offers": {"k": "many"}}, "catalogue": []}),
    }
    pq.write_table(rows.replace_schema_metadata(said), path)
    with pytest.raises(DataError, match=r"odd\.parquet: the settings and the catalogue that it brings cannot be read"):
        recommender.predict(path, model, as_of=until)


def test_a_changed_byte_of_the_settings_in_a_snapshot_file_is_one_sentence(folder, model, until, tmp_path):
    rows = pq.read_table(snapshot_of(folder, until))
    cheaper = rows.schema.metadata[BROUGHT_KEY].replace(b'"monthly_price": "9', b'"monthly_price": "1', 1)
    assert cheaper != rows.schema.metadata[BROUGHT_KEY]
    path = tmp_path / "odd.parquet"
    pq.write_table(rows.replace_schema_metadata({BROUGHT_KEY: cheaper}), path)
    with pytest.raises(DataError, match=r"odd\.parquet: the settings and the catalogue that it brings cannot be read"):
        recommender.predict(path, model, as_of=until)


def test_an_attribute_that_marks_the_vulnerable_since_training_withholds_their_offers(folder, model, until):
    offered = set(recommender.predict(folder, model, as_of=until)["account_id"])
    ids = pq.read_table(folder / "accounts.parquet")["account_id"].to_pylist()
    marked = set(sorted(offered)[:5])
    mark_by(folder, "in_care", [one in marked for one in ids])
    add_settings(folder, '\n[features]\nvulnerable = "in_care"\n')
    left = set(recommender.predict(folder, model, as_of=until)["account_id"])
    assert len(marked) == 5
    assert not left & marked
    assert offered - marked <= left


def test_what_is_sensitive_since_training_is_named_no_more(operator, tables, trained, until, tmp_path):
    named = recommender.predict(tables, trained, as_of=until)["reason_features"].explode()
    name = named[~named.str.startswith("held:")].value_counts().index[0]
    features = f'\n[features]\nsensitive = ["{name}"]\n'
    settings = tmp_path / "recommender.toml"
    settings.write_text((operator / "recommender.toml").read_text(encoding="utf-8") + features, encoding="utf-8")
    today = recommender.read_tables(operator, recommender.read_config(settings))
    assert name not in set(recommender.predict(today, trained, as_of=until)["reason_features"].explode())


def test_a_waiver_is_gone_with_the_settings_that_stated_it(folder, until):
    waiver = "\n[policy.open_complaint]\nenabled = false\ni_accept_offers_over_open_complaints = true\n"
    kept = (folder / "recommender.toml").read_text(encoding="utf-8")
    add_settings(folder, waiver)
    model = recommender.train(folder, until, ranker="popularity")
    assert recommender.recommend(folder, model, as_of=until).model.policy.waived == ("open_complaint",)
    (folder / "recommender.toml").write_text(kept, encoding="utf-8")
    assert recommender.recommend(folder, model, as_of=until).model.policy.waived == ()
    (folder / "recommender.toml").write_text("# nothing is set\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="time_zone"):  # nothing of training's settings comes back
        recommender.recommend(folder, model, as_of=until)
