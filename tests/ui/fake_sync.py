"""What needs a person, and sync, in the fake facade."""

from dataclasses import dataclass, replace

from client.events import ChangeLogChanged, SyncStatusChanged
from client.usecases.answers import Saved
from client.usecases.form_answers import FormStart
from client.usecases.list_answers import Page
from client.usecases.sync_answers import CardView, Decision, Inbox, Queue, SyncStatus
from tests.ui.believable import ago
from tests.ui.fake_forms import FakeForms
from tests.ui.fake_records import PAGE_ROWS


@dataclass
class FakeSync(FakeForms):
    """The inbox, its decisions, and a conversation with a centre that is only told of."""

    async def inbox(self) -> Inbox:
        return self.inbox_

    async def decide(self, card: str, decision: Decision) -> Saved:
        self.decided.append((card, decision))
        gone = next(c for c in self.inbox_.cards if c.id == card)
        self.inbox_ = replace(
            self.inbox_, cards=tuple(c for c in self.inbox_.cards if c.id != card), solved=self.inbox_.solved + 1
        )
        self.status_ = replace(self.status_, needs_you=self.inbox_.count)
        self.tell(ChangeLogChanged())
        return Saved(f"decide:{card}", gone.record, f"Kept both: {gone.title}")

    async def decided_cards(self, after: str | None = None) -> Page[CardView]:
        start = int(after or 0)
        following = str(start + PAGE_ROWS) if len(self.decided_) > start + PAGE_ROWS else None
        return Page(self.decided_[start : start + PAGE_ROWS], following)

    async def restore_lost(self, card: str) -> Saved:
        self.calls.append(f"restore_lost {card}")
        gone = next(c for c in self.decided_ if c.id == card)
        return Saved(f"restore:{card}", gone.record, f"Brought back: {gone.title}")

    async def read_news(self, card: str) -> None:
        self.inbox_ = replace(self.inbox_, news=tuple(c for c in self.inbox_.news if c.id != card))
        self.status_ = replace(self.status_, needs_you=self.inbox_.count)

    async def decide_by_edit(self, card: str) -> FormStart:
        gone = next(c for c in self.inbox_.cards if c.id == card)
        return await self.open_form(gone.entity, gone.record)

    async def retry(self, tx: str) -> None:
        self.calls.append(f"retry {tx}")
        await self._settle(tx)

    async def discard(self, tx: str) -> None:
        await self._settle(tx)

    async def _settle(self, tx: str) -> None:
        self.inbox_ = replace(self.inbox_, refused=tuple(r for r in self.inbox_.refused if r.tx != tx))
        self.tell(ChangeLogChanged())

    async def status(self) -> SyncStatus:
        return self.status_

    async def note_left_told(self) -> None:
        self.calls.append("note_left_told")
        if self.status_.left is not None:
            self.status_ = replace(self.status_, left=replace(self.status_.left, is_told=True))

    async def queue(self) -> Queue:
        return self.queue_

    async def sync_now(self) -> None:
        self.calls.append("sync_now")
        self.status_ = replace(self.status_, link="idle", waiting=0, offline_since=None, next_attempt_at=None, last_ok_at=ago())
        self.queue_ = replace(self.queue_, waiting=())
        self.tell(SyncStatusChanged())

    async def lift_quarantine(self) -> None:
        self.calls.append("lift_quarantine")
        self.status_ = replace(self.status_, link="syncing")

    async def set_paused(self, paused: bool) -> None:
        self.status_ = replace(self.status_, link="paused" if paused else "offline")
        self.tell(SyncStatusChanged())

    async def set_work_offline(self, on: bool) -> None:
        self.status_ = replace(self.status_, link="work_offline" if on else "offline")
        self.tell(SyncStatusChanged())
