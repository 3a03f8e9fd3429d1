import json
import re
from functools import partialmethod

import pandas as pd
import pyarrow.parquet as pq
import pytest

import recommender
from recommender.cli import terminal
from recommender.cli.evaluate import show_figures
from recommender.scoring import options

AS_OF = "2026-07-01"


@pytest.fixture(scope="module")
def snapshot(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("snapshot") / "snapshot.parquet"
    pq.write_table(rows, path)
    return path


@pytest.fixture
def scored(run, snapshot, trained, tmp_path):
    status, _, _ = run("score", snapshot, "--model", trained, "--as-of", AS_OF, "--out", tmp_path / "offers")
    assert status == 0
    return tmp_path / "offers"


def test_offers_dispositions_and_summary_reconcile(scored, rows):
    summary = json.loads((scored / "summary.json").read_text())
    offers, dispositions = (
        pd.read_parquet(scored / "offers.parquet"),
        recommender.read_dispositions(scored / "dispositions.parquet"),
    )
    assert summary["accounts"] == rows.num_rows
    assert summary["candidates"] == rows.num_rows * 38 == len(dispositions) == sum(summary["dispositions"].values())
    assert dispositions["disposition"].value_counts().to_dict() == {
        name: count for name, count in summary["dispositions"].items() if count
    }
    assert summary["offers"] == len(offers) == summary["dispositions"]["offered"]
    by_reason = dispositions["reasons"].explode().value_counts().to_dict()
    assert summary["suppressions"] == by_reason


def test_the_offers_are_those_of_predict(scored, rows, trained, until):
    expected = recommender.predict(rows, trained, as_of=until)
    pd.testing.assert_frame_equal(pd.read_parquet(scored / "offers.parquet"), expected, check_dtype=False)


def test_scoring_twice_gives_the_same_bytes(run, scored, snapshot, trained, tmp_path):
    run("score", snapshot, "--model", trained, "--as-of", AS_OF, "--out", tmp_path / "again")
    for name in ("offers.parquet", "dispositions.parquet"):
        part = f"{name}/part-00000.parquet"
        assert (tmp_path / "again" / part).read_bytes() == (scored / part).read_bytes()


def test_results_are_not_overwritten(run, scored, snapshot, trained):
    status, _, err = run("score", snapshot, "--model", trained, "--as-of", "2026-07-02", "--out", scored)
    assert status == 1
    assert "holds the results of an earlier job, which differs in its decided_at" in err


def test_the_same_job_once_more_changes_nothing(run, scored, snapshot, trained):
    before = {path: path.stat().st_mtime_ns for path in scored.rglob("*.parquet")}
    status, out, _ = run("score", snapshot, "--model", trained, "--as-of", AS_OF, "--out", scored)
    assert status == 0
    assert "offers for" in out
    assert {path: path.stat().st_mtime_ns for path in scored.rglob("*.parquet")} == before


def test_a_log_gets_plain_lines_with_the_rate_and_the_time_left(run, snapshot, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(terminal, "_SECONDS_BETWEEN", 0)
    monkeypatch.setattr(options.BatchOptions, "__init__", partialmethod(options.BatchOptions.__init__, shard_rows=400))
    status, _, err = run("score", snapshot, "--model", trained, "--as-of", AS_OF, "--out", tmp_path / "log")
    assert status == 0
    assert re.search(r"^Scoring accounts: 400 of 600, [\d,]+ a second, [\d,]+ s left$", err, re.MULTILINE)
    assert re.search(r"^Scoring accounts: 600 of 600, [\d,]+ a second, 0 s left$", err, re.MULTILINE)


def test_dispositions_may_be_left_to_the_counts(run, scored, snapshot, trained, tmp_path):
    arguments = ("--model", trained, "--as-of", AS_OF, "--out", tmp_path / "counts", "--dispositions", "counts")
    assert run("score", snapshot, *arguments)[0] == 0
    assert not (tmp_path / "counts" / "dispositions.parquet").exists()
    counts, whole = (json.loads((one / "summary.json").read_text()) for one in (tmp_path / "counts", scored))
    assert counts["dispositions"] == whole["dispositions"]


def test_a_stale_feed_is_exit_status_3(run, snapshot, trained, tmp_path):
    status, out, err = run("score", snapshot, "--model", trained, "--as-of", "2026-07-03", "--out", tmp_path / "late")
    assert status == 3
    assert "0 offers" in out
    assert "complaints" in err


def test_a_complaint_handed_in_leaves_no_offer(run, snapshot, trained, scored, tmp_path):
    account = pd.read_parquet(scored / "offers.parquet")["account_id"].iloc[0]
    fresh = tmp_path / "fresh.csv"
    fresh.write_text(f"account_id,opened_at,resolved_at,status\n{account},2026-07-01T00:30,,open\n")
    arguments = ("--model", trained, "--as-of", "2026-07-01T01:00", "--complaints", fresh)
    run("score", snapshot, *arguments, "--out", tmp_path / "fewer")
    assert account not in set(pd.read_parquet(tmp_path / "fewer" / "offers.parquet")["account_id"])
    _, out, _ = run("explain", snapshot, *arguments, "--account", account)
    assert out.startswith("No offer: The account has an unresolved complaint")


def test_explain_tells_the_offers_in_words(run, snapshot, trained, scored):
    first = pd.read_parquet(scored / "offers.parquet").iloc[0]
    status, out, _ = run("explain", snapshot, "--model", trained, "--as-of", AS_OF, "--account", first["account_id"])
    assert status == 0
    assert out.splitlines()[0].startswith(f"1. {first['product_name']} (bill +")
    assert first["reason"] in out


def test_an_unknown_account_is_one_sentence(run, snapshot, trained):
    status, _, err = run("explain", snapshot, "--model", trained, "--as-of", AS_OF, "--account", "0815")
    assert (status, len(err.splitlines())) == (1, 1)
    assert "The account asked for is not among the accounts" in err


def test_good_tables_pass_the_check(run, operator):
    status, out, _ = run("check", operator)
    assert status == 0
    assert "every table keeps its contract" in out


def test_five_faults_are_five_sentences(run, operator, tmp_path):
    for path in operator.glob("*.parquet"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "recommender.toml").write_bytes((operator / "recommender.toml").read_bytes())
    _break(tmp_path)
    status, _, err = run("check", tmp_path)
    assert status == 1
    assert "Traceback" not in err
    sentences = [line for line in err.strip().splitlines() if not line.startswith("Checking: ")]
    assert len(sentences) == 5
    for table, word in (
        ("holdings", "product_id"),
        ("complaints", "opened_at"),
        ("calls", "direction"),
        ("contacts", "account_id"),
        ("sessions", "bytes"),
    ):
        assert sum(sentence.startswith(table) and word in sentence for sentence in sentences) == 1


def _break(folder):
    """Make a product unknown, drop a column, misspell a direction, make ids floats, and a volume negative."""
    changes = {
        "holdings": lambda f: f.assign(product_id=f["product_id"].where(f.index > 0, "no_such_product")),
        "complaints": lambda f: f.drop(columns="opened_at"),
        "calls": lambda f: f.assign(direction=f["direction"].where(f.index > 2, "sideways")),
        "contacts": lambda f: f.assign(account_id=1.0),
        "sessions": lambda f: f.assign(bytes=f["bytes"].where(f.index > 0, -1)),
    }
    for name, change in changes.items():
        change(pd.read_parquet(folder / f"{name}.parquet")).to_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("check", "nowhere"), "nowhere: there is no such folder or file."),
        (("train", "nowhere", "--as-of", AS_OF), "nowhere: there is no such folder or file."),
        (("score", "nowhere", "--model", "m", "--as-of", AS_OF, "--out", "o"), "m: there is no model folder."),
    ],
)
def test_a_wrong_path_is_one_sentence(run, arguments, sentence, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(*arguments)
    assert (status, err.strip()) == (1, sentence)


def test_an_empty_table_is_one_sentence(run, operator, tmp_path):
    for path in operator.glob("*.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.slice(0, 0) if path.stem == "accounts" else table, tmp_path / path.name)
    status, _, err = run("train", tmp_path, "--as-of", AS_OF, "--out", tmp_path / "model")
    assert status == 1
    assert "accounts" in err
    assert "Traceback" not in err


def test_a_wrong_moment_is_one_sentence(run, snapshot, trained):
    status, _, err = run("explain", snapshot, "--model", trained, "--as-of", "July", "--account", "A0000001")
    assert status == 1
    assert err.strip() == "a moment such as 2026-06-30 or 2026-06-30T08:00+02:00 was needed, 'July' came."


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "simulate",
        "check",
        "snapshot",
        "train",
        "evaluate",
        "score",
        "explain",
        "recheck",
        "followups",
        "rollback",
        "make-key",
        "sign",
    ],
)
def test_every_command_has_a_help_text_with_an_example(run, command):
    status, out, _ = run(command, "--help")
    assert status == 0
    assert f"recommender {command}" in out.replace("\n", " ")
    assert "Example" in out


