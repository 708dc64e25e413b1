"""A command of this installation as a child of the demo: `python -m client.demo_child WORDS...` ends when its parent has ended.

The parent holds the other end of the child's standard input. However it ends, and be it by kill -9, the system closes that end.
"""

import os
import signal
import sys
import threading

from shared_models.__main__ import main

GRACE_S = 15.0
"""Seconds that the command gets to end in order."""


def end_with_parent() -> None:
    """Wait until nobody holds the other end of the standard input, and end this process then."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(GRACE_S)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    sys.exit(main(sys.argv[1:]))
