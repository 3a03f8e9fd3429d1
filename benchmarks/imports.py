"""What an import costs: `python benchmarks/imports.py [--times 15]`.

Fresh interpreters take turns: one that imports nothing, one for each of the imports below. What counts is user and
system time, less that of the interpreter that imports nothing; the median of all turns. The figure to reach:
`import recommender` within 1.2 times `import numpy`.
"""

import argparse
import resource
import statistics
import subprocess
import sys

NOTHING, BESIDE = "pass", "import numpy"
ASKED = (NOTHING, BESIDE, "import recommender", "from recommender import predict", "import numpy, pyarrow.compute")


def cpu_of(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  the codes above
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15, help="turns (default: %(default)s)")
    times = parser.parse_args().times
    for code in ASKED:  # compiles what was not compiled yet
        cpu_of(code)
    turns = [[cpu_of(code) for code in ASKED] for _ in range(times)]
    start, *taken = (statistics.median(turn[i] for turn in turns) for i in range(len(ASKED)))
    print(f"an interpreter that imports nothing: {start * 1e3:.0f} ms; on top of it")
    for code, seconds in zip(ASKED[1:], taken, strict=True):
        print(f"{code:32s} {(seconds - start) * 1e3:6.0f} ms {(seconds - start) / (taken[0] - start):6.2f}x {BESIDE}")


if __name__ == "__main__":
    main()
