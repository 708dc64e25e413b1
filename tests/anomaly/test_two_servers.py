"""Two server processes on one PostgreSQL, and devices that go to the one or the other: as behind a load balancer.

`make prove` lets 50 devices work for five minutes; the usual run is as short as shows that they are one centre.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random, SystemRandom

import pytest

from client.config import SyncTimes
from client.replica.replica import open_replica
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.ids import IdMaker
from shared_models.protocol import SignInRequest
from shared_models.registry import CRM
from tests.server_commands import EMAIL, PASSWORD, init, serving

pytestmark = pytest.mark.postgresql
DEVICES = int(os.environ.get("FIELDFARE_DEVICES", "6"))
SECONDS = float(os.environ.get("FIELDFARE_DEVICE_SECONDS", "5"))


class Salesperson:
    """Somebody who saves and syncs on a device, at whichever server comes next."""

    def __init__(self, folder: Path, addresses: list[str], number: int, opened: ExitStack) -> None:
        self.random = Random(number)
        ids = IdMaker(lambda: time.time_ns() // 1_000_000, SystemRandom())
        self.replica = open_replica(folder / f"{number}.db", CRM, ids, synchronous="OFF")
        opened.callback(self.replica.close)
        clients = [opened.enter_context(make_client(address, SyncTimes())) for address in addresses]
        install = self.replica.facts()["install"]
        asked = SignInRequest(email=EMAIL, password=PASSWORD, device_name=f"device {number}", install=install)
        answer = sign_in(clients[0], asked)
        self.replica.bind(answer.user_id, answer.device_id)
        self.engines = [
            SyncEngine(self.replica, HttpTransport(one, AccessToken(one, lambda: answer.device_token)), random=Random(number))
            for one in clients
        ]
        self.errors: list[str] = []
        self.saved = 0

    def sync(self) -> None:
        """Run a round at one of the servers."""
        error = self.random.choice(self.engines).run_once().error
        if error is not None:
            self.errors.append(f"{type(error).__name__} {error}")

    def work(self, seconds: float) -> None:
        """Save and sync for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _ in range(self.random.randint(1, 5)):
                self._save()
            self.sync()

    def companies(self) -> dict[str, dict[str, object]]:
        """Return every company as the replica has it."""
        return {row["id"]: row for row in self.replica.list_page("company", sort="id", limit=100_000, archived=None).rows}

    def _save(self) -> None:
        known = self.replica.list_page("company", limit=50).rows
        with self.replica.edit("work") as edit:
            if len(known) < 20:
                edit.insert("company", {"name": f"Firma {self.random.random()}"})
            else:
                field = self.random.choice(("name", "legal_name", "description"))
                edit.update("company", self.random.choice(known)["id"], {field: f"{self.random.random()}"})
        self.saved += 1


def test_devices_at_two_servers_of_one_database_end_equal_and_no_answer_is_a_fault(tmp_path, postgresql_url):
    init(tmp_path / "one", postgresql_url)
    with (
        serving(tmp_path / "one", postgresql_url) as one,
        serving(tmp_path / "two", postgresql_url) as two,
        ExitStack() as opened,
    ):
        people = [Salesperson(tmp_path, [one, two], number, opened) for number in range(DEVICES)]
        with ThreadPoolExecutor(DEVICES) as together:
            for done in [together.submit(person.work, SECONDS) for person in people]:
                done.result()
        for _ in range(3):
            for person in people:
                person.sync()
        assert [error for person in people for error in person.errors] == []
        first = people[0].companies()
        assert len(first) >= 20
        for person in people:
            assert person.replica.waiting() == []
            assert person.companies() == first
            assert person.saved > 0
