"""Alarms about devices and their rules, for an administrator."""

from dataclasses import dataclass, field

from client.replica.replica import Replica
from client.usecases.centre_answers import CentreAnswers, Seen
from shared_models.alarms import AlarmDesk, AlarmPage, AlarmRule

AlarmsSeen = Seen[AlarmPage]


@dataclass
class Alarms:
    """What one person's windows ask of the centre about alarms."""

    replica: Replica
    centre: AlarmDesk
    _answers: CentreAnswers[None, AlarmPage] = field(init=False)

    def __post_init__(self) -> None:
        """Remember nothing yet."""
        self._answers = CentreAnswers(self.replica)

    async def page(self) -> AlarmsSeen:
        """Return rules and alarms. Raises SyncError when the centre never answered, and A105 for whoever is no admin."""
        return await self._answers.page(None, self.centre.alarms)

    async def set_rule(self, rule: AlarmRule) -> AlarmPage:
        """Change a rule; returns all as it stands then. Raises SyncError."""
        return await self._answers.ask(None, lambda: self.centre.set_alarm_rule(rule))
