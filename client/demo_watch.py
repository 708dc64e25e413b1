"""What has ended by itself in a running demo, be it by kill -9, is started again on the data that it left."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from client.demo_steps import Steps

LOOK_S = 0.5
MOST, WITHIN_S = 5, 60.0
"""Starts of one part within a minute, after which it is given up: what always ends at once would go on so forever."""


class Part(Protocol):
    """A process of the demo."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def address(self) -> str:
        """Where it answers."""

    @property
    def pid(self) -> int:
        """Number of its process."""

    def fate(self) -> str | None:
        """Return how it has ended, or None while it runs."""

    def start(self) -> None:
        """Start it and wait until it answers. Raises RuntimeError when it does not."""


@dataclass
class Restarts:
    """How often a part was started again lately."""

    clock: Callable[[], float] = time.monotonic
    _at: list[float] = field(default_factory=list)

    def take(self) -> bool:
        """Count one more; returns whether that is still few enough."""
        now = self.clock()
        self._at = [at for at in self._at if now - at < WITHIN_S]
        self._at.append(now)
        return len(self._at) <= MOST


def watch(
    parts: Sequence[Part],
    steps: Steps,
    rest: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Start again whatever ends, and return when a part ends too often."""
    counts = [Restarts(clock) for _ in parts]
    while True:
        for part, count in zip(parts, counts, strict=True):
            fate = part.fate()
            if fate is None:
                continue
            steps.say(f"\nThe {part.name} has ended: {fate}.")
            if not count.take():
                steps.say(f"It has ended {MOST + 1} times within a minute and is not started again.")
                return
            _start_again(part, steps)
        rest(LOOK_S)


def _start_again(part: Part, steps: Steps) -> None:
    try:
        with steps.step(f"Starting the {part.name} again on the data that it left"):
            part.start()
    except RuntimeError as error:
        steps.say(str(error))
    else:
        steps.say(f"The {part.name} is back at {part.address} with all that was saved (process {part.pid}).")
