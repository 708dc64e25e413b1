"""What befalls a week only now and then, each in its share of the seeds: lost devices, half a year away, clocks that jump by years,
a disk that changes a file under the hands of its people, and a centre that has miscounted."""

import sqlite3
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random

from shared_models.errors import RecordInvalid, ReplicaError
from tests.simulation import checks
from tests.simulation.damage import mended_in_time, spoil
from tests.simulation.device import Device
from tests.simulation.network import Killed
from tests.simulation.stage import Stage
from tests.simulation.updates import update_program

DAY_MS = 86_400_000
AWAY_MS = 180 * DAY_MS
YEARS_MS = 5 * 365 * DAY_MS
"""Most that a clock jumps."""
KILLS, STATEMENTS = 4, 450
SAVES = 3
UPDATES = 8
"""Programs of one week get a newer version less often."""
ABSENCE = 40
"""Most steps that a device is away or locked out."""
SHARES = {"lost": 0.12, "found": 0.06, "away": 0.08, "years": 0.08, "spoilt": 0.08, "miscounted": 0.06, "updated": 1.0}
"""Fate -> share of the seeds that it befalls."""


@dataclass
class Fates:
    """What befalls one week, made of its seed. told: steps at which a story is told, on any device."""

    stage: Stage
    seed: int
    steps: int
    told: Collection[int]
    at: dict[int, list[Callable[[Random], str]]] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)
    """Places of devices that nobody uses now."""

    def __post_init__(self) -> None:
        """Draw the lots."""
        for name, share in SHARES.items():
            chance = Random(f"{self.seed}fate {name}")
            if chance.random() < share:
                getattr(self, f"_{name}")(chance)

    def befall(self, step: int) -> list[str]:
        """Let happen what is due at a step; returns what it was."""
        due = self.at.pop(step, ())
        return [happens(Random(f"{self.seed}fate {step} {place}")) for place, happens in enumerate(due)]

    def present(self, place: int) -> Device:
        """Return the device that takes the turn of one: itself, or the next that is there."""
        while place in self.away:
            place = (place + 1) % 4
        return self.stage.organisation.devices[place]

    def end(self) -> None:
        """Let everybody come back who is to."""
        for step in sorted(self.at):
            self.befall(step)

    def mend(self) -> None:
        """At rest: hourly rounds find what a disk has changed, and have the centre count anew."""
        for device in self.stage.organisation.devices:
            if device.name in self.stage.damaged:
                mended_in_time(self.stage, device)
        if self.stage.is_miscounted:
            checks.counted_anew(self.stage.organisation)
            self.stage.is_miscounted = False

    # -- devices that are lost -------------------------------------------------------------------------------------------

    def _lost(self, chance: Random) -> None:
        self._plan(chance.randrange(self.steps), self._new_device)

    def _new_device(self, chance: Random) -> str:
        """A device never comes back; its person works on a new one before and while that fills, though it dies again and again."""
        lost = self.stage.organisation.devices[chance.randrange(4)]
        new = self.stage.newcomer(lost)
        for _ in range(chance.randrange(KILLS)):
            with suppress(RecordInvalid):
                self.stage.people.act(new)
            new.statements.kill_after(chance.randrange(1, STATEMENTS))
            with suppress(Killed, sqlite3.Error, ReplicaError):
                new.sync()
            if new.medium is not None:
                self.stage.lose_power(new, chance)
            else:
                new.kill()
        return f"{lost.name} is lost, {new.name} is new"

    def _found(self, chance: Random) -> None:
        self._absent(chance, self._lock_out, self._let_in)

    def _lock_out(self, device: Device) -> str:
        self.stage.organisation.revoke(device)
        return f"{device.name} is revoked"

    def _let_in(self, device: Device, _: Random) -> str:
        if device.network.is_out:
            self.stage.sign_in_again(device)
        return f"{device.name} signs in again"

    # -- programs ----------------------------------------------------------------------------------------------------------

    def _updated(self, chance: Random) -> None:
        """Where programs are of several versions, some get a newer one."""
        for _ in range(chance.randrange(UPDATES) if self.stage.organisation.programs else 0):
            self._plan(chance.randrange(self.steps), self._update)

    def _update(self, chance: Random) -> str:
        """With or without a push under way; it may be killed while it brings its file to its version."""
        device = chance.choice(self.stage.organisation.devices)
        newer = [version for version in self.stage.organisation.programs if version > device.program]
        if not newer:
            return f"{device.name} has the newest program"
        if chance.random() < 0.5:
            with suppress(RecordInvalid):
                self.stage.people.act(device)
        if chance.random() < 0.5:
            self.stage.cut(device, "push answer", *chance.choice(((), ("pull",))))
        update_program(self.stage, device, chance.choice(newer), chance.randrange(1, 300) if chance.random() < 0.3 else None)
        return f"{device.name} has version {device.program} now"

    # -- half a year -----------------------------------------------------------------------------------------------------

    def _away(self, chance: Random) -> None:
        self._absent(chance, self._leave, self._return, is_away=True)

    def _leave(self, device: Device) -> str:
        for _ in range(SAVES):
            with suppress(RecordInvalid):
                self.stage.people.act(device)
        return f"{device.name} is away"

    def _return(self, device: Device, chance: Random) -> str:
        """It comes back after half a year with a clock that is wrong by years, and some more saves."""
        self.stage.organisation.clock.now_ms += AWAY_MS
        self.stage.set_clock(device, chance.randint(-YEARS_MS, YEARS_MS))
        for _ in range(SAVES):
            with suppress(RecordInvalid):
                self.stage.people.act(device)
        return f"{device.name} is back after half a year"

    # -- clocks ----------------------------------------------------------------------------------------------------------

    def _years(self, chance: Random) -> None:
        """Clocks of devices jump, or that of the server, which is put right again."""
        steps = sorted(chance.sample(range(self.steps), min(3, self.steps)))
        if chance.random() < 0.5:
            for step in steps:
                self._plan(step, self._jump)
        else:
            years = chance.randint(-YEARS_MS, YEARS_MS)
            for step, jump in zip(steps, (years, -years), strict=False):
                self._plan(step, partial(self._jump_server, jump))

    def _jump_server(self, by_ms: int, _: Random) -> str:
        self.stage.set_server_clock(by_ms)
        return f"the clock of the server jumps by {by_ms} ms"

    def _jump(self, chance: Random) -> str:
        device = self.stage.organisation.devices[chance.randrange(4)]
        self.stage.set_clock(device, chance.randint(-YEARS_MS, YEARS_MS))
        return f"the clock of {device.name} jumps"

    # -- what is not as it should be -------------------------------------------------------------------------------------

    def _spoilt(self, chance: Random) -> None:
        for step in chance.sample(range(self.steps), min(2, self.steps)):
            self._plan(step, self._spoil)

    def _spoil(self, chance: Random) -> str:
        device = self.stage.organisation.devices[chance.randrange(4)]
        self.stage.damaged.add(device.name)
        return f"{device.name} is spoilt: {spoil(device, chance)}"

    def _miscounted(self, chance: Random) -> None:
        self._plan(chance.randrange(self.steps), self._miscount)

    def _miscount(self, chance: Random) -> str:
        self.stage.is_miscounted = True
        return f"the centre has a wrong figure of {self.stage.organisation.miscount(chance)}"

    # -- when ------------------------------------------------------------------------------------------------------------

    def _plan(self, step: int, happens: Callable[[Random], str]) -> None:
        self.at.setdefault(step, []).append(happens)

    def _absent(
        self, chance: Random, goes: Callable[[Device], str], comes: Callable[[Device, Random], str], *, is_away: bool = False
    ) -> None:
        """Plan that a device goes and comes back, where there is room for it between the stories."""
        start, place = chance.randrange(self.steps), chance.randrange(4)
        end = min(start + chance.randint(ABSENCE // 4, ABSENCE), self.steps)
        if any(start <= step <= end for step in self.told):
            return
        gone: list[Device] = []

        def leave(_: Random) -> str:
            gone.append(self.stage.organisation.devices[place])
            self.away |= {place} if is_away else set()
            return goes(gone[0])

        def come_back(chance: Random) -> str:
            self.away.discard(place)
            is_there = bool(gone) and gone[0] in self.stage.organisation.devices  # else its person has another one by now
            return comes(gone[0], chance) if is_there else "nobody"

        self._plan(start, leave)
        self._plan(end, come_back)
