"""Keeps what tests write in memory where there is room for it: on a shared disk the end of a write takes as long as others write.

The files are files all the same, and what a killed process wrote is there after it. Only the power must stay on.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 << 30


def pytest_configure() -> None:
    """Name it as the folder for temporary files, to this process and to those that it starts; an own `TMPDIR` stays."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
