"""What happens to the bytes of files in a week: they are moved, programs die on the way, the centre clears away, devices are wiped."""

import sqlite3
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from random import Random

from client.usecases.allowed import NotAllowed
from shared_models.errors import FileGone, RecordInvalid, ReplicaError
from sync_server.services.file_clearing import clear
from tests.simulation import file_checks, files
from tests.simulation.device import Device
from tests.simulation.evidence import Evidence
from tests.simulation.network import Killed
from tests.simulation.processes import ServerProcess
from tests.simulation.stage import Stage

STATEMENTS, ROUNDS = 100, 3
"""Steps within which a program dies that attaches or moves files; and rounds in which a device that is to be wiped tries."""
KEPT_DAYS = (1, 3, 30)
"""How long the centre of a week keeps the bytes of archived rows."""
SERVER_STEPS = 80


def move(stage: Stage, device: Device, server_dies_after: int | None = None) -> int:
    """Let a device move what is due, as its running client does after a round; returns how many files went through.

    server_dies_after: steps.
    """
    courier = device.courier
    if not courier.is_possible():
        return 0
    courier.forgive()
    server = stage.organisation.server
    with server.dying_after(server_dies_after) if server_dies_after is not None else nullcontext():
        moved = courier.run_once()
    file_checks.on_device(device, stage.people.contents)
    file_checks.at_centre(stage.organisation, stage.people.contents, was_restored=stage.was_restored)
    return moved


def die(stage: Stage, device: Device, steps: int, busy: Callable[[], object], power: Random | None = None) -> None:
    """Let a device's program die so many steps into what it does, and start it again. power: it went, too."""
    device.statements.kill_after(steps)
    with suppress(Killed, sqlite3.Error, ReplicaError, RecordInvalid, NotAllowed, FileGone):
        busy()
    if device.medium is not None and power is not None:
        stage.lose_power(device, power)
    else:
        device.kill(power)
    file_checks.on_device(device, stage.people.contents)


def clear_away(
    stage: Stage,
    kept_days: int,
    dies_after: int | None = None,
    process: ServerProcess | None = None,
    meanwhile: Callable[[], object] | None = None,
) -> None:
    """Have a server process clear away. dies_after: steps until it dies. meanwhile: what happens whenever it looks at the store."""
    organisation = stage.organisation
    who = process or organisation.processes[0]
    before = file_checks.ages_s(who.files, organisation.clock.now_ms)
    wanted = file_checks.needed(organisation, kept_days)
    try:
        with who.life.dying_after(dies_after) if dies_after is not None else nullcontext(), who.files.store.beside(meanwhile):
            clear(who.files.files, kept_days)
    except Killed:
        who.begin()
    file_checks.cleared_well(organisation, before, wanted)
    stage.people.contents.cleared |= before.keys() - who.files.store.whole().keys()


@dataclass
class FileWeek:
    """What befalls the files of one week, made of its seed."""

    stage: Stage
    seed: int

    def __post_init__(self) -> None:
        """Draw the lots."""
        self._kept_days = Random(f"{self.seed}kept days").choice(KEPT_DAYS)

    def after(self, step: int) -> str:
        """Let something happen after a step of the week; returns what it was, or an empty text."""
        chance = Random(f"{self.seed}files{step}")
        device = chance.choice(self.stage.organisation.devices)
        roll = chance.random()
        if roll < 0.45:
            return f"{device.name} moves {move(self.stage, device)} files"
        if roll < 0.52:
            power = chance if chance.random() < 0.5 else None
            die(self.stage, device, chance.randrange(1, STATEMENTS), lambda: self._busy(device, chance), power)
            return f"{device.name} dies with files"
        if roll < 0.57:
            process = chance.choice(self.stage.organisation.processes)
            clear_away(self.stage, self._kept_days, chance.randrange(SERVER_STEPS) if chance.random() < 0.3 else None, process)
            return "the centre clears away"
        if roll < 0.578 and not device.network.is_out:
            return self._wipe(device)
        if roll < 0.59:
            chance.choice(self.stage.organisation.processes).begin()
            return "a server starts anew"
        return ""

    def move_all(self) -> int:
        """Let everybody move what is due; returns how many files went through."""
        return sum(move(self.stage, device) for device in self.stage.organisation.devices)

    def check(self) -> None:
        """At rest: every file is found."""
        stage = self.stage
        evidence = Evidence(stage.organisation, stage.people.memory)
        file_checks.at_rest(stage.organisation, stage.people.contents, evidence, was_restored=stage.was_restored)

    def _busy(self, device: Device, chance: Random) -> None:
        people = self.stage.people
        if chance.random() < 0.5:
            _, act, _ = chance.choice([one for one in files.verbs(people, device) if one[0] in ("attach", "replace")])
            act(device)
        if device.courier.is_possible():
            device.courier.forgive()
            device.courier.run_once()

    def _wipe(self, device: Device) -> str:
        self.stage.order_wipe(device)
        for _ in range(ROUNDS):
            if device.way.is_lost:
                self.stage.round(device)
        return f"{device.name} is to be wiped"
