"""When a screen asks the centre again, for as long as it is open."""

from datetime import datetime

AGAIN_S = 60.0
"""Seconds: the centre writes down when devices were seen, and compares them with its rules, about as often."""


class EveryMinute:
    """Tells once a minute that it is time."""

    def __init__(self) -> None:
        self._asked_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether a minute has gone since it was due last, or since this was first asked. now: aware time of the window."""
        if self._asked_at is None:
            self._asked_at = now
        elif abs((now - self._asked_at).total_seconds()) >= AGAIN_S:
            self._asked_at = now
            return True
        return False
