"""Replicas for tests: a real file in the test's folder, a clock that stands still until it is moved, ids that repeat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from client.events import Event, Events
from client.platform.profile import ProfileStore
from client.platform.wrong_tries import WrongTriesStore
from client.replica import driver, epochs, rows
from client.replica.apply_remote import Outcome, apply_page
from client.replica.driver import Connect, Connection
from client.replica.remote_page import Ack, RemotePage, RowsChunk
from client.replica.replica import Replica, open_replica
from client.usecases.account import Account, HeldAccount
from conflict.overlay import blank_row
from shared_models.errors import Unreachable
from shared_models.ids import IdMaker
from shared_models.protocol import BeginLine, EndLine, SignInAnswer, SignInRequest
from shared_models.registry import CRM, Registry
from tests import empty_replicas

ANA = "018f0000-0000-7000-8000-00000000000a"
DAN = "018f0000-0000-7000-8000-00000000000d"
EPOCH = "server-epoch-1"
START_MS = 1_795_000_000_000
WAY: list[Connect] = [driver.connect]
"""How the tests of a file open replicas by themselves: the last one. `tests/unit/client/replica` runs them in plain and encrypted."""


@dataclass
class Clock:
    """Wall time that moves one millisecond at every look, and as far as a test says."""

    now: int = START_MS

    def __call__(self) -> int:
        self.now += 1
        return self.now

    def forward(self, *, hours: float = 0, days: float = 0) -> None:
        self.now += int((hours + days * 24) * 3_600_000)


def held_account(folder: Path, replica: Replica) -> HeldAccount:
    """Return the account of a folder in which nobody has signed in, for whoever asks no server."""

    def ask(_server_url: str, _request: SignInRequest) -> SignInAnswer:
        raise Unreachable(None, "no network in this test")

    account = Account(ProfileStore(folder), WrongTriesStore(folder), ask, lambda n: bytes(n), Clock())
    return HeldAccount(account, replica, "laptop")


@dataclass
class Heard:
    """Events that a replica published, in order."""

    events: list[Event] = field(default_factory=list)

    def __call__(self, event: Event) -> None:
        self.events.append(event)


def make_replica(
    folder: Path,
    *,
    name: str = "ana",
    user: str = ANA,
    registry: Registry = CRM,
    clock: Clock | None = None,
    seed: int = 1,
    connect: Connect | None = None,
    events: Events | None = None,
    met: bool = True,
) -> Replica:
    """Open a replica file, new or old. met: it has once talked to a server, so that pages can be applied."""
    ids = IdMaker(clock or Clock(), Random(f"{name}{seed}"))
    connect = connect or WAY[-1]
    if connect is driver.connect:
        empty_replicas.put(folder / f"{name}.db", registry)
    replica = open_replica(folder / f"{name}.db", registry, ids, events=events, connect=connect, synchronous="OFF")
    if replica.facts()["user"] is None:
        replica.bind(user, f"device-{name}")
        if met:
            with replica.write(durable=False) as writing:
                epochs.server_met(writing, EPOCH)
    return replica


def connected(path: Path) -> Connection:
    """Open a replica's file beside the product, as `make_replica` opens it. Each statement commits by itself."""
    return WAY[-1](path)


def central_row(entity: str, pk: str, **values: Any) -> dict[str, Any]:
    """A row as the centre holds it."""
    return {**blank_row(CRM.get(entity)), "id": pk, "updated_at": START_MS * 1000, **values}


def page_of(
    replica: Replica,
    *found: tuple[int, str, Mapping[str, Any]],
    to: int,
    acks: tuple[Ack, ...] = (),
    leaves: tuple[tuple[str, str], ...] = (),
    hidden: tuple[str, ...] = (),
    commit: bool = True,
    after: str | None = None,
    epoch: str = EPOCH,
    since: int | None = None,
    safe: int = 0,
) -> RemotePage:
    """A page from the replica's cursor to `to`; rows as (version, entity, row)."""
    facts = replica.facts()
    cursor, place = facts["cursor"] if since is None else since, facts["stage_after"]
    page = RemotePage(
        BeginLine.model_validate(
            {"from": cursor, "to": to, "at": to, "after": place, "stage": not commit, "epoch": epoch, "schema": 1}
        ),
        EndLine(cursor=to if commit else cursor, after=after, commit=commit, more=not commit, safe_seq=safe),
        acks=list(acks),
        leaves=[(entity, [pk]) for entity, pk in leaves],
        hidden=list(hidden),
    )
    for version, entity, row in found:
        order = rows.names(replica.registry.get(entity))
        page.chunks.append(RowsChunk(entity, order, [version], [[row[name] for name in order]]))
    return page


def bring(replica: Replica, *found: tuple[int, str, Mapping[str, Any]], to: int, **more: Any) -> Outcome:
    """Apply a page of these rows."""
    return apply_page(replica, page_of(replica, *found, to=to, **more))
