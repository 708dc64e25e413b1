"""What happens to two server processes in a week: the one or the other begins anew, is alone for a while, sends mails, clears away."""

from dataclasses import dataclass
from random import Random

from tests.simulation.device import Device
from tests.simulation.file_week import clear_away, move
from tests.simulation.processes import Balancer, ServerProcess
from tests.simulation.stage import Stage

MAILS = 7


def only(device: Device, process: ServerProcess | None) -> None:
    """Let one process answer a device; None: any."""
    balancer = device.network.inner
    assert isinstance(balancer, Balancer)
    balancer.only = process
    balancer.turn()


@dataclass
class ServerWeek:
    """What befalls the processes of one week, made of its seed."""

    stage: Stage
    seed: int

    def after(self, step: int) -> str:
        """Let something happen after a step of the week; returns what it was, or an empty text."""
        chance = Random(f"{self.seed}servers{step}")
        self.stage.jobs.is_restored |= self.stage.was_restored
        processes = self.stage.organisation.processes
        one, other = chance.sample(processes, 2)
        roll = chance.random()
        if roll < 0.04:
            one.begin()
            return f"process {one.name} begins anew"
        if roll < 0.08:
            for device in self.stage.organisation.devices:
                only(device, chance.choice((one, None)))
            return f"process {one.name} answers some alone"
        if roll < 0.14:
            self.stage.jobs.order(one, chance.randint(1, MAILS))
            return f"process {one.name} has mails to send"
        if roll < 0.22:
            self.stage.jobs.post(one, chance, chance.choice((other, None)), dies=chance.random() < 0.3)
            return f"process {one.name} sends mails"
        if roll < 0.25:
            one.central.sightings.write(one.store, one.tables)
            return f"process {one.name} notes whom it saw"
        if roll < 0.28:
            self._clear_beside(one, other, chance)
            return f"process {one.name} clears away beside {other.name}"
        return ""

    def move_all(self) -> int:
        """At rest: let any process answer again."""
        for device in self.stage.organisation.devices:
            only(device, None)
        return 0

    def check(self) -> None:
        """At rest: every mail went out."""
        self.stage.jobs.is_restored |= self.stage.was_restored
        self.stage.jobs.rest()

    def _clear_beside(self, one: ServerProcess, other: ServerProcess, chance: Random) -> None:
        device = chance.choice(self.stage.organisation.devices)

        def works() -> None:
            only(device, other)
            move(self.stage, device)
            only(device, None)

        clear_away(self.stage, chance.choice((1, 3)), process=one, meanwhile=works)
