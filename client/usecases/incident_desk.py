"""What went wrong day by day, for an administrator."""

from dataclasses import dataclass, field

from client.replica.replica import Replica
from client.usecases.centre_answers import CentreAnswers, Seen
from shared_models.incident_desk import IncidentDesk, IncidentPage

IncidentsSeen = Seen[IncidentPage]


@dataclass
class Incidents:
    """What one person's windows ask of the centre about incidents."""

    replica: Replica
    centre: IncidentDesk
    _answers: CentreAnswers[int, IncidentPage] = field(init=False)

    def __post_init__(self) -> None:
        """Remember nothing yet."""
        self._answers = CentreAnswers(self.replica)

    async def page(self, number: int = 0) -> IncidentsSeen:
        """Return a page, from 0. Raises SyncError when the centre never answered, and A105 for whoever is no admin."""
        return await self._answers.page(number, lambda: self.centre.incidents(number))
