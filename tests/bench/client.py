"""A device in a process of its own: it can be killed, and its memory and CPU seconds are its own.

`python -m tests.bench.client FOLDER DATA ADDRESS snapshot|columns|pages` runs rounds until the replica in the folder is complete and
proved equal, and prints what that took as a line of JSON. A device that signed in already goes on where it was.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from client.config import FirstSync, SyncTimes
from client.sync.http_transport import make_client
from shared_models.registry import CRM
from tests.bench import entities
from tests.bench.devices import BY_COLUMNS, BY_PAGES, Device, Signed, new_replica

REGISTRIES = {"workload": entities.WORKLOAD, "own": CRM}
"""Of the data, by name: what makes their rows imports the server, whose memory is not the client's."""
WAYS = {"snapshot": FirstSync(), "columns": BY_COLUMNS, "pages": BY_PAGES}
WAIT_S = 0.1
"""Between two attempts while the server is not there."""


@dataclass(frozen=True)
class Used:
    """What it took to fill a replica, the start of the process not counted."""

    seconds: float
    cpu_s: float
    memory_mb: float
    """The most memory that the process had."""
    idle_mb: float
    """The memory before it began."""
    rows: int


def start(folder: Path, data: str, address: str, way: str) -> "subprocess.Popen[str]":
    """Start such a process."""
    command = [sys.executable, "-m", "tests.bench.client", str(folder), data, address, way]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result(process: "subprocess.Popen[str]") -> Used:
    """Return what a process took, once it has ended well."""
    said, _ = process.communicate()
    assert process.returncode == 0, process.returncode
    return Used(**json.loads(said))


def main() -> None:
    """Fill the replica, and say what it took."""
    folder, name, address, way = sys.argv[1:]
    replica = new_replica(Path(folder) / "replica.db", REGISTRIES[name])
    kept = Path(folder) / "signed.json"
    with make_client(address, SyncTimes(read_s=120)) as http:
        signed = Signed(**json.loads(kept.read_bytes())) if kept.exists() else None
        one = Device(replica, http, first_sync=WAYS[way], signed=signed)
        kept.write_text(json.dumps(asdict(one.signed)))
        idle_mb, cpu_s, started = _memory_mb(), time.process_time(), time.perf_counter()
        while (ended := one.engine.run_once()).error is not None or not replica.facts()["complete"]:
            time.sleep(WAIT_S)
        seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu_s
    assert ended.proof is not None
    assert ended.proof.equal
    rows = sum(replica.count(entity.entity_name) for entity in replica.registry)
    replica.close()
    sys.stdout.write(json.dumps(asdict(Used(seconds, cpu_s, _memory_mb(), idle_mb, rows))) + "\n")


def _memory_mb() -> float:
    """Return the most memory that this process has had. (`getrusage` would count that of the process which started it.)"""
    found = Path("/proc/self/status").read_text()
    return int(found.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
