"""Alarms about devices, and the rules by which they are raised: what an admin asks the centre, and what it answers (PROTOCOL 16.8)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Protocol

from pydantic import Field

from shared_models.message import Message
from shared_models.texts import Texts

AlarmKind = Literal["silent", "queue", "unequal"]
"""Not seen for days; changes wait on it for hours; its copy is not what the centre holds, for hours."""
ALARM_KINDS: tuple[AlarmKind, ...] = ("silent", "queue", "unequal")
DEFAULTS: Mapping[AlarmKind, int] = MappingProxyType({"silent": 3, "queue": 24, "unequal": 0})
"""Thresholds: days, hours, hours."""
LIMITS: Mapping[AlarmKind, tuple[int, int]] = MappingProxyType({"silent": (1, 365), "queue": (1, 720), "unequal": (0, 168)})
"""Least and greatest threshold of each."""
MAX_ALARMS = 100
"""Alarms of one answer."""


class AlarmRule(Message):
    """When an alarm of a kind is raised. threshold: in the unit of its kind."""

    kind: AlarmKind
    is_on: bool
    threshold: Annotated[int, Field(ge=0, le=365 * 24)]

    @property
    def is_possible(self) -> bool:
        """Whether the threshold is within the limits of its kind."""
        least, greatest = LIMITS[self.kind]
        return least <= self.threshold <= greatest


class AlarmLine(Message):
    """One alarm. n: days or hours, as its kind has it. Times are microseconds since 1970 UTC; cleared_at: None while it lasts."""

    id: str
    kind: AlarmKind
    device: str
    device_name: str
    person: str
    n: int
    raised_at: int
    cleared_at: int | None = None


class AlarmPage(Message):
    """All rules, the alarms that last, the newest first, and then those that are over. open: how many last. at: when it was asked."""

    rules: list[AlarmRule]
    alarms: list[AlarmLine]
    open: int
    by_mail: bool
    """Whether admins are told by mail: the server knows a mail server."""
    at: int


class AlarmDesk(Protocol):
    """A way to the server for an admin. Every method blocks; every failure is a `SyncError`, A105 for whoever is no admin."""

    def alarms(self) -> AlarmPage:
        """Ask for the rules and the alarms."""
        ...

    def set_alarm_rule(self, rule: AlarmRule) -> AlarmPage:
        """Change a rule. Refused with R303 for a threshold beyond its limits."""
        ...


def alarm_in_words(texts: Texts, kind: AlarmKind, n: int) -> str:
    """Return what an alarm says of a device, without a full stop."""
    return texts.t("alarm.unequal") if kind == "unequal" else texts.n(f"alarm.{kind}", n)
