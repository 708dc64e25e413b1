"""Where a week is played: rounds that are checked, backups that come back, and what a story needs to go its way."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random

from client.replica import change_log, integrity
from client.sync.engine import RoundResult
from client.sync.verify import Proof
from shared_models.codec import Row
from shared_models.errors import NeedsSignIn
from shared_models.replica_shape import fingerprint
from shared_models.snapshot import SnapshotAnswer
from sync_server.db import devices
from sync_server.services import snapshots
from sync_server.services.snapshot_shelf import SnapshotKind
from tests.simulation import checks, file_checks, views
from tests.simulation.acts import Form, People, Save
from tests.simulation.device import Device
from tests.simulation.evidence import Broken
from tests.simulation.jobs import Jobs
from tests.simulation.organisation import Organisation

MOMENTS = 10
"""What happens while a snapshot is built happens at most so many times."""


@dataclass
class Stage:
    """The organisation, its people, and what happened to both."""

    organisation: Organisation
    people: People
    random: Random
    """Of the stories."""
    was_restored: bool = False
    """Whether the server has come back from a backup."""
    hands: Callable[[Device], None] = lambda _: None
    """What a person does while a round of his device is under way."""
    damaged: set[str] = field(default_factory=set)
    """Names of the devices whose files were written to past everything."""
    is_miscounted: bool = False
    """Whether the centre has a figure that is not what its rows say."""
    jobs: Jobs = field(init=False)
    """What the server processes do beside the requests."""

    def __post_init__(self) -> None:
        """Begin without mails."""
        self.jobs = Jobs(self.organisation)

    @property
    def is_mending(self) -> bool:
        """Whether something is wrong that only time finds."""
        return bool(self.damaged) or self.is_miscounted

    # -- rounds ----------------------------------------------------------------------------------------------------------

    def round(self, device: Device) -> RoundResult:
        """Run one round of a device, and check what its screen and its digests say afterwards."""
        memory = self.people.memory
        before, count, again = checks.touched(device), len(memory.acts), len(memory.sent_again)
        at = self.organisation.clock.now_ms * 1000
        result = device.sync()
        if device.disk is not None:
            self._after_round(device, result, at)
        if self.organisation.has_rights and result.error is None:
            views.nothing_denied(device, at)
        if result.proof is not None:
            self._judge(device, result.proof)
        saved = [named for act in list(memory.acts.values())[count:] for named in act.knew]
        for named in (*saved, *memory.sent_again[again:]):  # while the round was under way
            before.pop(named, None)
        checks.parts(device)
        if not self.was_restored and device.name not in self.damaged:
            checks.screen_went_back(device, before, self.people)
        return result

    def _after_round(self, device: Device, result: RoundResult, at: int) -> None:
        """See to the files of a device, which may have been emptied in the round."""
        if device.replica.facts()["wiped_at"] is not None:
            self._wiped(device)
        elif result.error is None:
            file_checks.nothing_denied(device, self.people.contents, at)

    def _judge(self, device: Device, proof: Proof) -> None:
        """Nobody but a damaged file, or a centre that has miscounted, has anything to put right: that must not hide what went wrong."""
        if not proof.equal and not self.is_miscounted:
            raise Broken(f"I2 the digests of {device.name} differ: {proof.differing}")
        found = [one for one in proof.found if one.kind != "recounted" or not self.is_miscounted]
        if found and device.name not in self.damaged:
            raise Broken(f"I2 the rows of {device.name} had to be put right: {found}")

    def sync(self, *devices: Device) -> None:
        """Run a round without any mishap on each device: it must go through."""
        for device in devices:
            result = self.round(device)
            if isinstance(result.error, NeedsSignIn) and not device.network.is_out:  # it was emptied, and begins anew
                result = self.round(device)
            if result.error is not None:
                raise Broken(f"I7 a round of {device.name} without a mishap failed: {result.error!r}")
            checks.verdicts(self.organisation)

    def cut(self, device: Device, *lost: str) -> None:
        """Run a round that loses something: hello, push, push answer, pull, pull answer, snapshot end."""
        device.network.lost = frozenset(lost)
        try:
            self.round(device)
        finally:
            device.network.lost = frozenset()

    def share(self, device: Device) -> None:
        """Let everybody hold what a device has saved."""
        self.sync(device, *(other for other in self.organisation.devices if other is not device and not other.is_admin))

    @contextmanager
    def calm(self) -> Iterator[None]:
        """Let nothing happen by chance."""
        self._be_calm(True)
        try:
            yield
        finally:
            self._be_calm(False)

    def _be_calm(self, is_calm: bool) -> None:
        for device in self.organisation.devices:
            device.network.is_calm = is_calm

    # -- devices that go and come ----------------------------------------------------------------------------------------

    def newcomer(self, lost: Device, program: int | None = None) -> Device:
        """A device never comes back: it is locked out, and its person has a new one, which has met nobody yet.

        program: its version; none: by chance, where there are several.
        """
        _, ledger = self.organisation.ledger()
        self._forget(lost, {origin for _, origin, _ in ledger}, set())
        self.people.contents.gone |= lost.bytes_here()
        made = self.organisation.replace(lost, program)
        made.network.is_calm = lost.network.is_calm
        made.network.hands = partial(self.hands, made)
        return made

    def sign_in_again(self, device: Device) -> None:
        """A device that was locked out is found, and lets its person in: the same file, and another device to the server."""
        device.id = f"{device.id}r"
        device.replica.bind(device.user, device.id)
        device.network.inner = self.organisation.signed_in(device.id, device.user, is_admin=device.is_admin)
        device.network.is_out = False

    def order_wipe(self, device: Device) -> None:
        """An admin orders that a device is emptied at its next contact."""
        central = self.organisation.central
        with central.store.write() as connection:
            devices.order_wipe(connection, central.tables, device.id, central.now_us())
        device.way.is_lost, device.network.is_out = True, False

    def _wiped(self, device: Device) -> None:
        """A device has let go of all that it had, and its person signs in again: what he saved is at the centre."""
        if left := device.bytes_here():
            raise Broken(f"9.10 {device.name} was wiped, and has bytes of {sorted(left)}")
        _, ledger = self.organisation.ledger()
        self._forget(device, {origin for _, origin, _ in ledger}, set())
        device.way.is_lost = False
        self.sign_in_again(device)

    def forget_snapshots(self) -> None:
        """Let the next device that asks have one built."""
        shutil.rmtree(self.organisation.folder / "snapshots", ignore_errors=True)

    def snapshot(self, meanwhile: Callable[[], object] | None = None) -> tuple[SnapshotAnswer, bytes]:
        """Have a snapshot built, and return it. meanwhile: what happens between any two statements of the build."""
        o = self.organisation
        folder = o.folder / "late"
        with o.server.interrupted(meanwhile or (lambda: None), MOMENTS):
            kind = SnapshotKind.of(snapshots.EVERYTHING, "zstd", "late")
            made = snapshots.build(o.central, folder, kind, fingerprint(o.registry))
        return made, (folder / f"{made.name}.db").read_bytes()

    # -- clocks ----------------------------------------------------------------------------------------------------------

    def set_clock(self, device: Device, ahead_ms: int) -> None:
        """Let the clock of a device jump; the next attempt stays in reach (I7)."""
        self.organisation.unsteady.add(device.name)
        device.clock.ahead_ms = ahead_ms
        checks.is_armed(device)

    def set_server_clock(self, by_ms: int) -> None:
        """Let the clock of the server jump, and all others with it."""
        self.organisation.is_unsteady = True
        self.organisation.clock.now_ms += by_ms

    # -- power -----------------------------------------------------------------------------------------------------------

    def lose_power(self, device: Device, random: Random) -> None:
        """A device whose medium is known loses its power: what a person saved is there (trap 22), and rows and log fit."""
        if device.medium is None:
            return
        if device.medium.is_unsafe:
            raise Broken(f"trap 22: {device.name} committed at synchronous OFF, and its file may be broken")
        device.statements.left = None
        mine = {act.tx for act in self.people.memory.acts.values() if act.device == device.name}
        held = _held(device)
        device.network.is_spoilt = True
        device.lose_power(random)
        if lost := (held & mine) - _held(device):
            raise Broken(f"I1 {device.name} lost saves with its power: {sorted(lost)}")
        if device.name not in self.damaged and (found := integrity.check(device.replica)):
            raise Broken(f"I11 {device.name} without its power: {found}")

    # -- what comes back from a backup -----------------------------------------------------------------------------------

    def put_back(self, device: Device) -> bool:
        """The laptop comes back from its backup; what it never sent since then is gone. False without a backup."""
        files = device.bytes_here()
        if not device.restore():
            return False
        self.people.contents.gone |= files - device.bytes_here()
        _, ledger = self.organisation.ledger()
        known = {origin for _, origin, _ in ledger}
        self._forget(device, known, _held(device))
        return True

    def _forget(self, device: Device, known: set[str], held: set[str]) -> None:
        """Take in that a device no longer holds some of its saves. known: what the centre has. held: what the device has."""
        mine = {act.tx for act in self.people.memory.acts.values() if act.device == device.name}
        self.people.lost |= mine - known - held
        self.people.only_central |= mine & known - held

    def restore_server(self) -> bool:
        """The central database comes back from its backup, as a new timeline. False without a backup."""
        ended = self.organisation.ledger()
        if not self.organisation.restore():
            return False
        self.people.memory.learn(*ended)
        self.was_restored = True
        _, ledger = self.organisation.ledger()
        self.people.lost |= self.people.only_central - {origin for _, origin, _ in ledger}
        for device in self.organisation.devices:
            device.network.verdicts.clear()
        return True

    # -- what stories do -------------------------------------------------------------------------------------------------

    @property
    def cast(self) -> dict[str, str]:
        """Part -> field of the thing."""
        return dict(self.people.cast.fields)

    def new_thing(self, device: Device, *, is_shared: bool = True, **parts: object) -> str:
        """Save a new record, by itself one that everybody holds; returns its id. parts: part -> value, a fresh title by itself."""
        values: Row = {self.cast["title"]: self.people.fresh(), **{self.cast[part]: value for part, value in parts.items()}}
        with self.people.save(device, "insert", is_atomic=False) as save:
            made = save.insert(self.people.cast.thing, values)
        if is_shared:
            self.share(device)
        return made

    def edit(self, device: Device, thing: str, form: Form | None = None, **parts: object) -> str:
        """Save changes of a record; returns the tx. parts: part -> value."""
        changes: Row = {self.cast[part]: value for part, value in parts.items()}
        with self.people.save(device, "update", is_atomic=False) as save:
            save.update(self.people.cast.thing, thing, changes, form)
        return save.act.tx

    def retitle(self, device: Device, thing: str, form: Form | None = None) -> str:
        """Give a record a title that nobody has typed; returns the tx."""
        return self.edit(device, thing, form, title=self.people.fresh())

    def retitle_in(self, save: Save, thing: str) -> None:
        """Give a record another title as a part of a save."""
        save.update(self.people.cast.thing, thing, {self.cast["title"]: self.people.fresh()})

    def edit_with(self, device: Device, thing: str, also: Callable[[Save], object]) -> str:
        """Give a record another title, and do something else in the same save; returns the tx."""
        with self.people.save(device, "update", is_atomic=False) as save:
            self.retitle_in(save, thing)
            also(save)
        return save.act.tx

    def form(self, device: Device, thing: str) -> Form:
        """Open a record, which is there."""
        form = self.people.look(device, self.people.cast.thing, thing)
        assert form is not None
        return form

    def archive(self, device: Device, thing: str, form: Form | None = None) -> None:
        """Archive a record."""
        with self.people.save(device, "archive", is_atomic=False) as save:
            save.archive(self.people.cast.thing, thing, form)

    def tie(self, device: Device, thing: str, letter: str = "s") -> str:
        """Add a link, once more if it is there; returns its id."""
        cast = self.people.cast
        with self.people.save(device, "insert", is_atomic=False) as save:
            return save.insert(cast.tie, {**cast.tie_values(thing, letter), cast.tie_role: self.people.fresh()})

    def untie(self, device: Device, tie: str, form: Form | None = None) -> None:
        """Remove a link."""
        with self.people.save(device, "archive", is_atomic=False) as save:
            save.archive(self.people.cast.tie, tie, form)

    def child(self, device: Device, thing: str, also: Callable[[Save], object] | None = None) -> str:
        """Add a child to a record, with something else in the same save; returns the tx."""
        cast = self.people.cast
        with self.people.save(device, "insert", is_atomic=False) as save:
            save.insert(cast.part, {cast.part_of: thing, cast.part_fields[0]: self.people.fresh()})
            if also is not None:
                also(save)
        return save.act.tx

    def forbidden_thing(self, device: Device) -> tuple[str, str]:
        """Save a new record together with what only an admin may: it will be refused. Returns its id and the tx."""
        with self.people.save(device, "insert", is_atomic=False) as save:
            made = save.insert(self.people.cast.thing, {self.cast["title"]: self.people.fresh()})
            save.insert("team", {"name": self.people.fresh()})
        return made, save.act.tx

    def card_of(self, device: Device, thing: str) -> Row | None:
        """Return the card about a record that a device shows."""
        return next((card for card in device.replica.cards() if card["record_id"] == thing), None)


def _held(device: Device) -> set[str]:
    """Return the origins of the txs that a device's log holds, settled or not."""
    with device.replica.reading() as reader:
        return {tx.origin for tx in change_log.select(reader, "1")}
