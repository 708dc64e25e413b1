"""One simulated week: 4 devices, 200 operations, faults by seed, then peace and the checks."""

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import sqlalchemy as sa

from client.replica import change_log
from shared_models.errors import ReplicaError, SyncError
from tests.simulation import checks
from tests.simulation.acts import People
from tests.simulation.organisation import STEP_MS, Device, Killed, Organisation

STEPS = 200
CALM_ROUNDS = 14


@dataclass
class Run:
    """One run, made of its seed alone."""

    folder: Path
    seed: int
    steps: int = STEPS
    url: str = ""
    skipped: frozenset[int] = frozenset()
    """Steps that are left out, when a failing run is made shorter."""
    trace: list[str] = field(default_factory=list)
    was_restored: bool = False
    organisation: Organisation = field(init=False)
    people: People = field(init=False)

    def play(self) -> int:
        """Play it; returns how many edits were accounted for. Raises Broken, or whatever the code under test raised."""
        self.organisation = Organisation(self.folder, self.seed, url=self.url)
        self.people = People(Random(f"{self.seed}people"))
        try:
            with suppress(SyncError):
                for device in self.organisation.devices:
                    device.network.is_calm = True
                    device.sync()
                    device.network.is_calm = False
            for step in range(self.steps):
                chance = Random(f"{self.seed}step{step}")
                if step not in self.skipped:
                    self._step(step, chance)
            return self._rest()
        finally:
            self.organisation.close()

    def _step(self, step: int, chance: Random) -> None:
        device = self.organisation.devices[chance.randrange(4)]
        self.organisation.clock.now_ms += chance.randrange(STEP_MS)
        roll = chance.random()
        if roll < 0.64:
            self._say(step, device, self._person(device))
        elif roll < 0.92:
            self._round(step, device)
        elif roll < 0.97:
            self._killed_round(step, device, chance)
        else:
            self._trouble(step, device, chance)
        checks.verdicts(self.organisation)

    def _person(self, device: Device) -> str:
        return self.people.act(device)

    def _round(self, step: int, device: Device) -> None:
        before = {key: device.replica.get(*key) or {} for key in self._touched(device)}
        result = device.sync()
        self._say(step, device, f"round: {result.state} {result.error or ''}")
        if result.proof is not None and not result.proof.equal:
            raise checks.Broken(f"I2 the digests of {device.name} differ: {result.proof.differing}")
        if not self.was_restored:
            checks.screen_went_back(device, before, self.people)

    def _touched(self, device: Device) -> set[tuple[str, str]]:
        return {record for one in device.replica.waiting() for record in one.records if record[0] in ("thing", "part")}

    def _killed_round(self, step: int, device: Device, chance: Random) -> None:
        """A round whose process ends at some statement, and a restart."""
        device.statements.left = chance.randrange(1, 160)
        with suppress(Killed, sqlite3.Error, ReplicaError):
            device.sync()
        device.kill()
        self._say(step, device, "killed in a round")

    def _trouble(self, step: int, device: Device, chance: Random) -> None:
        """A clock that jumps, a backup, a server that comes back from one."""
        what = chance.choice(
            ("clock", "copy", "put back", "backup", "restore") if not self.url else ("clock", "copy", "put back")
        )
        if what == "clock":
            self.organisation.clock.now_ms += chance.randrange(10**9)
        elif what == "copy":
            device.back_up()
        elif what == "put back":
            self._put_back(device)
        elif what == "backup":
            self.organisation.back_up()
        elif self.seed % 3 == 0 and self.organisation.restore():
            self.was_restored = True
            self._lose_what_only_the_server_had()
            for one in self.organisation.devices:
                one.network.verdicts.clear()
        self._say(step, device, what)

    def _lose_what_only_the_server_had(self) -> None:
        central = self.organisation.central
        with central.store.read() as connection:
            known = set(connection.execute(sa.select(central.tables.push.c.origin)).scalars())
        self.people.lost_devices |= self.people.only_central - known

    def _put_back(self, device: Device) -> None:
        """The laptop comes back from its backup; what it never sent since then is gone."""
        if self.seed % 2 == 0 or not device.restore():
            return
        central = self.organisation.central
        with central.store.read() as connection:
            known = set(connection.execute(sa.select(central.tables.push.c.origin)).scalars())
        with device.replica.reading() as reader:
            held = {tx.origin for tx in change_log.select(reader, "1")}
        mine = {act.tx for act in self.people.acts.values() if act.device == device.name}
        self.people.lost_devices |= mine - known - held
        self.people.only_central |= mine & known - held

    def _rest(self) -> int:
        for device in self.organisation.devices:
            device.network.is_calm = True
        for _ in range(CALM_ROUNDS):
            results = [device.sync() for device in self.organisation.devices]
            cursors = {device.replica.facts()["cursor"] for device in self.organisation.devices}
            if len(cursors) == 1 and all(result.is_clean and not result.answered and not result.rows for result in results):
                break
        for device, result in zip(self.organisation.devices, results, strict=True):
            if result.error is not None:
                raise checks.Broken(f"I7 {device.name} cannot sync at rest: {result.error}")
            if result.proof is not None and not result.proof.equal:
                raise checks.Broken(f"I2 the digests of {device.name} differ at rest: {result.proof.differing}")
        checks.verdicts(self.organisation)
        return checks.at_rest(self.organisation, self.people, was_restored=self.was_restored)

    def _say(self, step: int, device: Device, text: str) -> None:
        self.trace.append(f"{step:4} {device.name} {text}")
