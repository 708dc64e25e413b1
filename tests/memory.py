"""Where files lie in memory: on a shared disk the end of a write takes as long as others write.

They are files all the same, and what a killed process wrote is there after it. Only the power must stay on.
"""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 << 30


def in_memory() -> Path | None:
    """Return a folder in memory, where a system has one with room for a run."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    return MEMORY if has_room else None
