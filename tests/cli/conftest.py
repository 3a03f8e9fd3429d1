import sys

import pytest

from recommender.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; return its exit status, what it printed and what it complained of."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["recommender", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out, printed.err

    return call
