"""Where a week is played: rounds that are checked, backups that come back, and what a story needs to go its way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from client.replica import change_log
from client.sync.engine import RoundResult
from shared_models.codec import Row
from tests.simulation import checks
from tests.simulation.acts import Form, People, Save
from tests.simulation.evidence import Broken
from tests.simulation.organisation import Device, Organisation


@dataclass
class Stage:
    """The organisation, its people, and what happened to both."""

    organisation: Organisation
    people: People
    random: Random
    """Of the stories."""
    was_restored: bool = False
    """Whether the server has come back from a backup."""
    damaged: set[str] = field(default_factory=set)
    """Names of the devices whose files were written to past everything."""

    # -- rounds ----------------------------------------------------------------------------------------------------------

    def round(self, device: Device) -> RoundResult:
        """Run one round of a device, and check what its screen and its digests say afterwards."""
        memory = self.people.memory
        before, count, again = checks.touched(device), len(memory.acts), len(memory.sent_again)
        result = device.sync()
        if result.proof is not None and not result.proof.equal:
            raise Broken(f"I2 the digests of {device.name} differ: {result.proof.differing}")
        if result.proof is not None and result.proof.found and device.name not in self.damaged:
            # What is put right must not hide what went wrong: nobody but a damaged file has anything to put right.
            raise Broken(f"I2 the rows of {device.name} had to be put right: {result.proof.found}")
        saved = [named for act in list(memory.acts.values())[count:] for named in act.knew]
        for named in (*saved, *memory.sent_again[again:]):  # while the round was under way
            before.pop(named, None)
        if not self.was_restored:
            checks.screen_went_back(device, before, self.people)
        return result

    def sync(self, *devices: Device) -> None:
        """Run a round without any mishap on each device: it must go through."""
        for device in devices:
            result = self.round(device)
            if result.error is not None:
                raise Broken(f"I7 a round of {device.name} without a mishap failed: {result.error!r}")
            checks.verdicts(self.organisation)

    def cut(self, device: Device, *lost: str) -> None:
        """Run a round that loses something: hello, push, push answer, pull, pull answer."""
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
        networks = [device.network for device in self.organisation.devices]
        for network in networks:
            network.is_calm = True
        try:
            yield
        finally:
            for network in networks:
                network.is_calm = False

    # -- what comes back from a backup -----------------------------------------------------------------------------------

    def put_back(self, device: Device) -> bool:
        """The laptop comes back from its backup; what it never sent since then is gone. False without a backup."""
        if not device.restore():
            return False
        _, ledger = self.organisation.ledger()
        known = {origin for _, origin, _ in ledger}
        with device.replica.reading() as reader:
            held = {tx.origin for tx in change_log.select(reader, "1")}
        mine = {act.tx for act in self.people.memory.acts.values() if act.device == device.name}
        self.people.lost |= mine - known - held
        self.people.only_central |= mine & known - held
        return True

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
