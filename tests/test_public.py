import subprocess
import sys
from pathlib import Path

import pytest

import recommender

ROOT = Path(__file__).parents[1]


def test_the_public_names_are_sorted_and_all_there():
    assert recommender.__all__ == sorted(recommender.__all__, key=lambda name: (not name.isupper(), name))
    assert all(getattr(recommender, name) is not None for name in recommender.__all__)
    assert set(recommender.__all__) == set(recommender._HOME)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'predicts'"):
        _ = recommender.predicts


def test_the_version_is_that_of_the_package():
    assert recommender.__version__.count(".") == 2


def _readme_example() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split("```python\n")[1].split("```")[0]


def test_the_example_of_the_readme_runs_and_prints_offers(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _readme_example()], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "product_name" in done.stdout
    assert len(done.stdout.strip().splitlines()) == 1 + 5
    assert (tmp_path / "models" / "cross-sell" / "1" / "manifest.json").exists()


def test_the_commands_of_the_readme_are_those_of_the_command_line():
    from recommender.cli.app import app  # noqa: PLC0415  # heavy, and of no use to the other tests

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"recommender {command.name} " in text or f"make {command.name}" in text
