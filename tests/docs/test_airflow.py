"""The example of a DAG against a stand-in for what it imports: its tasks, their order, and that their commands run."""

import runpy
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from recommender.cli.app import app

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nightly_airflow.py"
TRIGGER_RULES = {"all_success", "all_failed", "all_done", "all_skipped", "one_success", "none_failed"}
MODULES = (
    "airflow",
    "airflow.sdk",
    "airflow.providers",
    "airflow.providers.standard",
    "airflow.providers.standard.operators",
    "airflow.providers.standard.operators.bash",
)
OF_A_DAG = {"dag_id", "schedule", "start_date", "catchup", "max_active_runs", "default_args"}


class _Dag:
    """Collects the tasks that are made within it, as Airflow does."""

    current: Any = None

    def __init__(self, **settings):
        assert settings.keys() <= OF_A_DAG
        self.settings, self.tasks = settings, {}

    def __enter__(self):
        type(self).current = self
        return self

    def __exit__(self, *_error):
        type(self).current = None


class _Bash:
    def __init__(self, *, task_id, bash_command, trigger_rule="all_success", skip_on_exit_code=99):
        assert task_id not in _Dag.current.tasks
        assert trigger_rule in TRIGGER_RULES
        self.task_id, self.command, self.rule, self.skips = task_id, bash_command, trigger_rule, skip_on_exit_code
        self.after = set()
        _Dag.current.tasks[task_id] = self

    def __rshift__(self, following):
        for task in following if isinstance(following, list) else [following]:
            task.after.add(self.task_id)
        return following


@pytest.fixture
def dag(monkeypatch):
    modules: dict[str, Any] = {name: ModuleType(name) for name in MODULES}
    modules["airflow.sdk"].DAG, modules[MODULES[-1]].BashOperator = _Dag, _Bash
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    return runpy.run_path(str(EXAMPLE))["dag"]


def test_the_tasks_stand_in_their_order(dag):
    after = {name: task.after for name, task in dag.tasks.items()}
    assert after == {
        "check": set(),
        "snapshot": {"check"},
        "score": {"snapshot"},
        "hand_over": {"score"},
        "tell": {"score"},
    }
    assert dag.settings["schedule"].split() == ["15", "2", "*", "*", "*"]


def test_a_stale_feed_skips_the_handing_over_and_is_told(dag):
    assert dag.tasks["score"].skips == 3
    assert (dag.tasks["hand_over"].rule, dag.tasks["tell"].rule) == ("all_success", "all_skipped")


def test_the_commands_of_the_tasks_run(dag, workshop, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("data", "models"):
        (tmp_path / name).symlink_to(workshop / name)
    for task in ("check", "snapshot", "score"):
        program, *arguments = shlex.split(dag.tasks[task].command.replace("{{ ds }}", "2026-07-01"))
        assert program == "recommender"
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "nights/2026-07-01/offers/summary.json").is_file()
