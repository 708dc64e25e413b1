"""What an administrator's windows ask of the centre, and what it answered last: no device holds what others report."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from client.replica.replica import Replica
from shared_models.errors import ErrorCode, SyncError, Unreachable

A = TypeVar("A")
"""An answer of the centre."""
Q = TypeVar("Q")
"""A question to it, by which its answer is found again."""


@dataclass(frozen=True)
class Seen(Generic[A]):
    """A page as the centre told it. is_old: it could not be asked now; the page says when it answered."""

    page: A
    is_old: bool = False


@dataclass
class CentreAnswers(Generic[Q, A]):
    """Asks the centre for pages of one kind. Nothing goes out while the person works offline."""

    replica: Replica
    _last: dict[Q, A] = field(default_factory=dict)
    """The newest answer to each question, for as long as the program runs."""

    async def page(self, query: Q, question: Callable[[], A]) -> Seen[A]:
        """Return a page: of now, or, where the centre does not answer, as it answered last.

        Raises SyncError when it never answered, and A105 for whoever is no admin.
        """
        try:
            return Seen(await self.ask(query, question))
        except SyncError as error:
            known = self._last.get(query)
            if known is None or error.code is ErrorCode.A105:
                raise
            return Seen(known, is_old=True)

    async def ask(self, query: Q, question: Callable[[], A]) -> A:
        """Return a page of now, which is the last one then. Raises SyncError."""
        self._last[query] = found = await asked(self.replica, question)
        return found


async def asked(replica: Replica, question: Callable[[], A]) -> A:
    """Return the answer to a question, on a thread. Raises SyncError."""

    def ask() -> A:
        if replica.facts()["paused"]:
            raise Unreachable(None, "working offline")
        return question()

    return await asyncio.to_thread(ask)
