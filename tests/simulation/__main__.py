"""`python -m tests.simulation --runs N [--seed S]`: see `command`, which is read only once the order of sets is fixed."""

import os
import sys

if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets is part of what a seed must repeat
        os.execve(
            sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"}
        )
    from tests.simulation.command import main

    sys.exit(main())
