"""Compare the mutants that survived with those written down: `mutmut results | python tests/policy/survivors.py`.

One that runs out of time is caught: it fails a property, and Hypothesis is still looking for the smallest example.
"""

import sys
from pathlib import Path

KNOWN = Path(__file__).with_name("equivalent_mutants.txt")


def names(lines: list[str]) -> set[str]:
    return {line.split(":")[0].strip() for line in lines if line.strip() and not line.startswith("#")}


def main() -> int:
    lines = [line for line in sys.stdin.read().splitlines() if not line.endswith(": timeout")]
    new = names(lines) - names(KNOWN.read_text(encoding="utf-8").splitlines())
    for name in sorted(new):
        sys.stderr.write(f"{name}: it survived and is not in {KNOWN.name}; `mutmut show {name}` shows it.\n")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
