"""Rankers side by side on public tables: `python benchmarks/ranking [--seeds 5] [--table NAME] [--seed S] [--quick]`.

Three kinds of table. One product of each test account is hidden and asked for (IBM's Telco table, and the insurances of
Caravan); one product is asked for of every test account (Caravan as in the CoIL 2000 challenge, and either plan of
mlc_churn); and a simulated operator, whose true probabilities are known, is judged on its next month.

Everyone is given the same files and judged by the same code. The other libraries run in an environment of their own.
What a contestant said is kept in `build/ranking` until its code, its pins or the task change, so that a run that was
broken off goes on where it was. `--table` and `--seed` ask for a part alone, and write no page; `--written` asks no one
and writes the page from what is there: of each table, the seeds that all of its contestants have answered. The tables
are written to `docs/benchmarks.md`.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from contestants import CONTESTANTS, KINDS, OURS, Contestant
from environment import PINS, python_of_peers
from figures import figures, said_of, summed_up
from job import Job
from operator_table import OPERATOR, judge_operator
from page import NOTES, write_page

from tables import Task, tables, tasks

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "ranking"


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _parser().parse_args(arguments)
    names = [one.name for one in CONTESTANTS if asked.only is None or (one.name in OURS) == (asked.only == "ours")]
    seeds = range(asked.seeds) if asked.seed is None else [asked.seed]
    job = Job(asked.build, quick=asked.quick, asks=not asked.written)
    public = pd.DataFrame(rows(names, seeds, asked.table, job))
    simulated = pd.DataFrame()
    if asked.only != "others" and asked.table in {None, OPERATOR}:
        simulated = judge_operator(seeds, job)
    if asked.only is None and asked.table is None and asked.seed is None:
        write_page(summed_up(public), simulated, asked.out, quick=asked.quick)
        print(asked.out.read_text())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="how many splits, seeds 0, 1, ... (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument("--table", choices=[*NOTES, OPERATOR], help="this table alone")
    parser.add_argument("--written", action="store_true", help="write the page from what is there already")
    parser.add_argument("--quick", action="store_true", help="few accounts: to see that it runs, not what is best")
    parser.add_argument("--only", choices=["ours", "others"], help="run these alone; the page needs all of them")
    parser.add_argument("--build", type=Path, default=BUILD, help="where tasks, answers and the environment are kept")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md", help="the page to write")
    return parser


def rows(names: Sequence[str], seeds: Sequence[int], name: str | None, job: Job) -> Iterator[dict[str, object]]:
    for seed in seeds:
        for table in tables(quick=job.quick):
            if name in {None, table.name}:
                said = [list(_of_task(task, names, job)) for task in tasks(table, seed, job.build / "tasks")]
                if all(len(part) == len(_wanted(table.name, seed, names)) for part in said):
                    yield from (row for part in said for row in part)


def _wanted(table: str, seed: int, names: Sequence[str]) -> list[Contestant]:
    return [one for one in CONTESTANTS if one.takes_part(table, seed) and one.name in names]


def _of_task(task: Task, names: Sequence[str], job: Job) -> Iterator[dict[str, object]]:
    for kind in KINDS:
        wanted = [one for one in _wanted(task.table, task.seed, names) if one.kind is kind]
        folder = job.build / "answers" / f"{task.folder.name}-{task.digest}-{kind.digest(PINS)}"
        if job.asks:
            _ask(task, [one for one in wanted if not (folder / f"{one.name}.json").exists()], folder, job.build)
        for one in wanted:
            if (folder / f"{one.name}.json").exists():
                key = {"table": task.table, "contestant": one.name, "seed": task.seed, "part": task.part}
                yield key | figures(task, said_of(folder, one.name))


def _ask(task: Task, contestants: Sequence[Contestant], folder: Path, build: Path) -> None:
    if not contestants:
        return
    folder.mkdir(parents=True, exist_ok=True)
    kind = contestants[0].kind
    python = Path(sys.executable) if kind.is_ours else python_of_peers(build / "peers")
    print(f"{task.folder.name}: {', '.join(one.name for one in contestants)}", flush=True)
    command = [python, kind.program, task.folder, folder, *(one.name for one in contestants)]
    subprocess.run(list(map(str, command)), check=True)  # noqa: S603  programs beside this file


if __name__ == "__main__":
    main()
