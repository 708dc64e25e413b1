"""A device in a process of its own, which syncs by itself as the installed client does, and tells what came when.

`python -m tests.bench.other_device FOLDER DATA ADDRESS` says `{}` once it listens, then a line for each change that came from the
centre: the ids, and the time by the clock that all processes of a machine share (`time.perf_counter`).
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from threading import Timer
from typing import IO

from client.config import SyncTimes
from client.events import Event, RecordsChanged
from client.platform.lock_file import LockFile
from client.sync.live import LiveChannel
from client.sync.worker import SyncWorker
from tests.bench.data import DATA, Data
from tests.bench.devices import Device, device

TIMES = SyncTimes(poll_s=3600)
"""Nothing comes by a poll."""
LISTENS_S = ARRIVES_S = 60.0


@contextmanager
def installed(one: Device, lock: Path) -> Iterator[LiveChannel]:
    """Let a device sync by itself, as the installed client does."""
    one.engine.scheduler._times = TIMES
    worker = SyncWorker(one.engine, LockFile(lock))
    worker.start()
    channel = LiveChannel(one.transport, one.engine, worker.notify, TIMES, SystemRandom())
    channel.start()
    try:
        yield channel
    finally:
        channel.close()
        worker.close()


class OtherDevice:
    """Such a device, seen from the process that waits for what comes to it."""

    def __init__(self, process: "subprocess.Popen[str]", said: IO[str]) -> None:
        self._process, self._said = process, said

    def has(self, pk: str) -> float:
        """Wait until a record came, and return when (`time.perf_counter`). Raises AssertionError when it does not come in a minute."""
        end = Timer(ARRIVES_S, self._process.kill)
        end.start()
        try:
            for line in self._said:
                came = json.loads(line)
                if pk in came["ids"]:
                    return float(came["at"])
        finally:
            end.cancel()
        raise AssertionError(f"{pk} did not arrive")


@contextmanager
def other_device(folder: Path, data: Data, address: str) -> Iterator[OtherDevice]:
    """Yield a device of its own process once it listens; it ends with the block."""
    command = [sys.executable, "-m", "tests.bench.other_device", str(folder), data.name, address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline(), "it did not begin to listen"
            yield OtherDevice(process, process.stdout)
        finally:
            process.stdin.close()  # which ends it


def main() -> None:
    """Be that device until nobody holds the other end of the standard input."""
    folder, name, address = sys.argv[1:]

    def say(what: object) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()

    def hear(event: Event) -> None:
        if isinstance(event, RecordsChanged):
            at = time.perf_counter()
            say({"at": at, "ids": [pk for pks in event.ids.values() for pk in pks]})

    with device(Path(folder) / "other.db", DATA[name].registry, address) as one:
        one.sync()
        one.replica.events.subscribe(hear)
        with installed(one, Path(folder) / "other.lock") as channel:
            end = time.monotonic() + LISTENS_S
            while not channel.is_open and time.monotonic() < end:
                time.sleep(0.01)
            if channel.is_open:
                say({})
                sys.stdin.read()


if __name__ == "__main__":
    main()
