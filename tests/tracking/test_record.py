"""What a training leaves in MLflow: in a SQLite file by default, and on a real server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import recommender
from recommender.errors import ModelError, OutputError
from recommender.model import load_model
from recommender.tracking import CHAMPION, Store, champion, promote, record, rollback
from recommender.tracking.plots import plots_of
from recommender.tracking.store import client_of

pytestmark = pytest.mark.xdist_group("mlflow")  # one server for all


@pytest.fixture(scope="session")
def client(store):
    return client_of(store)


@pytest.fixture(scope="session")
def run(client, registered):
    return client.get_run(registered.run_id)


def test_a_run_ends_well_and_carries_settings_tags_and_the_fingerprint_of_the_data(run, judged):
    manifest = json.loads((judged / "manifest.json").read_text())
    assert run.info.status == "FINISHED"
    assert run.data.tags["data_fingerprint"] == manifest["training"]["fingerprint"]
    assert run.data.tags["model_version"] == "cross-sell/1"
    assert run.data.params["ranker"] == "logistic"
    assert run.data.params["config.time_zone"] == "Europe/Berlin"
    assert run.data.params["config.training.horizon_days"] == "30"


def test_every_figure_is_a_metric_and_every_month_is_a_step(client, registered, judged):
    training = load_model(judged).training
    months = sorted({one["cut_off"] for one in training["months"]})
    assert len(months) == 2
    for ranker in ("popularity", "co-holding", "logistic"):
        pooled = [one["value"] for one in training["figures"] if (one["ranker"], one["metric"]) == (ranker, "hit@3")]
        assert client.get_run(registered.run_id).data.metrics[f"{ranker}/hit_at_3"] == pooled[0]
        steps = client.get_metric_history(registered.run_id, f"month/{ranker}/hit_at_3")
        expected = [one["value"] for one in training["months"] if (one["ranker"], one["metric"]) == (ranker, "hit@3")]
        assert [one.value for one in sorted(steps, key=lambda one: one.step)] == expected


def test_the_plots_are_pictures(client, registered, tmp_path):
    names = [one.path for one in client.list_artifacts(registered.run_id, "plots")]
    assert names == ["plots/metrics.png", "plots/months.png"]
    for name in names:
        content = Path(client.download_artifacts(registered.run_id, name, str(tmp_path))).read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 5000


def test_the_signature_has_numbers_and_texts_alone_and_an_example_that_is_made_up(client, registered, tmp_path):
    mlflow = pytest.importorskip("mlflow")
    logged = client.get_logged_model(registered.model_uri.removeprefix("models:/"))
    home = mlflow.artifacts.download_artifacts(
        logged.artifact_location, dst_path=str(tmp_path), tracking_uri=client.tracking_uri
    )
    kept = mlflow.models.Model.load(home)
    types = {column.name: column.type.name for column in kept.signature.inputs}
    assert set(types.values()) == {"string", "double"}
    assert types["complaint_spans"] == types["as_of"] == "string"
    assert types["call_daytime_minutes_30d"] == "double"
    example = json.loads((Path(home) / "input_example.json").read_text())
    assert example["data"][0][example["columns"].index("account_id")] == "EXAMPLE"
    flavor = kept.flavors["python_function"]
    assert flavor["loader_module"] == "recommender.scoring.served"
    assert not [path for path in Path(home).rglob("*") if path.suffix in {".pkl", ".joblib", ".pickle", ".py"}]


def test_a_registered_model_is_loaded_by_the_verified_loader(server, registered, judged, rows, soon, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    by_alias, by_version = (
        load_model(f"models:/cross-sell{end}") for end in (f"@{CHAMPION}", f"/{registered.version}")
    )
    assert by_alias.digest == by_version.digest == load_model(judged).digest
    offers = recommender.predict(rows, f"models:/cross-sell@{CHAMPION}", as_of=soon)
    assert offers.equals(recommender.predict(rows, judged, as_of=soon))


def test_a_model_that_was_changed_in_the_registry_is_refused(judged, tmp_path):
    store = Store(f"sqlite:///{tmp_path}/mlflow.db")
    made = record(judged, store, register="mine")
    promote("mine", str(made.version), store)
    registered = champion("mine", store)
    assert registered is not None
    assert registered.digest == load_model(judged).digest
    (arrays,) = (tmp_path / "mlartifacts").rglob("scorecard.npz")
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="sha256 differs"):
        champion("mine", store)


def test_champions_follow_one_another_and_roll_back_one_by_one(judged, store):
    versions = [str(record(judged, store, register="chain").version) for _ in range(3)]
    assert [promote("chain", version, store) for version in versions] == [None, *versions[:2]]
    assert promote("chain", versions[2], store) == versions[2]
    assert rollback("chain", store) == (versions[2], versions[1])
    assert rollback("chain", store) == (versions[1], versions[0])
    with pytest.raises(OutputError, match="there is none before it"):
        rollback("chain", store)


def test_what_is_not_registered_is_one_sentence(store, server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    with pytest.raises(OutputError, match="no version bears the alias 'champion'"):
        rollback("nobody", store)
    with pytest.raises(OutputError, match=r"^MLflow: downloading models:/nobody@champion is not possible \(.*\)\.$"):
        load_model("models:/nobody@champion")
    with pytest.raises(OutputError, match="promoting nobody 7"):
        promote("nobody", "7", store)
    assert champion("nobody", store) is None


def test_a_run_that_breaks_off_is_marked_as_failed(judged, store, client, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("recommender.tracking.recording.package", full)
    with pytest.raises(OSError, match="No space"):
        record(judged, Store(store.uri, "broken"))
    (run,) = client.search_runs([client.get_experiment_by_name("broken").experiment_id])
    assert run.info.status == "FAILED"


def test_without_mlflow_the_sentence_names_the_extra():
    code = (
        "import sys; sys.modules['mlflow'] = sys.modules['mlflow.pyfunc'] = None\n"
        "from recommender.model import load_model\n"
        "load_model('models:/cross-sell@champion')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith(
        "mlflow is needed here and is not installed: pip install 'recommender[mlflow]'."
    )


def test_an_interval_that_begins_at_nothing_is_drawn_from_there():
    one = {"ranker": "a", "metric": "hit@3", "value": 0.2, "low": 0.0, "high": 0.5}
    plot = plots_of({"figures": [one]})["metrics.png"]
    (whisker,) = plot.axes[0].collections[0].get_segments()
    assert whisker[:, 0].tolist() == [0.0, 0.5]
