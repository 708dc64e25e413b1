"""What the sync pill says: whether all is sent and, where there is none, since when there is no connection."""

from dataclasses import dataclass
from typing import Literal

from client.ui.dates import moment
from client.ui.theme import Look
from client.usecases.sync_answers import SyncStatus

PillState = Literal["sent", "waiting", "needs_you"]
STOPPED = {"needs_sign_in": "pill.sign_in", "quarantined": "pill.stopped", "needs_upgrade": "pill.upgrade"}
CHOSEN = ("paused", "work_offline")


@dataclass(frozen=True)
class Pill:
    """Two facts that are true side by side: what was sent, and how it stands with the connection, empty when that is well."""

    state: PillState
    words: str
    connection: str = ""

    @property
    def whole(self) -> str:
        """Return both facts, for one line and for a screen reader."""
        return " · ".join(part for part in (self.words, self.connection) if part)


def pill_of(look: Look, status: SyncStatus) -> Pill:
    """Return what the pill says. A person comes first, then what waits; being offline is a state, and no alarm."""
    connection = connection_of(look, status)
    if status.needs_you:
        return Pill("needs_you", look.n("pill.needs_you", status.needs_you), connection)
    if status.link in STOPPED:
        return Pill("needs_you", look.t(STOPPED[status.link]))
    if status.waiting:
        return Pill("waiting", look.n("pill.waiting", status.waiting), connection)
    if status.link == "loading":
        return Pill("waiting", look.t("pill.loading"))
    state: PillState = "waiting" if status.link in CHOSEN else "sent"  # chosen, and easily forgotten
    return Pill(state, _sent(look, status, connection), connection)


def connection_of(look: Look, status: SyncStatus) -> str:
    """Return that there is no connection, and since when or by whose wish; empty when there is one."""
    if status.link in CHOSEN:
        return look.t(f"link.{status.link}")
    if status.link != "offline":
        return ""
    if status.offline_since is None:
        return look.t("link.offline")
    return look.t("link.offline_since", at=moment(look, status.offline_since))


def _sent(look: Look, status: SyncStatus, connection: str) -> str:
    if status.last_ok_at is None:
        return look.t("pill.nothing_yet")
    return look.t("pill.sent") if connection else look.t("pill.all_sent", at=moment(look, status.last_ok_at))
