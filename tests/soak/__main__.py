"""`python -m tests.soak`: what a network, a power switch and a bad day do to devices and servers, and whether all is still there."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from random import SystemRandom

from tests.databases import postgresql_server
from tests.simulation.wrong import WRONG
from tests.soak.soak import How, play


def main() -> int:
    """Play one soak, and say what came of it; ends with 1 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long the troubles last (at most 3600)")
    parser.add_argument("--devices", type=int, default=4, help="devices that work at the same time (at most 50)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="chooses the troubles")
    parser.add_argument("--postgresql", action="store_true", help="two server processes on one PostgreSQL")
    parser.add_argument(
        "--wrong", default="", choices=sorted(WRONG), metavar="NAME", help="run the devices with a wrong variant"
    )
    asked = parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="fieldfare-soak-")))
        url = opened.enter_context(opened.enter_context(postgresql_server()).empty_database()) if asked.postgresql else ""
        how = How(min(asked.seconds, 3600.0), min(asked.devices, 50), asked.seed, url, 2 if url else 1, asked.wrong)
        print(f"{how.devices} devices, {how.seconds:.0f} s, seed {how.seed}")
        result = play(folder, how, print)
    for title, counted in (("misfortunes", result.fates), ("connections", result.ailments), ("answers", result.statuses)):
        print(f"{title}: {', '.join(f'{count} {name}' for name, count in sorted(counted.items(), key=str))}")
    print(f"{result.saves} saves accounted for, {result.companies} companies equal on all devices")
    for what in result.broken:
        print(f"BROKEN: {what}")
    print("every promise held" if not result.broken else f"{len(result.broken)} promises broken")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
