"""`fieldfare demo --check`: the main story on real parts, without a screen. Every line says what happened; any failure ends with 1.

Two people edit the same company without a connection, both sync over HTTP, nothing is lost, and each understands what happened.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import SystemRandom

from client.app import connect, make_account, open_local
from client.config import SyncTimes
from client.demo import PASSWORD
from client.demo_gate import Gate
from client.demo_servers import ServerProcess, command, free_port
from client.demo_steps import steps_of
from client.platform.profile import ProfileStore
from client.replica import digests
from client.replica.replica import Replica
from client.sync.engine import RoundResult, SyncEngine
from shared_models.codec import Row
from shared_models.diagnostics import Diagnostics
from shared_models.digest import combined
from shared_models.errors import Unreachable
from shared_models.protocol import DigestAnswer, DigestRequest, FetchRequest, HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from shared_models.transport import PullRequest, Transport, UpToDate

ANA, MARIA = ("ana.pop@carpati.example", "Ana's laptop"), ("maria.stan@carpati.example", "Maria's laptop")
NO_STORY = "Nothing was checked."
OTHER_DATABASE = "Give another database with --database, or leave it out: the story then plays on an SQLite file of its own."
Say = Callable[[str], None]


@dataclass
class _Network:
    """The way to the server, which can be cut, and can lose an answer after the server has acted."""

    inner: Transport
    is_down: bool = False
    loses_next_answer: bool = False

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Pass on, unless cut."""
        self._check()
        return self.inner.hello(request)

    def push(self, body: bytes) -> PushAnswer:
        """Pass on; the answer may get lost."""
        self._check()
        answer = self.inner.push(body)
        if self.loses_next_answer:
            self.loses_next_answer = False
            raise Unreachable(None, "the answer was lost")
        return answer

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Pass on, unless cut."""
        self._check()
        return self.inner.pull(request)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Pass on, unless cut."""
        self._check()
        return self.inner.history(entity, record, before)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        """Pass on, unless cut."""
        self._check()
        return self.inner.snapshot(request)

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        """Pass on, unless cut."""
        self._check()
        return self.inner.snapshot_bytes(name, start)

    def digest(self, request: DigestRequest) -> DigestAnswer:
        """Pass on, unless cut."""
        self._check()
        return self.inner.digest(request)

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        """Pass on, unless cut."""
        self._check()
        return self.inner.fetch(request)

    def salvage(self, request: SalvageRequest) -> SalvageAnswer:
        """Pass on, unless cut."""
        self._check()
        return self.inner.salvage(request)

    def send_diagnostics(self, found: Diagnostics) -> None:
        """Pass on, unless cut."""
        self._check()
        self.inner.send_diagnostics(found)

    def _check(self) -> None:
        if self.is_down:
            raise Unreachable(None, "no connection")


ALIKE = ("company", "contact", "company_contact", "contact_point", "address", "note", "sync_conflict")
"""What two people of one team see alike, whatever else the rights of each open."""


@dataclass
class _Device:
    """One person's laptop."""

    folder: Path
    network: _Network
    replica: Replica
    engine: SyncEngine

    @classmethod
    def signed_in(cls, folder: Path, server_url: str, email: str, name: str) -> "_Device":
        """Sign in and open."""
        replica = open_local(folder)
        make_account(folder, SyncTimes()).sign_in(replica, server_url, email, PASSWORD, name)
        replica.close()
        return cls.opened(folder)

    @classmethod
    def opened(cls, folder: Path) -> "_Device":
        """Open what is in the folder, as after a restart."""
        replica, network = open_local(folder), _Network(connect(folder, SyncTimes()))
        return cls(folder, network, replica, SyncEngine(replica, network, random=SystemRandom()))

    def sync(self) -> RoundResult:
        """Run rounds until nothing waits, three at most."""
        result = self.engine.run_once()
        for _ in range(2):
            if result.error is None and self.replica.waiting():
                result = self.engine.run_once()
        return result

    def edit(self, entity: str, pk: str, values: Row) -> str:
        """Save an edit; returns its transaction."""
        with self.replica.edit("demo check") as edit:
            edit.update(entity, pk, values)
            return edit.tx_id

    def company(self, name: str) -> Row:
        """Return a company by its name."""
        hit = self.replica.search(name, entities=("company",))[0]
        return self.replica.get("company", hit.pk) or {}

    def figure(self) -> str:
        """Return the digest of what people of one team see alike, whatever the rights of each are."""
        with self.replica.reading() as reader:
            found = digests.recomputed(reader, self.replica.registry)
        return combined({name: found[name] for name in ALIKE})


