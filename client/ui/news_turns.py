"""Windows of one process take in what others changed one after the other, so that the process serves devices between them.

In the office the windows of everybody are drawn on the loop on which the server answers its devices. A change that all of them show
would hold up each answer until the last of them is drawn.
"""

import asyncio
import time
from collections.abc import Callable

from client.ui.view_models.base import Rest

MOST_S = 0.5
"""Seconds that follow a turn at most."""


class NewsTurns:
    """An asynchronous context, a turn each. A turn is followed by as long a rest: at most half of the loop goes into news."""

    def __init__(self, rest: Rest = asyncio.sleep, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, from any beginning."""
        self._lock, self._rest, self._clock = asyncio.Lock(), rest, clock
        self._began = 0.0

    async def __aenter__(self) -> None:
        """Wait for the turn."""
        await self._lock.acquire()
        self._began = self._clock()

    async def __aexit__(self, *_: object) -> None:
        """Let the loop draw what the news have led to, rest, and give the turn to the next."""
        try:
            await self._rest(0)
            await self._rest(min(self._clock() - self._began, MOST_S))
        finally:
            self._lock.release()
