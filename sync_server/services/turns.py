"""Work that costs the whole server something: only so much of it is done at a time, by whomever it is asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared_models.errors import ErrorCode
from sync_server.services.refusals import Refusal


class Turns:
    """The turns of one kind of work in one server process. Nobody waits for one: a waiting request would hold a thread."""

    def __init__(self, most: int, retry_after_s: int) -> None:
        """most: how many are at work at a time. retry_after_s: when whoever is sent away may come back."""
        self._free = threading.BoundedSemaphore(most)
        self._retry_after_s = retry_after_s

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a turn for as long as the block runs. Raises Refusal S502 when none is free."""
        if not self._free.acquire(blocking=False):
            raise Refusal(ErrorCode.S502, 503, "others are at it", retry_after_s=self._retry_after_s)
        try:
            yield
        finally:
            self._free.release()
