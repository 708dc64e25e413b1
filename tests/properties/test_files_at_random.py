"""Files at random: attached, replaced, archived, over a line that loses, cuts and doubles, by programs that are killed, and with rights
that come and go. In the end everybody has the bytes of what he sees, and nothing else."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import cast

import pytest

from client.replica import file_purging
from client.replica.content import pieces
from client.replica.driver import Connect, can_encrypt, connect
from client.usecases import documents
from client.usecases.answers import Owner
from shared_models.errors import Unreachable
from shared_models.ids import derived_id
from shared_models.texts import Texts
from shared_models.transport import FilePlace
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.file_store import PIECE
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.clients import START_MS
from tests.keyring import KEY
from tests.world import Device, Network, World, make_world

pytestmark = pytest.mark.functions(135)
SAY = Texts("en").t
NORTH = derived_id("team", "north")
STEPS = 40


@dataclass
class Flaky(Network):
    """Loses questions and answers about files, and breaks bodies off in the middle; what had come counts."""

    chance: Random = field(default_factory=Random)
    share: float = 0.3

    def _fails(self) -> bool:
        return self.chance.random() < self.share

    def announce_file(self, sha256: str, size: int) -> FilePlace:
        if self._fails():
            raise Unreachable(None, "lost")
        found = super().announce_file(sha256, size)
        if self._fails():
            raise Unreachable(None, "the answer is lost")
        return found

    def send_file(self, sha256: str, size: int, offset: int, piece: bytes) -> FilePlace:
        if self._fails():
            with suppress(Exception):  # whoever sent it does not hear of it
                super().send_file(sha256, size, offset, piece[: self.chance.randrange(len(piece) + 1)])
            raise Unreachable(None, "cut")
        if self._fails():
            super().send_file(sha256, size, offset, piece)
        return super().send_file(sha256, size, offset, piece)

    def file_bytes(self, sha256: str, start: int) -> Iterator[bytes]:
        for piece in super().file_bytes(sha256, start):
            if self._fails():
                yield piece[: len(piece) // 2]
                raise Unreachable(None, "cut")
            yield piece


@dataclass
class Story:
    """One run, made of its seed."""

    world: World
    chance: Random
    connect: Connect = connect
    """How the devices open their replicas."""
    devices: dict[str, Device] = field(default_factory=dict)
    companies: list[str] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    """Digest -> bytes of everything that was ever attached."""

    def begin(self) -> None:
        rows = [*shipped_profiles(), ("team", {"id": NORTH, "name": "Nord"})]
        with self.world.server.central.store.write() as connection:
            import_rows(connection, self.world.server.central, rows, ImportedBy(self.world.users["ana"], "setup"))
        self._open("ana")
        self.devices["ana"].sync()
        self.devices["ana"].edit("user", self.world.users["dan"], profile_id=profile_id("salesperson"), team_id=NORTH)
        for n in range(3):
            self.companies.append(self.devices["ana"].save("company", name=f"C{n}", responsible_id=self.world.users["dan"]))
        self.devices["ana"].sync()
        self._open("dan")
        self.devices["dan"].sync()

    def _open(self, name: str) -> None:
        device = self.world.device(name, name, connect=self.connect)
        device.network = Flaky(device.network.inner, chance=self.chance)
        self.devices[name] = self.world.device(name, name, network=device.network, connect=self.connect)
        device.replica.close()

    def step(self, n: int) -> None:
        name = self.chance.choice(("ana", "dan"))
        device, company = self.devices[name], self.chance.choice(self.companies)
        act = self.chance.choice(
            ("attach", "attach", "replace", "archive", "files", "files", "files", "sync", "kill", "rights", "line")
        )
        if act == "attach" and device.replica.get("company", company):
            self._attach(device, Owner("company", company), n)
        elif act == "replace":
            for one in documents.page(device.replica, Owner("company", company)).rows[:1]:
                documents.replace(device.replica, SAY, START_MS + n, one.id, self._source(n), f"v{n}.txt")
        elif act == "archive" and self.chance.random() < 0.4:
            for one in documents.page(device.replica, Owner("company", company)).rows[:1]:
                documents.put_away(device.replica, SAY, one.id)
        elif act == "files":
            device.courier.forgive()
            device.move_files()
        elif act == "sync":
            device.sync()
        elif act == "kill":
            self.devices[name] = device.restart(self.connect)
            file_purging.begin(self.devices[name].replica)
        elif act == "rights":
            owner = self.world.users[self.chance.choice(("ana", "dan"))]
            self.devices["ana"].edit("company", company, responsible_id=owner)
        elif act == "line":
            device.network.is_up = not device.network.is_up

    def _source(self, n: int):
        size = self.chance.choice((0, 1, 1000, PIECE + 7, 3 * PIECE))
        content = (
            self.chance.randbytes(size)
            if self.chance.random() < 0.8 or not self.contents
            else self.chance.choice([*self.contents.values()])
        )
        self.contents[hashlib.sha256(content).hexdigest()] = content
        path = self.world.folder / f"source-{n}"
        path.write_bytes(content)
        return path

    def _attach(self, device: Device, owner: Owner, n: int) -> None:
        documents.attach(device.replica, SAY, START_MS + n, owner, self._source(n), f"f{n}.txt")

    def rest(self) -> None:
        for device in self.devices.values():
            cast("Flaky", device.network).share, device.network.is_up = 0.0, True
        for _ in range(4):
            for device in self.devices.values():
                device.courier.forgive()
                device.move_files()

    def check(self) -> None:
        for name, device in self.devices.items():
            rows = device.replica.list_page("document", sort="id", limit=1000, archived=None).rows
            drafts = {str(op.set.get("sha256")) for draft in device.replica.drafts() for op in draft.ops}
            for row in rows:
                if row["archived_at"] is None and row["id"] not in {one["version_of_id"] for one in rows}:
                    assert row["state"] == "stored", (name, row["name"])
                    content = b"".join(pieces(device.replica.files.content(row["sha256"])))
                    assert content == self.contents[row["sha256"]], (name, row["name"])
            here = {path.name.partition(".")[0] for path in device.replica.files.path.rglob("*") if path.is_file()}
            known, keys = {row["sha256"] for row in rows} | drafts, device.replica.files.keys
            assert here <= ({keys.name_of(sha256) for sha256 in known} if keys else known), name


@pytest.mark.parametrize("seed", range(6))
def test_in_the_end_everybody_has_the_bytes_of_what_he_sees_and_nothing_else(tmp_path, seed):
    """Every other story is of encrypted devices, where SQLCipher is installed."""
    story = Story(make_world(tmp_path), Random(seed), KEY if seed % 2 and can_encrypt() else connect)
    story.begin()
    for n in range(STEPS):
        story.step(n)
    story.rest()
    story.check()
    assert story.contents, "a story without a file shows nothing"
    story.world.close()
    story.world.server.central.store.close()
