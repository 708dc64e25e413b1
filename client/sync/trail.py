"""The states that the conversation with the centre passed through of late, for whoever looks for a fault. In memory only."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from client.sync.states import State
from shared_models.diagnostics import MAX_STATES, StateAt


def wall_ms() -> int:
    """Return wall time in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass
class Trail:
    """The newest states since the program started. Written by the thread of the engine, read by any.

    now_ms: not the replica's clock, by which saves are dated: to look at that one must not depend on what is only told.
    """

    now_ms: Callable[[], int] = wall_ms
    _states: deque[StateAt] = field(default_factory=lambda: deque(maxlen=MAX_STATES))

    def note(self, state: State, error: str | None = None) -> None:
        """Add a state. error: code or kind of what made the round end in it."""
        self._states.append(StateAt(at=max(self.now_ms(), 0) * 1000, state=state.value, error=error))

    def states(self) -> list[StateAt]:
        """Return them, oldest first."""
        return list(self._states)
