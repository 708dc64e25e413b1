"""Devices of a bench: a real replica file and the real engine, over HTTP. Nothing of the server is imported here."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

import httpx

from client.config import FirstSync, SyncTimes
from client.replica.driver import Connect, Encrypted, can_encrypt, connect
from client.replica.encrypting import encrypt
from client.replica.replica import Replica, open_replica
from client.sync.ahead import in_background
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from client.sync.parcel import packings
from shared_models.codec import Row
from shared_models.ids import IdMaker
from shared_models.protocol import HelloRequest, PushAnswer, SignInRequest
from shared_models.registry import SCHEMA_VERSION, Registry
from shared_models.replica_shape import fingerprint
from shared_models.snapshot import SnapshotRequest

BY_PAGES = FirstSync(by_snapshot=False, by_columns=False)
BY_COLUMNS = FirstSync(by_snapshot=False)
KEY = Encrypted(bytes(range(100, 116)), bytes(range(32)))
"""What encrypted replicas of a bench are opened with; nobody is to be kept out of them."""
CONNECTS: dict[str, Connect] = {"plain": connect, **({"encrypted": KEY} if can_encrypt() else {})}
"""How the replicas of a bench lie on the disk: in turn, so that both meet the same neighbours."""
EMAIL, PASSWORD = "bench@example.org", "correct horse"


@dataclass(frozen=True)
class Signed:
    """What a device keeps of its sign-in."""

    user_id: str
    device_id: str
    device_token: str


class Device:
    """One signed-in device."""

    def __init__(
        self, replica: Replica, http: httpx.Client, *, first_sync: FirstSync = BY_PAGES, signed: Signed | None = None
    ) -> None:
        """signed: of a device that goes on after a restart."""
        self.replica, access = replica, None
        if signed is None:
            install = self.replica.facts()["install"]
            answer = sign_in(http, SignInRequest(email=EMAIL, password=PASSWORD, device_name="bench", install=install))
            signed, access = Signed(answer.user_id, answer.device_id, answer.device_token), answer.access_token
            self.replica.bind(answer.user_id, answer.device_id)
        self.signed = signed
        self.transport = HttpTransport(http, AccessToken(http, lambda: signed.device_token, access))
        self.engine = SyncEngine(self.replica, self.transport, random=Random(1), start=in_background, first_sync=first_sync)

    def wait_for_snapshot(self, *, as_columns: bool = False) -> None:
        """Wait until the server has one ready."""
        shape = fingerprint(self.replica.registry)
        epoch = self.transport.hello(
            HelloRequest(install="bench", device_epoch="bench", app="bench", schema_version=SCHEMA_VERSION, cursor=0, clock=0)
        ).server_epoch
        while self.transport.snapshot(SnapshotRequest(epoch, shape, packings(as_columns=as_columns))).name is None:
            time.sleep(0.1)

    def push_seconds(self) -> float:
        """Run a round, and return the time from its start until the last of what waited was known to be durable."""
        start, push, answered = time.perf_counter(), self.transport.push, [0.0]

        def timed(body: bytes) -> PushAnswer:
            answer = push(body)
            answered.append(time.perf_counter())
            return answer

        self.transport.push = timed  # type: ignore[method-assign]  # only here, to read the clock
        self.sync()
        return max(answered) - start

    def sync(self) -> None:
        """Run a round that must succeed and leave nothing behind."""
        result = self.engine.run_once()
        assert result.error is None, result.error
        assert self.replica.waiting() == []
        assert result.proof is None or result.proof.equal, result.proof

    def save(self, edits: list[Row]) -> None:
        """Save each edit by itself: one edit is one tx."""
        for edit in edits:
            save_one(self.replica, edit)


@contextmanager
def device(
    path: Path,
    registry: Registry,
    address: str,
    synchronous: str = "FULL",
    *,
    first_sync: FirstSync = BY_PAGES,
    connect: Connect = connect,
) -> Iterator[Device]:
    """Yield a new device of a server, its replica in this file; it is filled by pages unless it is said otherwise. connect: see CONNECTS."""
    with make_client(address, SyncTimes(read_s=120)) as http:
        made = Device(new_replica(path, registry, synchronous, connect), http, first_sync=first_sync)
        try:
            yield made
        finally:
            made.replica.close()


def new_replica(path: Path, registry: Registry, synchronous: str = "FULL", connect: Connect = connect) -> Replica:
    """Return an empty replica of these entities, or the one that is there."""
    ids = IdMaker(lambda: time.time_ns() // 1_000_000, SystemRandom())
    return open_replica(path, registry, ids, synchronous=synchronous, connect=connect)


def encrypted_copy(replica: Replica) -> Replica | None:
    """Return a copy of a replica, encrypted and open; None where SQLCipher is not installed."""
    if "encrypted" not in CONNECTS:
        return None
    path = replica.path.with_name("encrypted.db")
    replica.empty_log()
    shutil.copy(replica.path, path)
    encrypt(path, KEY)
    return new_replica(path, replica.registry, connect=KEY)


def save_one(replica: Replica, edit: Row) -> None:
    """Save one edit as a person would."""
    with replica.edit("bench") as saving:
        if edit["op"] == "insert":
            values = dict(edit["row"])
            saving.insert(edit["table"], values, pk=values.pop("id"))
        else:
            saving.update(edit["table"], edit["id"], edit["set"])
