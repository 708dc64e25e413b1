"""What the device tells the centre of itself, for the admin: with every hello, and with a pull when there is news (PROTOCOL 16)."""

from dataclasses import dataclass

from client.platform.form import Form
from client.replica import change_log
from client.replica.replica import Replica
from client.sync.states import State
from shared_models.device_report import DeviceReport
from shared_models.errors import ErrorCode
from shared_models.transport import PullRequest, Transport, UpToDate

AGAIN_MS = 6 * 3_600_000
"""The size and the time of the proof are told again after so long."""
KNOWN_THERE = (None, "Unreachable", ErrorCode.S503.value)
"""How no failure, a lack of connection and a pause by an admin are kept: of those the centre knows best itself."""


@dataclass
class Reporting:
    """What one engine has told. form: what kind of device it is."""

    replica: Replica
    form: Form = "desktop"
    _told: tuple[object, ...] | None = None
    _told_at: int = 0

    def due(self) -> DeviceReport | None:
        """Return a report when it is news to the centre, else None."""
        found = report_of(self.replica, self.form)
        is_news = found.signs() != self._told or not 0 <= self.replica.ids.now_ms() - self._told_at < AGAIN_MS
        return found if is_news else None

    def say_last_word(self, centre: Transport) -> None:
        """Tell how the device fares as it goes silent on purpose: with a pull of one row, which is not taken. Raises SyncError."""
        facts = self.replica.facts()
        if facts["server_epoch"] is None:
            return
        report = report_of(self.replica, self.form)
        asked = PullRequest(facts["cursor"], facts["server_epoch"], facts["device_epoch"], None, 1, report)
        page = centre.pull(asked)
        if not isinstance(page, UpToDate):
            for _ in page:  # to its end, so that the connection can be used again
                pass
        self.told(report)

    def told(self, report: DeviceReport) -> None:
        """Note that the centre has a report."""
        self._told, self._told_at = report.signs(), self.replica.ids.now_ms()


def report_of(replica: Replica, form: Form = "desktop") -> DeviceReport:
    """Return how a device fares now."""
    facts = replica.facts()
    equal, _, _ = facts["proof"] or (None, 0, [])
    is_failing = facts["failures"] > 0 and facts["last_error"] not in KNOWN_THERE
    with replica.reading() as reader:
        isolated = len(change_log.select(reader, "state = 'isolated'"))
    return DeviceReport(
        form=form,
        size_bytes=replica.size_bytes,
        is_loaded=facts["complete"],
        proof="none" if equal is None else "equal" if equal else "unequal",
        proved_at=None if equal is None or facts["last_success_at"] is None else facts["last_success_at"] * 1000,
        works_offline=facts["paused"],
        is_quarantined=facts["quarantined"] or facts["state"] == State.QUARANTINED,
        isolated=isolated,
        failures=facts["failures"] if is_failing else 0,
        error=facts["last_error"] if is_failing else None,
    )
