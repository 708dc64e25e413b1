"""Alarms about devices and their rules, for an administrator: asked of the centre."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from client.replica.replica import Replica
from shared_models.alarms import AlarmDesk, AlarmPage, AlarmRule
from shared_models.errors import ErrorCode, SyncError, Unreachable

A = TypeVar("A")
"""An answer of the centre."""


@dataclass(frozen=True)
class AlarmsSeen:
    """Rules and alarms as the centre told of them. is_old: it could not be asked now; `page.at` says when it answered."""

    page: AlarmPage
    is_old: bool = False


@dataclass
class Alarms:
    """What one person's windows ask of the centre about alarms. Nothing goes out while he works offline."""

    replica: Replica
    centre: AlarmDesk
    _last: AlarmPage | None = field(default=None)

    async def page(self) -> AlarmsSeen:
        """Return rules and alarms: of now, or, where the centre does not answer, as it answered last.

        Raises SyncError when it never answered, and A105 for whoever is no admin.
        """
        try:
            self._last = await asyncio.to_thread(self._ask, self.centre.alarms)
        except SyncError as error:
            if self._last is None or error.code is ErrorCode.A105:
                raise
            return AlarmsSeen(self._last, is_old=True)
        return AlarmsSeen(self._last)

    async def set_rule(self, rule: AlarmRule) -> AlarmPage:
        """Change a rule; returns all as it stands then. Raises SyncError."""
        self._last = await asyncio.to_thread(self._ask, lambda: self.centre.set_alarm_rule(rule))
        return self._last

    def _ask(self, question: Callable[[], A]) -> A:
        if self.replica.facts()["paused"]:
            raise Unreachable(None, "working offline")
        return question()