def test_a_model_is_not_judged_by_its_offers_before_there_are_take_ups_after_it(run, operator, trained):
    status, _, err = run("evaluate", operator, "--as-of", "2026-07-01", "--model", trained)
    assert status == 1
    assert "learnt from what was known by 2026-06-30 22:00 UTC" in err


def test_recheck_removes_the_offers_over_a_complaint_and_says_so(run, scored, tmp_path):
    made = pd.read_parquet(scored / "offers.parquet")
    account = made["account_id"].iloc[0]
    fresh = tmp_path / "fresh.csv"
    fresh.write_text(f"account_id,opened_at,resolved_at,status\n{account},2026-07-01T00:30,,open\n")
    arguments = ("recheck", scored, "--complaints", fresh)
    status, out, _ = run(*arguments, "--as-of", "2026-07-01T01:00", "--out", tmp_path / "left")
    assert status == 0
    assert "open_complaint" in out
    assert account not in set(pd.read_parquet(tmp_path / "left" / "offers.parquet")["account_id"])
    status, out, err = run(*arguments, "--as-of", "2026-07-05T01:00")
    assert status == 3
    assert f"0 of {len(made):,} offers stay" in out
    assert "missing or older" in err
    assert (scored / "rechecked-20260704T230000.000000Z" / "removed.parquet").is_file()


def test_the_summary_carries_the_waterfall_and_the_policy(scored):
    summary = json.loads((scored / "summary.json").read_text())
    assert sum(summary["waterfall"].values()) == summary["dispositions"]["suppressed"]
    assert set(summary["waterfall"]) <= set(summary["suppressions"])
    assert summary["policy"] == {"switched_off": [], "waivers": []}


def test_a_figure_that_is_not_defined_is_an_empty_cell(capsys):
    known = {"ranker": "popularity", "metric": "hit@3", "value": 0.25, "low": 0.125, "high": 0.375}
    show_figures([known, {"ranker": "popularity", "metric": "slope", "value": None, "low": None, "high": None}])
    shown = capsys.readouterr().out
    assert "0.250 ±0.125" in shown
    assert "None" not in shown