@dataclass
class _Story:
    """The checks so far."""

    say: Say
    failed: list[str] = field(default_factory=list)

    def expect(self, text: str, holds: bool) -> None:
        """Say what should be so, and whether it is."""
        self.say(f"  {'ok  ' if holds else 'FAIL'}  {text}")
        if not holds:
            self.failed.append(text)


def check(database: str, say: Say) -> int:
    """Play the story; returns 0 when all of it holds."""
    folder, began = Path(tempfile.mkdtemp(prefix="fieldfare-check-")), time.monotonic()
    server = ServerProcess(folder / "server", free_port(), database)
    server.folder.mkdir()
    story = _Story(say)
    try:
        if not _is_begun(server, say):
            return 1
        _play(story, server, folder)
    except (RuntimeError, LookupError, OSError) as error:
        story.expect(f"no fault: {type(error).__name__}: {error}", False)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    say(f"{'FAILED: ' + '; '.join(story.failed) if story.failed else 'All of it holds'} ({time.monotonic() - began:.1f} s)")
    return 1 if story.failed else 0


def _is_begun(server: ServerProcess, say: Say) -> bool:
    """Make and start the server of the story; returns whether that was possible, and says why not and what else can be done."""
    say(f"A server with the demo company on {server.database.split('@')[-1] or 'SQLite'}")
    steps = steps_of(say)
    try:
        with steps.step("  Making it"):
            made = server.prepare("small")
        say(f"  {made}")
        with steps.step("  Starting it"):
            server.start()
    except RuntimeError as error:
        say(str(error))
        say(NO_STORY + (f" {OTHER_DATABASE}" if server.database else ""))
        return False
    return True


def _play(story: _Story, server: ServerProcess, folder: Path) -> None:
    story.say("Two people sign in and load the replica")
    ana = _Device.signed_in(folder / "ana", server.url, *ANA)
    maria = _Device.signed_in(folder / "maria", server.url, *MARIA)
    for device, name in ((ana, "Ana"), (maria, "Maria")):
        proof = device.sync().proof
        story.expect(f"{name} has {device.replica.count('company')} companies, proved equal", bool(proof and proof.equal))
    hotel = ana.company("Hotel Șapte Brazi")["id"]
    _clash(story, ana, maria, hotel)
    _delete_against_edit(story, ana, maria)
    _lost_answer(story, ana, maria, hotel)
    ana = _kill(story, server, ana, hotel)
    _equal(story, ana, maria)
    for device in (ana, maria):
        device.replica.close()


def _clash(story: _Story, ana: _Device, maria: _Device, hotel: str) -> None:
    """The same field and different fields, without a connection."""
    story.say("Both lose the connection and edit Hotel Șapte Brazi")
    ana.network.is_down = maria.network.is_down = True
    ana.edit("company", hotel, {"name": "Hotel Șapte Brazi Predeal", "visit_every_days": 7})
    maria.edit("company", hotel, {"name": "Hotel 7 Brazi", "description": "Cere factura pe e-mail."})
    story.expect("offline is a state: the round ends calmly, both edits wait", all(
        isinstance(d.sync().error, Unreachable) and len(d.replica.waiting()) == 1 for d in (ana, maria)
    ))  # fmt: skip
    ana.network.is_down = maria.network.is_down = False
    ana.sync()
    maria.sync()
    ana.sync()
    row = maria.replica.get("company", hotel) or {}
    story.expect(
        "Ana was first: her name is in use for both", row["name"] == "Hotel Șapte Brazi Predeal" and _same(ana, maria, hotel)
    )
    story.expect(
        "the other fields of both are kept",
        row["visit_every_days"] == 7 and "Cere factura pe e-mail." in (row["description"] or ""),
    )
    cards = maria.replica.cards()
    story.expect("Maria's name is on a card that both see, with the name before", len(cards) == 1 == len(ana.replica.cards()))
    card = cards[0]
    story.expect(
        "the card tells before, mine and theirs",
        [json.loads(card[side])["name"] for side in ("before", "mine", "theirs")]
        == ["Hotel Șapte Brazi", "Hotel 7 Brazi", "Hotel Șapte Brazi Predeal"],
    )
    with maria.replica.edit("restore mine") as edit:
        edit.update("company", hotel, json.loads(card["mine"]), maria.replica.look_at_card(card))
        edit.update("sync_conflict", card["id"], {"state": "restored_mine"})
    maria.sync()
    ana.sync()
    restored = (ana.replica.get("company", hotel) or {})["name"] == "Hotel 7 Brazi"
    story.expect("Maria restores hers: it is in use, and the card is closed for both", restored and not ana.replica.cards())
    page = ana.network.history("company", hotel, None)
    names = [entry.after["name"] for entry in page.entries if entry.after and "name" in entry.after and entry.unit == "name"]
    story.expect("the history keeps both names", names[:2] == ["Hotel 7 Brazi", "Hotel Șapte Brazi Predeal"])


