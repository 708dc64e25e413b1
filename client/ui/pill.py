"""What the sync pill says: whether all is sent and, where there is none, since when there is no connection."""

from dataclasses import dataclass
from typing import Literal

from client.ui.dates import moment
from client.ui.theme import Look
from client.usecases.sync_answers import SyncStatus

PillState = Literal["sent", "waiting", "needs_you"]
Fact = Literal["stopped", "needs_you", "waiting", "loading", "never", "sent"]
"""What is so, the worst of it: nothing goes until a person acts, something needs him, waits, is loaded, never was, all is sent."""
STOPPED = {"needs_sign_in": "pill.sign_in", "quarantined": "pill.stopped", "needs_upgrade": "pill.upgrade"}
OUT = {"A104": "pill.locked_out", "A108": "pill.switched_off"}
"""What is said instead of "sign in again", by the cause: an admin has locked the device out, or has switched the account off."""
CHOSEN = ("paused", "work_offline")
STATES: dict[Fact, PillState] = {
    "stopped": "needs_you",
    "needs_you": "needs_you",
    "waiting": "waiting",
    "loading": "waiting",
    "never": "sent",
    "sent": "sent",
}


@dataclass(frozen=True)
class Pill:
    """Facts that are true side by side: what was sent, and how it stands with the connection, empty when that is well.

    waiting: what was not sent, where the words tell of something worse; empty for nothing.
    """

    state: PillState
    words: str
    connection: str = ""
    fact: Fact = "sent"
    waiting: str = ""

    @property
    def whole(self) -> str:
        """Return all facts, for one line and for a screen reader."""
        return " · ".join(part for part in (self.full, self.connection) if part)

    @property
    def full(self) -> str:
        """Return the worst fact with what waits besides, for a line that has the room."""
        return " · ".join(part for part in (self.words, self.waiting) if part)


def fact_of(status: SyncStatus) -> Fact:
    """Return the worst of what is so: the pill and the head of the Sync page say this one. Being offline is a state, no alarm."""
    if status.link in STOPPED:
        return "stopped"
    if status.needs_you:
        return "needs_you"
    if status.waiting or status.files.count:
        return "waiting"
    if status.link == "loading":
        return "loading"
    return "never" if status.last_ok_at is None else "sent"


def state_of(status: SyncStatus) -> PillState:
    """Return the colour of the worst fact; what a person chose, and easily forgets, is told like what waits."""
    state = STATES[fact_of(status)]
    return "waiting" if state == "sent" and status.link in CHOSEN else state


def pill_of(look: Look, status: SyncStatus) -> Pill:
    """Return what the pill says."""
    connection, fact = connection_of(look, status), fact_of(status)
    waiting = _waiting(look, status) if fact in ("stopped", "needs_you") else ""
    return Pill(state_of(status), _words(look, status, fact, connection), connection, fact, waiting)


def connection_of(look: Look, status: SyncStatus) -> str:
    """Return that there is no connection, and since when or by whose wish; empty when there is one."""
    if status.link in CHOSEN:
        return look.t(f"link.{status.link}")
    if status.link != "offline":
        return ""
    if status.offline_since is None:
        return look.t("link.offline")
    return look.t("link.offline_since", at=moment(look, status.offline_since))


def _words(look: Look, status: SyncStatus, fact: Fact, connection: str) -> str:
    if fact == "stopped":
        word = STOPPED[status.link]
        return look.t(OUT.get(status.cause or "", word) if status.link == "needs_sign_in" else word)
    if fact == "needs_you":
        return look.n("pill.needs_you", status.needs_you)
    if fact == "waiting":
        return _waiting(look, status)
    if fact == "loading":
        return look.t("pill.loading")
    return sent_of(look, status, connection)


def _waiting(look: Look, status: SyncStatus) -> str:
    """Return what waits: saves, or where there are none, files; empty for nothing."""
    if status.waiting:
        return look.n("pill.waiting", status.waiting)
    return look.n("pill.files", status.files.count) if status.files.count else ""


def sent_of(look: Look, status: SyncStatus, connection: str) -> str:
    """Return that all is sent, and when that was so last; or that nothing was sent or fetched yet."""
    if status.last_ok_at is None:
        return look.t("pill.nothing_yet")
    return look.t("pill.sent") if connection else look.t("pill.all_sent", at=moment(look, status.last_ok_at))
