"""Alarms in the fake facade, and a believable few of them."""

from dataclasses import dataclass, field

from client.usecases.alarm_desk import AlarmsSeen
from shared_models.alarms import ALARM_KINDS, DEFAULTS, AlarmKind, AlarmLine, AlarmPage, AlarmRule
from shared_models.errors import FieldfareError
from tests.ui.believable import ago


@dataclass
class FakeAlarms:
    """Answers from memory. old_at: the centre does not answer, and this is when it did last. fail: it never did."""

    lines: list[AlarmLine] = field(default_factory=list)
    rules: dict[AlarmKind, AlarmRule] = field(
        default_factory=lambda: {kind: AlarmRule(kind=kind, is_on=True, threshold=DEFAULTS[kind]) for kind in ALARM_KINDS}
    )
    asked: int = 0
    old_at: int | None = None
    by_mail: bool = True
    fail: FieldfareError | None = None

    async def page(self) -> AlarmsSeen:
        self.asked += 1
        if self.fail is not None:
            raise self.fail
        return AlarmsSeen(self._page(), is_old=self.old_at is not None)

    async def set_rule(self, rule: AlarmRule) -> AlarmPage:
        if self.fail is not None:
            raise self.fail
        self.rules[rule.kind] = rule
        return self._page()

    def _page(self) -> AlarmPage:
        lasting = sum(one.cleared_at is None for one in self.lines)
        rules, at = [self.rules[kind] for kind in ALARM_KINDS], self.old_at or ago()
        return AlarmPage(rules=rules, alarms=self.lines, open=lasting, by_mail=self.by_mail, at=at)


def alarm(kind: AlarmKind, device: str, person: str, n: int, hours: int, over: int | None = None) -> AlarmLine:
    """Return an alarm about a device, raised some hours ago. over: hours since it is over."""
    return AlarmLine(
        id=f"{kind}-{device}", kind=kind, device=f"device-{device.lower()}", device_name=device, person=person, n=n,
        raised_at=ago(hours=hours), cleared_at=None if over is None else ago(hours=over),
    )  # fmt: skip


def fill_alarms(alarms: FakeAlarms) -> None:
    """Put in two that last and one that is over."""
    alarms.lines = [
        alarm("queue", "Dan – Galaxy A55", "Dan Mureșan", 27, 3),
        alarm("silent", "Elena – Tab S9", "Elena Țiplea", 9, 144),
        alarm("unequal", "Iași – EliteBook", "Dan Mureșan", 0, 30, 29),
    ]