def _delete_against_edit(story: _Story, ana: _Device, maria: _Device) -> None:
    story.say("Ana archives a company while Maria edits it")
    pk = ana.company("Curățenie Expert")["id"]
    with ana.replica.edit("archive") as edit:
        edit.archive("company", pk)
    maria.edit("company", pk, {"description": "Deschid un depozit la Florești."})
    ana.sync()
    maria.sync()
    ana.sync()
    row = ana.replica.get("company", pk) or {}
    story.expect(
        "the edit brings the company back",
        row["archived_at"] is None and row["description"] == "Deschid un depozit la Florești.",
    )
    story.expect("Ana is told by a card", any(card["kind"] == "revived" for card in ana.replica.cards()))


def _lost_answer(story: _Story, ana: _Device, maria: _Device, hotel: str) -> None:
    story.say("The answer to a push gets lost")
    ana.edit("company", hotel, {"legal_name": "Hotel Șapte Brazi SRL, Predeal"})
    ana.network.loses_next_answer = True
    first = ana.engine.run_once()
    story.expect("Ana's device does not know, and keeps the edit", isinstance(first.error, Unreachable))
    ana.sync()
    maria.sync()
    page = ana.network.history("company", hotel, None)
    times = sum(1 for entry in page.entries if entry.unit == "legal_name")
    story.expect("sent again, it counts once", times == 1 and not ana.replica.waiting() and _same(ana, maria, hotel))


def _kill(story: _Story, server: ServerProcess, ana: _Device, hotel: str) -> _Device:
    """Kill the client's process in the middle of a push, and the server too."""
    story.say("The client is killed in mid-push, and the server right after")
    tx = ana.edit("company", hotel, {"source_note": "recomandat de Ioana Știrbei"})
    ana.replica.close()
    store = ProfileStore(ana.folder)
    profile = store.load()
    assert profile is not None
    with Gate(server.port) as gate:
        store.save(replace(profile, server_url=gate.url))
        child = subprocess.Popen(
            command("sync", "--data", str(ana.folder)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        story.expect("the push has left, and its answer will never come", gate.push_went_by.wait(timeout=30))
        child.kill()
        child.wait()
    story.expect("the killed device holds the edit as being on its way", _state(ana.folder, tx) == "inflight")
    store.save(profile)
    server.kill()
    server.start()
    again = _Device.opened(ana.folder)
    story.expect(
        "after the restart the edit is still on the screen",
        (again.replica.get("company", hotel) or {})["source_note"] is not None,
    )
    again.sync()
    page = again.network.history("company", hotel, None)
    times = sum(1 for entry in page.entries if entry.unit == "source")
    story.expect("it reaches the centre, once", times == 1 and not again.replica.waiting())
    return again


def _state(folder: Path, tx: str) -> str:
    """Return how far a save has come, read beside the process that syncs it."""
    replica = open_local(folder)
    found = next((one.state for one in replica.waiting() if one.tx_id == tx), "settled")
    replica.close()
    return found


def _equal(story: _Story, ana: _Device, maria: _Device) -> None:
    story.say("At rest")
    proofs = [device.sync().proof for device in (ana, maria, ana)]
    story.expect("both replicas are proved equal to the centre", all(proof and proof.equal for proof in proofs))
    story.expect(f"both hold the same companies and contacts, digest {ana.figure()}", ana.figure() == maria.figure())
    lost = [d for d in (ana, maria) if d.replica.waiting() or d.replica.drafts()]
    story.expect("nothing waits and nothing was refused", not lost)


def _same(ana: _Device, maria: _Device, pk: str) -> bool:
    return ana.replica.get("company", pk) == maria.replica.get("company", pk)
