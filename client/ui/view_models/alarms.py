"""Alarms about devices, for an administrator: what lasts, what is over, and the rules."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from client.ui.facade import Alarms
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.every_minute import EveryMinute
from shared_models.alarms import LIMITS, AlarmKind, AlarmLine, AlarmPage, AlarmRule


@dataclass(frozen=True)
class AlarmsState:
    """What the screen shows. typed: kind -> what stands in its box, where that is not the rule's threshold."""

    page: AlarmPage | None = None
    is_old: bool = False
    """Whether the centre did not answer, and this is what it said last."""
    typed: dict[AlarmKind, str] = field(default_factory=dict)
    busy: AlarmKind | None = None
    """The rule that is being changed."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def open(self) -> int:
        """Return how many alarms last, or lasted when the centre answered last."""
        return self.page.open if self.page is not None else 0

    @property
    def lasting(self) -> int | None:
        """Return how many alarms last; None while that is not known: an old answer without any says nothing of now."""
        return None if self.page is None or (self.is_old and not self.page.open) else self.page.open

    @property
    def alarms(self) -> tuple[AlarmLine, ...]:
        """Return the alarms, those that last first."""
        return tuple(self.page.alarms) if self.page is not None else ()

    def rule(self, kind: AlarmKind) -> AlarmRule | None:
        """Return a rule."""
        return next((one for one in self.page.rules if one.kind == kind), None) if self.page is not None else None

    def shown(self, kind: AlarmKind) -> str:
        """Return what stands in the box of a rule."""
        rule = self.rule(kind)
        return self.typed.get(kind, "" if rule is None else str(rule.threshold))

    def is_wrong(self, kind: AlarmKind) -> bool:
        """Whether what stands in the box of a rule can be no threshold of it."""
        return threshold_of(kind, self.shown(kind)) is None


class AlarmsModel(ViewModel[AlarmsState]):
    """Intentions on the alarms and their rules."""

    def __init__(self, alarms: Alarms, rest: Rest = asyncio.sleep) -> None:
        super().__init__(AlarmsState(), rest)
        self._alarms = alarms
        self._minute = EveryMinute()

    async def start(self) -> None:
        """Ask for them."""
        found = await self.read(self._alarms.page(), first=self.state.phase != "ready")
        if found is not None:
            self.put(page=found.page, is_old=found.is_old)

    async def tick(self, now: datetime) -> None:
        """Ask again once a minute, for as long as the screen is open. now: aware time of the window."""
        if self._minute.is_due(now) and self.state.phase == "ready" and self.state.busy is None:
            await self.start()

    def type(self, kind: AlarmKind, text: str) -> None:
        """Keep what is typed as a threshold, at once."""
        self.put(typed={**self.state.typed, kind: text})

    async def keep(self, kind: AlarmKind) -> bool:
        """Store what was typed as a threshold, where it is one; returns whether the rule is another one now. Raises SyncError."""
        rule, threshold = self.state.rule(kind), threshold_of(kind, self.state.shown(kind))
        if rule is None or threshold is None or threshold == rule.threshold:
            return False
        return await self._change(rule.model_copy(update={"threshold": threshold}))

    async def switch(self, kind: AlarmKind) -> bool:
        """Switch a rule on or off; returns whether that was done. Raises SyncError."""
        rule = self.state.rule(kind)
        return rule is not None and await self._change(rule.model_copy(update={"is_on": not rule.is_on}))

    async def _change(self, rule: AlarmRule) -> bool:
        if self.state.busy is not None:
            return False
        self.put(busy=rule.kind)
        try:
            page = await self._alarms.set_rule(rule)
        finally:
            self.put(busy=None)
        typed = {kind: text for kind, text in self.state.typed.items() if kind != rule.kind}
        self.put(page=page, is_old=False, typed=typed)
        return True


def threshold_of(kind: AlarmKind, text: str) -> int | None:
    """Return what was typed as a threshold, or None for what can be none of its kind."""
    least, greatest = LIMITS[kind]
    words = text.strip()
    return int(words) if words.isascii() and words.isdigit() and least <= int(words) <= greatest else None
