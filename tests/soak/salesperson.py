"""One device in a process of its own: the installed client without its window, in the hands of somebody who types all day.

What was saved is written to a journal after the save came back, so that whatever the journal holds has to be found in the end.
"""

import json
import signal
import sys
import threading
import time
from contextlib import closing, nullcontext
from pathlib import Path
from random import Random

from client.app import InstalledClient, make_account, open_local, start_client
from client.config import ClientConfig, SyncTimes
from client.replica.replica import Replica
from tests.simulation.wrong import planted

TIMES = SyncTimes(poll_s=3.0, settle_s=0.1, backoff_first_s=0.2, backoff_most_s=2.0, connect_s=3.0, read_s=6.0)
FIELDS = ("name", "legal_name", "description")
JOURNAL = "journal.jsonl"
PAUSE_S = (0.02, 0.4)


def sign_in(folder: Path, address: str, email: str, password: str) -> None:
    """Sign in on a new device."""
    with closing(open_local(folder)) as replica:
        make_account(folder, TIMES).sign_in(replica, address, email, password, folder.name)


class Salesperson:
    """Saves what nobody else ever saved: each value holds a mark of its own."""

    def __init__(self, folder: Path, replica: Replica, seed: str) -> None:
        self._replica, self._random = replica, Random(seed)
        self._journal = folder / JOURNAL
        self._mark = f"{folder.name}-{time.time_ns()}"
        self._saved = 0

    def save(self) -> None:
        """Make one save: a new company, a note, or an edit of something that others edit as well."""
        self._saved += 1
        mark, choice = f"«{self._mark}-{self._saved}»", self._random.random()
        known = self._replica.list_page("company", limit=40).rows
        with self._replica.edit("soak") as edit:
            if len(known) < 10 or choice < 0.05:
                edit.insert("company", {"name": f"Firma {mark}"})
            elif choice < 0.2:
                company, at = self._random.choice(known), time.time_ns() // 1000
                edit.insert("note", {"company_id": company["id"], "body": f"Vizită {mark}", "written_at": at})
            else:
                company = self._random.choice(known[:8])
                edit.update("company", company["id"], {self._random.choice(FIELDS): f"Editat {mark}"})
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"mark": mark, "tx": edit.tx_id}, ensure_ascii=False) + "\n")

    def rest(self, ends: threading.Event) -> None:
        """Wait as a person does between two saves."""
        ends.wait(self._random.uniform(*PAUSE_S))


def main() -> None:
    """Work in a folder until told to end (SIGTERM), or killed; with a wrong variant of the client, where one is named."""
    folder, seed, wrong = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    with planted(wrong) if wrong else nullcontext():
        _work(folder, seed)


def _work(folder: Path, seed: str) -> None:
    ends = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ends.set())
    client: InstalledClient = start_client(ClientConfig(folder, "", TIMES))
    try:
        person = Salesperson(folder, client.crm.replica, seed)
        while not ends.is_set():
            person.save()
            person.rest(ends)
    finally:
        client.close()


if __name__ == "__main__":
    main()
