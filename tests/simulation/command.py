"""What `python -m tests.simulation --runs N [--seed S]` does: many runs on both cores; prints the seed of the first failure and its shortest trace."""

import argparse
import gc
import logging
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import structlog

from tests.memory import in_memory
from tests.simulation import wrong_files, wrong_rights, wrong_servers, wrong_versions
from tests.simulation.casts import CASTS, FILES, MIXED, RIGHTS, TWO_SERVERS
from tests.simulation.run import STEPS, Run
from tests.simulation.shrink import shorter
from tests.simulation.wrong import WRONG, planted

WORKERS = 2
COLLECTED_EVERY = 8
"""Runs between two looks for cycles: a run is short, and most of what it makes goes by itself."""


OF_CAST = (
    (RIGHTS, wrong_rights.VARIANTS),
    (MIXED, wrong_versions.VARIANTS),
    (FILES, wrong_files.VARIANTS),
    (TWO_SERVERS, wrong_servers.VARIANTS),
)
"""Casts that alone show some wrong variants."""


@dataclass(frozen=True)
class How:
    """How the weeks are played. cast: who plays, none: as the seed says."""

    wrong: str = ""
    url: str = ""
    cast: str = ""
    steps: int = STEPS


@dataclass(frozen=True)
class Played:
    """What became of one seed, or of many."""

    seed: int
    runs: int
    edits: int
    broken: str
    """What broke, or an empty text."""


def folder_of(name: str) -> Path:
    """Return a folder for one process's runs."""
    base = in_memory() or Path(tempfile.gettempdir())
    return base / f"fieldfare-simulation-{os.getuid()}" / f"{name}-{os.getpid()}"


def one(seed: int, how: How) -> Played:
    """Play one seed."""
    if seed % COLLECTED_EVERY == 0:
        gc.collect()
        gc.freeze()  # what is left is kept for all runs: statements, adapters
    run = Run(folder_of("run"), seed, steps=how.steps, url=how.url, cast=CASTS.get(how.cast))
    try:
        with planted(how.wrong) if how.wrong else nullcontext():
            return Played(seed, 1, run.play(), "")
    except Exception as error:  # noqa: BLE001  # whatever breaks under the simulated load is a finding
        return Played(seed, 1, 0, f"{type(error).__name__}: {error}")


def many(pool: ProcessPoolExecutor, runs: int, seed: int, how: How) -> Played:
    """Play seeds until one breaks."""
    waiting: deque[Future[Played]] = deque()
    seeds = iter(range(seed, seed + runs))
    done = edits = 0
    while True:
        while len(waiting) < (1 if how.url else 2 * WORKERS) and (number := next(seeds, None)) is not None:
            waiting.append(pool.submit(one, number, how))
        if not waiting:
            return Played(seed, done, edits, "")
        played = waiting.popleft().result()
        done, edits = done + 1, edits + played.edits
        if played.broken:
            for other in waiting:
                other.cancel()
            return Played(played.seed, done, edits, played.broken)


def _prepare() -> None:
    """Let a worker collect between runs only, never look at what was imported, and keep quiet about what goes wrong on purpose."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.freeze()
    gc.disable()


def main() -> int:
    """Run what was asked; 0 when every promise held, or every wrong variant was found."""
    parser = argparse.ArgumentParser(prog="tests.simulation")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, help="first seed (default: fresh ones)")
    parser.add_argument(
        "--cast",
        default="",
        choices=["", *CASTS],
        help="who plays (default: by seed; files and two-servers only where they are asked for)",
    )
    parser.add_argument("--wrong", default="", choices=["", *WRONG], help="plant one wrong variant of the code")
    parser.add_argument("--mutations", action="store_true", help="each wrong variant must be found")
    parser.add_argument("--database", default="", metavar="URL", help="central database; emptied by every run")
    parser.add_argument("--postgresql", action="store_true", help="start a PostgreSQL of its own for the central database")
    parser.add_argument("--steps", type=int, default=STEPS, help="what happens in one run; more make it a soak")
    parser.add_argument("--no-shrink", action="store_true", help="tell the seed of a failure, and leave it as it is")
    arguments = parser.parse_args()
    seed = SystemRandom().randrange(10**9) if arguments.seed is None else arguments.seed
    with _central(arguments) as url:
        return _play(arguments, seed, How(arguments.wrong, url, arguments.cast, arguments.steps))


@contextmanager
def _central(arguments: argparse.Namespace) -> Iterator[str]:
    if not arguments.postgresql:
        yield arguments.database
        return
    from tests.databases import postgresql_server  # brings pytest along

    with postgresql_server() as server, server.empty_database() as url:
        yield url


def _play(arguments: argparse.Namespace, seed: int, how: How) -> int:
    with ProcessPoolExecutor(1 if how.url else WORKERS, initializer=_prepare) as pool:
        if arguments.mutations:
            return _mutations(pool, arguments.runs, seed)
        began = time.monotonic()
        played = many(pool, arguments.runs, seed, how)
        rate = played.runs / (time.monotonic() - began)
    print(
        f"{played.runs} runs from seed {seed}, {played.runs * how.steps} operations, {played.edits} edits accounted for, "
        f"{rate:.1f} runs a second"
    )
    if not played.broken:
        print("every promise held")
        return 0
    print(f"seed {played.seed}: {played.broken}")
    if not arguments.no_shrink:
        print(*shorter(folder_of("shrink"), played.seed, how.wrong, CASTS.get(how.cast)), sep="\n")
    return 1


def _mutations(pool: ProcessPoolExecutor, runs: int, seed: int) -> int:
    """Look for every wrong variant; returns how many were missed."""
    missed = 0
    for name in WRONG:
        cast = next((cast.name for cast, those in OF_CAST if WRONG[name] in those), "")  # else few weeks could show it
        played = many(pool, runs, seed, How(name, cast=cast))
        missed += not played.broken
        print(f"{name:20} {f'run {played.runs:3}: {played.broken[:150]}' if played.broken else 'MISSED'}", flush=True)
    print(f"{len(WRONG)} wrong variants, {missed} missed")
    return missed
