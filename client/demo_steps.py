"""The long steps of the demo: each is said as it begins, and how long it takes while it lasts."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Say = Callable[[str], None]
SECOND = 1.0
LINE_S = 10
"""Seconds between two lines where the output is a file or a pipe, in which a line cannot be written over."""


@dataclass(frozen=True)
class Steps:
    """Tells the person at the terminal that a step goes on. write: for a counter that stays in its line; None where it cannot."""

    say: Say
    write: Callable[[str], None] | None = None
    tick_s: float = SECOND
    clock: Callable[[], float] = field(default=time.monotonic)

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Say what is done now, and count the seconds until it is done or has failed."""
        done = threading.Event()
        counting = threading.Thread(target=self._count, args=(words, done), name="counter", daemon=True)
        if self.write is None:
            self.say(f"{words}…")
        counting.start()
        try:
            yield
        finally:
            done.set()
            counting.join()

    def _count(self, words: str, done: threading.Event) -> None:
        began = said = self.clock()
        if self.write is not None:
            self.write(f"{words}…")
        while not done.wait(self.tick_s):
            now = self.clock()
            if self.write is not None:
                self.write(f"\r{words}… {now - began:.0f} s")
            elif now - said >= LINE_S:
                said = now
                self.say(f"  still at it, {now - began:.0f} s")
        if self.write is not None:
            self.write("\n")


def steps_of(say: Say) -> Steps:
    """Return the steps for the output of this process."""
    return Steps(say, _write if sys.stdout.isatty() else None)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
