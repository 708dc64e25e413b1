"""What every view model has: an immutable state that is replaced whole, and listeners who are told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Generic, Literal, TypeVar

from client.events import Event
from client.usecases.causes import cause_of
from shared_models.errors import FieldfareError

S = TypeVar("S")
T = TypeVar("T")
Rest = Callable[[float], Awaitable[None]]
"""Waits so many seconds: `asyncio.sleep` in the product, nothing in tests."""
Phase = Literal["reading", "slow", "ready", "failed"]
"""reading: nothing to show yet; slow: it takes longer than a glance, a skeleton is due; ready; failed."""
SKELETON_AFTER_S = 0.15
DEBOUNCE_S = 0.2
KEEP_S = 0.1
"""Seconds after which a letter is written down, with those that came meanwhile: a write takes 0.1 ms, on another thread.

It is the most that a killed program costs of a note or a form, beside the way of a letter from the window: on a slow machine
the last 0.3 s of typing. Whoever leaves the field has all of it written down at once.
"""


class ViewModel(Generic[S]):
    """One screen's state. Lives on the event loop of its page; never touched from another thread."""

    def __init__(self, state: S, rest: Rest = asyncio.sleep) -> None:
        self._state = state
        self._rest = rest
        self._listeners: list[Callable[[], None]] = []

    @property
    def state(self) -> S:
        """The present state."""
        return self._state

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after every change of state. Returns the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def put(self, **changes: Any) -> None:  # Any: fields of the state dataclass, checked by `replace` at run time
        """Replace fields of the state, and tell the listeners if it is another state now."""
        new = replace(self._state, **changes)  # type: ignore[type-var]  # S is a dataclass by convention
        if new == self._state:
            return
        self._state = new
        for listener in tuple(self._listeners):
            listener()

    async def start(self) -> None:
        """Read what the screen shows first."""

    def stop(self) -> None:
        """End what still runs for the screen: it is gone."""

    async def on_event(self, event: Event) -> None:
        """React to news of the lower layers."""

    async def read(self, work: Awaitable[T], first: bool = True) -> T | None:
        """Await a read for the screen; the state needs `phase` and `failure`.

        first: nothing is on the screen yet, so a skeleton is due when the read takes longer than 150 ms.
        Returns None after a failure, which is then in the state as an error code. What is on the screen already stays there:
        a later read that fails raises `FieldfareError`, for the guard to tell.
        """
        slow = asyncio.create_task(self._announce_slow()) if first else None
        try:
            found = await work
        except FieldfareError as error:
            if not first and self._state.phase == "ready":  # type: ignore[attr-defined]  # see above: the state has a phase
                raise
            self.put(phase="failed", failure=cause_of(error))
            return None
        finally:
            if slow is not None:
                slow.cancel()
        self.put(phase="ready", failure="")
        return found

    async def _announce_slow(self) -> None:
        await self._rest(SKELETON_AFTER_S)
        self.put(phase="slow")
