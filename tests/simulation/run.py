"""One simulated week: 4 devices, 200 operations, faults by seed, a story, then peace and the checks."""

import sqlite3
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from client.sync.courier import REFUSED_MS
from client.sync.engine import RoundResult
from client.sync.recount import EVERY_MS
from shared_models.errors import RecordInvalid, ReplicaError, SyncError
from tests.simulation import checks
from tests.simulation.acts import People
from tests.simulation.casts import Cast, cast_of
from tests.simulation.damage import damaged_and_mended
from tests.simulation.device import Device
from tests.simulation.evidence import Broken, Evidence
from tests.simulation.fates import Fates
from tests.simulation.file_week import FileWeek
from tests.simulation.network import Killed
from tests.simulation.organisation import STEP_MS, Organisation
from tests.simulation.server_week import ServerWeek
from tests.simulation.stage import Stage
from tests.simulation.stories import STORIES, stories_of
from tests.simulation.updates import all_updated, lines_once, nothing_refused

STEPS = 200
CALM_ROUNDS, CALM_ROUNDS_WITH_FILES = 14, 24
DAMAGED_RUNS = 0.25


@dataclass
class Run:
    """One run, made of its seed alone."""

    folder: Path
    seed: int
    steps: int = STEPS
    url: str = ""
    cast: Cast | None = None
    """Who plays; none: as the seed says."""
    told: Mapping[int, str] | None = None
    """Step -> story; none: as the seed says."""
    skipped: frozenset[int] = frozenset()
    """Steps that are left out, when a failing run is made shorter."""
    trace: list[str] = field(default_factory=list)
    organisation: Organisation = field(init=False)
    people: People = field(init=False)
    stage: Stage = field(init=False)
    fates: Fates | None = field(init=False, default=None)
    """What befalls the week by its seed; nothing where a story is told on purpose."""
    beside: list[FileWeek | ServerWeek] = field(init=False, default_factory=list)
    """What befalls its files and its servers, where these play a part."""

    def play(self) -> int:
        """Play it; returns how many edits were accounted for. Raises Broken, or whatever the code under test raised."""
        cast = self.cast or cast_of(self.seed)
        self.organisation = Organisation(
            self.folder,
            self.seed,
            cast.registry,
            cast.has_rights,
            cast.programs,
            has_files=cast.has_files,
            servers=cast.servers,
            url=self.url,
        )
        self.people = People(Random(f"{self.seed}people"), cast)
        self.stage = Stage(self.organisation, self.people, Random(f"{self.seed}stage"))
        self.stage.hands = self._busy
        self.beside = [FileWeek(self.stage, self.seed)] if cast.has_files else []
        self.beside += [ServerWeek(self.stage, self.seed)] if cast.servers > 1 else []
        with self.organisation.file_medium.watched() if cast.has_files else nullcontext():
            return self._week(cast)

    def _week(self, cast: Cast) -> int:
        told = self.told
        stories = stories_of(self.seed, cast, self.steps, with_backups=not self.url) if told is None else told
        try:
            with self.stage.calm(), suppress(SyncError):
                for device in self.organisation.devices:
                    if not device.is_late:
                        device.sync()
            for device in self.organisation.devices:
                device.network.hands = partial(self._busy, device)
            harmed = self._harmed()
            self.fates = Fates(self.stage, self.seed, self.steps, stories) if told is None else None
            for step in range(self.steps):
                chance = Random(f"{self.seed}step{step}")
                if step in self.skipped:
                    continue
                if step in harmed:
                    self._harm(step, Random(f"{self.seed}harm{step}"))
                self._power(step)
                self._befall(step)
                if step in stories:
                    self._story(step, stories[step])
                else:
                    self._step(step, chance)
                self.trace += [f"{step:4} {what}" for one in self.beside if (what := one.after(step))]
            return self._rest()
        finally:
            self.organisation.close()

    def _story(self, step: int, name: str) -> None:
        self.trace.append(f"{step:4} story {name}")
        STORIES[name].tell(self.stage)
        checks.verdicts(self.organisation)

    def _step(self, step: int, chance: Random) -> None:
        place = chance.randrange(4)
        device = self.organisation.devices[place] if self.fates is None else self.fates.present(place)
        self.organisation.clock.now_ms += chance.randrange(STEP_MS)
        roll = chance.random()
        if roll < 0.7:
            self._say(step, device, self.people.act(device))
        elif roll < 0.93:
            result = self.stage.round(device)
            self._say(step, device, f"round: {result.state} {result.error or ''}")
        elif roll < 0.97:
            self._killed_round(step, device, chance)
        else:
            self._trouble(step, device, chance)
        checks.verdicts(self.organisation)

    def _harmed(self) -> set[int]:
        """Return the step before which a file is damaged, in one run of four: to find and mend it takes many rounds."""
        chance = Random(f"{self.seed}harm")
        return {chance.randrange(self.steps)} if chance.random() < DAMAGED_RUNS else set()

    def _harm(self, step: int, chance: Random) -> None:
        device = self.organisation.devices[chance.randrange(4)]
        if device.network.is_out or device.is_lost:  # nothing is sent to it that could mend it
            return
        self._say(step, device, "damaged")
        damaged_and_mended(self.stage, device, chance)

    def _befall(self, step: int) -> None:
        for what in self.fates.befall(step) if self.fates is not None else ():
            self.trace.append(f"{step:4} {what}")

    def _power(self, step: int) -> None:
        """Of devices whose medium is known, one loses its power now and then: a person has just saved something."""
        device = self.organisation.devices[step % 4]
        if device.medium is not None and self._by_chance("idle power", step, 0.05):
            self._say(step, device, "lost its power")
            with suppress(RecordInvalid):
                self.people.act(device)
            self.stage.lose_power(device, Random(f"{self.seed}idle cut{step}"))

    def _busy(self, device: Device) -> None:
        """A person saves something while a round is under way."""
        if device.statements.left is None:
            with suppress(RecordInvalid):
                self.people.act(device)

    def _killed_round(self, step: int, device: Device, chance: Random) -> None:
        """A round whose process ends at some statement, and a restart."""
        device.statements.kill_after(chance.randrange(1, 160))
        with suppress(Killed, sqlite3.Error, ReplicaError):
            device.sync()
        if self._by_chance("power", step, 0.7) and device.medium is not None:
            self.stage.lose_power(device, Random(f"{self.seed}cut{step}"))
            self._say(step, device, "lost its power in a round")
            return
        device.kill()
        self._say(step, device, "killed in a round")

    def _by_chance(self, what: str, step: int, probability: float) -> bool:
        return Random(f"{self.seed}{what}{step}").random() < probability

    def _trouble(self, step: int, device: Device, chance: Random) -> None:
        """A clock that jumps, a backup, a server that comes back from one."""
        with_backups = not self.url
        what = chance.choice(
            ("clock", "copy", "put back", "backup", "restore") if with_backups else ("clock", "copy", "put back")
        )
        if what == "clock":
            self.organisation.clock.now_ms += chance.randrange(10**9)
        elif what == "copy":
            device.back_up()
        elif what == "put back" and self.seed % 2:
            self.stage.put_back(device)
        elif what == "backup":
            self.organisation.back_up()
        elif what == "restore" and self.seed % 3 == 0:
            self.stage.restore_server()
        self._say(step, device, what)

    def _rest(self) -> int:
        if self.fates is not None:
            self.fates.end()
        for device in self.organisation.devices:
            device.network.is_calm = True
        results = self._calm()
        if self.fates is not None and self.stage.is_mending:
            self.fates.mend()
            results = self._calm()
        for device, result in zip(self.organisation.devices, results, strict=True):
            if result.error is not None:
                raise Broken(f"I7 {device.name} cannot sync at rest: {result.error}")
        checks.verdicts(self.organisation)
        counted = checks.at_rest(self.organisation, self.people, was_restored=self.stage.was_restored)
        if self.organisation.programs:
            evidence = Evidence(self.organisation, self.people.memory)
            nothing_refused(evidence)
            lines_once(evidence, self.people.cast)
        for one in self.beside:
            one.check()
        if all_updated(self.stage, self.seed):
            self._calm()
            checks.at_rest(self.organisation, self.people, was_restored=self.stage.was_restored)
        return counted

    def _calm(self) -> list[RoundResult]:
        """Run rounds until nothing is new to anybody; returns the last of each."""
        for _ in range(CALM_ROUNDS_WITH_FILES if self.beside else CALM_ROUNDS):
            self.organisation.clock.now_ms += REFUSED_MS if self.beside else 0
            began = self.organisation.clock.now_ms
            results = [self.stage.round(device) for device in self.organisation.devices]
            moved = sum(one.move_all() for one in self.beside)
            cursors = {device.replica.facts()["cursor"] for device in self.organisation.devices}
            is_still = not self.organisation.share_ends(began)
            if (
                len(cursors) == 1
                and is_still
                and not moved
                and all(result.is_clean and not result.answered and not result.rows for result in results)
            ):
                break
            self.organisation.clock.now_ms += EVERY_MS if self.stage.is_miscounted else 0
        return results

    def _say(self, step: int, device: Device, text: str) -> None:
        self.trace.append(f"{step:4} {device.name} {text}")
