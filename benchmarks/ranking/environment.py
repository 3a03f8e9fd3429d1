"""An environment of their own for the other libraries, which need an older numpy than the package."""

import subprocess
import sys
import venv
from pathlib import Path

PINS = Path(__file__).with_name("peers.txt")


def python_of_peers(folder: Path) -> Path:
    """Make the environment where it is not there, or was made from other pins; return its interpreter."""
    python, made_from = folder / "bin" / "python", folder / "pins.txt"
    if not (made_from.exists() and made_from.read_text() == PINS.read_text()):
        print("making the environment of the other libraries (one of them is built from source: a minute or two)")
        venv.create(folder, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(PINS)]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603  the pins beside this file
        made_from.write_text(PINS.read_text())
    return python
