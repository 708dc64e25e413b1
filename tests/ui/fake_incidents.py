"""What went wrong day by day in the fake facade, and a believable month of it."""

from dataclasses import dataclass, field

from client.usecases.incident_desk import IncidentsSeen
from shared_models.errors import FieldfareError
from shared_models.incident_desk import DAYS, IncidentLine, IncidentPage
from tests.ui.believable import ago

NONE = [0] * DAYS


@dataclass
class FakeIncidents:
    """Answers from memory. old_at: the centre does not answer, and this is when it did last. fail: it never did."""

    lines: list[IncidentLine] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=lambda: list(NONE))
    letters: list[int] = field(default_factory=lambda: list(NONE))
    incidents: list[int] = field(default_factory=lambda: list(NONE))
    asked: list[int] = field(default_factory=list)
    page_size: int = 50
    old_at: int | None = None
    fail: FieldfareError | None = None

    async def page(self, number: int = 0) -> IncidentsSeen:
        self.asked.append(number)
        if self.fail is not None:
            raise self.fail
        start = number * self.page_size
        page = IncidentPage(
            conflicts=self.conflicts,
            letters=self.letters,
            incidents=self.incidents,
            lines=self.lines[start : start + self.page_size],
            more=len(self.lines) > start + self.page_size,
            at=self.old_at or ago(),
        )
        return IncidentsSeen(page, is_old=self.old_at is not None)


def incident(device: str, person: str, kind: str, entity: str, rows: int, hours: int) -> IncidentLine:
    """Return an incident that a device found some hours ago and told of a minute later."""
    return IncidentLine(
        device=f"device-{device.lower()}", device_name=device, person=person, kind=kind, entity=entity, rows=rows,
        at=ago(hours=hours), arrived_at=ago(hours=hours, minutes=-1),
    )  # fmt: skip


def fill_incidents(incidents: FakeIncidents) -> None:
    """Put in a month with clashes after two field days, a few refusals, and four incidents."""
    incidents.conflicts = [0, 1, 0, 2, 1, 0, 0, 3, 1, 0, 5, 2, 0, 0, 1, 1, 0, 2, 0, 0, 4, 7, 1, 0, 0, 1, 0, 2, 1, 2]
    incidents.letters = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    incidents.incidents = [0] * 16 + [1] + [0] * 8 + [2, 0, 0, 0, 1]
    incidents.lines = [
        incident("Iași – EliteBook", "Dan Mureșan", "repaired", "company", 3, 2),
        incident("Dan – Galaxy A55", "Dan Mureșan", "search", "contact", 0, 96),
        incident("Dan – Galaxy A55", "Dan Mureșan", "bypassed", "contact", 1, 97),
        incident("Tech – Nokia XR21", "Vasile Pîrvu", "unequal", "note", 0, 312),
    ]
