"""What a shell completes, and what a real terminal is sent: colours, unless NO_COLOR is set."""

import os
import pty
import re
import subprocess
import sys
import time

import pytest

from recommender.cli import terminal

COLOURED = re.compile(rb"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d|10\d)[;m]")
PROGRAM = """
import sys
from recommender.cli import main
for asked in (["sign", "--help"], ["simulate", "--accounts", "60", "--months", "1", "--out", sys.argv[1]]):
    sys.argv[1:] = asked
    try:
        main()
    except SystemExit as ended:
        assert not ended.code
"""


def _seen(out, **environment):
    """Return every byte that a help text and a command with a bar send to the terminal they run on."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    told = kept | {"TERM": "xterm-256color"} | environment
    asked = [sys.executable, "-c", PROGRAM, str(out)]
    with subprocess.Popen(asked, stdin=theirs, stdout=theirs, stderr=theirs, env=told) as process:
        os.close(theirs)
        sent = b"".join(_until_closed(ours))
    os.close(ours)
    assert process.returncode == 0
    return sent


def _until_closed(terminal):
    while True:
        try:
            part = os.read(terminal, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return
        if not part:
            return
        yield part


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("recommender s", {"simulate", "snapshot", "score", "sign"}),
        ("recommender score --disp", {"--dispositions"}),
        ("recommender score --dispositions ", {"all", "sample", "counts"}),
    ],
)
def test_bash_completes_commands_options_and_their_values(run, monkeypatch, typed, offered):
    monkeypatch.setenv("_RECOMMENDER_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
    status, out, _ = run()
    assert (status, set(out.split())) == (0, offered)


def test_zsh_and_fish_complete_commands_with_what_they_do(run, monkeypatch):
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "recommender roll")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    for shell in ("zsh", "fish"):
        monkeypatch.setenv("_RECOMMENDER_COMPLETE", f"complete_{shell}")
        status, out, _ = run()
        assert status == 0
        assert re.search(r"rollback\W+Make the version that was champion", out), shell


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_that_a_shell_loads_asks_this_program(run, monkeypatch, shell):
    monkeypatch.setenv("_RECOMMENDER_COMPLETE", f"source_{shell}")
    status, out, _ = run()
    assert status == 0
    assert f"_RECOMMENDER_COMPLETE=complete_{shell}" in out


def test_a_log_says_no_rate_of_steps_that_take_longer_than_a_second(monkeypatch, capsys):
    clock = iter([0.0, 25.0, 50.0, 50.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with terminal.step("Training") as advance:
        advance(1, 4)
        advance(100, 200)
    said = capsys.readouterr().err.splitlines()
    assert said == ["Training: 1 of 4, 75 s left", "Training: 100 of 200, 2 a second, 50 s left", "Training: 50.0 s"]


def test_help_and_bars_have_colours_on_a_terminal_and_none_with_no_color(tmp_path):
    coloured, plain = _seen(tmp_path / "a"), _seen(tmp_path / "b", NO_COLOR="1")
    for part in (b"Verify a model", b"Simulating 60 accounts", "━".encode()):
        assert part in coloured
        assert part in plain
    help_text, bars = coloured.split(b"Simulating", 1)
    assert COLOURED.search(help_text)
    assert COLOURED.search(bars)
    assert not COLOURED.search(plain)
