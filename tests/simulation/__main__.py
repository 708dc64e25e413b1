"""`python -m tests.simulation --runs N [--seed S]`: many runs on both cores; prints the seed of the first failure and its shortest trace."""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from random import SystemRandom

from tests.simulation.run import STEPS, Run
from tests.simulation.shrink import shorter
from tests.simulation.wrong import WRONG, planted

FAST = Path("/dev/shm")  # memory, where there is such a thing; else the usual temporary folder


def folder_of(name: str) -> Path:
    """Return a folder for one process's runs."""
    base = FAST if FAST.is_dir() and os.access(FAST, os.W_OK) else Path(tempfile.gettempdir())
    return base / f"fieldfare-simulation-{os.getuid()}" / f"{name}-{os.getpid()}"


def one(seed: int, wrong: str = "", url: str = "") -> tuple[int, int, str]:
    """Play one seed; returns (seed, edits accounted for, what broke or an empty text)."""
    run = Run(folder_of("run"), seed, url=url)
    try:
        with planted(wrong) if wrong else nullcontext():
            return seed, run.play(), ""
    except Exception as error:  # noqa: BLE001  # whatever breaks under the simulated load is a finding
        return seed, 0, f"{type(error).__name__}: {error}"


def many(runs: int, seed: int, wrong: str = "", url: str = "") -> tuple[int, int, tuple[int, str] | None]:
    """Play seeds until one breaks; returns (runs done, edits, first failure)."""
    done = edits = 0
    workers = 1 if url else 2
    with ProcessPoolExecutor(workers) as pool:
        for start in range(seed, seed + runs, 40):
            seeds = range(start, min(start + 40, seed + runs))
            for number, counted, broken in pool.map(one, seeds, [wrong] * len(seeds), [url] * len(seeds), chunksize=2):
                done, edits = done + 1, edits + counted
                if broken:
                    return done, edits, (number, broken)
    return done, edits, None


def main() -> int:
    """Run what was asked; 0 when every promise held, or every wrong variant was found."""
    parser = argparse.ArgumentParser(prog="tests.simulation")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, help="first seed (default: fresh ones)")
    parser.add_argument("--wrong", default="", choices=["", *WRONG], help="plant one wrong variant of the code")
    parser.add_argument("--mutations", action="store_true", help="each wrong variant must be found")
    parser.add_argument("--database", default="", metavar="URL", help="central database; emptied by every run")
    parser.add_argument("--no-shrink", action="store_true", help="tell the seed of a failure, and leave it as it is")
    parser.add_argument("--trace", action="store_true", help="print the trace of one seed")
    arguments = parser.parse_args()
    seed = SystemRandom().randrange(10**9) if arguments.seed is None else arguments.seed
    if arguments.mutations:
        return _mutations(arguments.runs, seed)
    began = time.monotonic()
    done, edits, failure = many(arguments.runs, seed, arguments.wrong, arguments.database)
    rate = done / (time.monotonic() - began)
    print(f"{done} runs from seed {seed}, {done * STEPS} operations, {edits} edits accounted for, {rate:.1f} runs a second")
    if failure is None:
        print("every promise held")
        return 0
    number, broken = failure
    print(f"seed {number}: {broken}")
    if arguments.no_shrink:
        return 1
    print(*shorter(folder_of("shrink"), number, arguments.wrong), sep="\n")
    return 1


def _mutations(runs: int, seed: int) -> int:
    missed = 0
    for name in WRONG:
        done, _, failure = many(runs, seed, name)
        missed += failure is None
        print(f"{name:24} {'MISSED' if failure is None else f'run {done}: {failure[1][:110]}'}", flush=True)
    return missed


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets is part of what a seed must repeat
        os.execve(
            sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"}
        )
    sys.exit(main())
