"""Mails that the processes of a server send beside its requests: each goes out once, whichever process takes it up."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from shared_models.ids import derived_id
from sync_server.db import outbox
from sync_server.db.outbox import SENT, Mail
from sync_server.services import posting
from tests.simulation.evidence import Broken
from tests.simulation.organisation import Organisation
from tests.simulation.processes import ServerProcess


@dataclass
class Jobs:
    """The mails of one week."""

    organisation: Organisation
    ordered: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    """Mail -> times that it went out."""
    is_restored: bool = False
    """Whether the outbox has come back from a backup, which knows nothing of what went out since."""
    unsure: Counter[str] = field(default_factory=Counter)
    """Mail -> times that its sender died before it had noted that it went: so often it may go again."""

    def order(self, process: ServerProcess, count: int) -> None:
        """Put mails into the outbox."""
        names = [f"m{self.ordered + n}" for n in range(count)]
        self.ordered += count
        central = process.central
        mails = [(derived_id("mail", name), Mail("test", name, "ana@example.ro", name, name)) for name in names]
        with central.store.write() as connection:
            outbox.add(connection, central.tables, mails, central.now_us())

    def post(self, process: ServerProcess, chance: Random, other: ServerProcess | None = None, *, dies: bool = False) -> None:
        """Send what is due. other: a process that does the same meanwhile. dies: at one of the mails."""
        claimed = posting._claim(process.central)
        if other is not None:
            self.post(other, chance)
        dies_at = chance.randrange(2 * len(claimed)) if dies and claimed else None
        for n, one in enumerate(claimed):
            if dies_at == 2 * n:
                break
            self._go(one.mail.ref)
            if dies_at == 2 * n + 1:
                self.unsure[one.mail.ref] += 1
                break
            posting._end(process.central, one, SENT, None)
        if dies_at is not None:
            process.begin()

    def rest(self) -> None:
        """Send all that is left, also what a dead process had taken up; every mail went, and none went twice for nothing."""
        for process in self.organisation.processes:
            self.organisation.clock.now_ms += posting.LEASE_US // 1000 + 1
            before = -1
            while before != self.sent.total():
                before = self.sent.total()
                self.post(process, Random(0))
        if self.is_restored:
            return
        if missing := {f"m{n}" for n in range(self.ordered)} - self.sent.keys():
            raise Broken(f"outbox: {sorted(missing)} never went out")

    def _go(self, name: str) -> None:
        self.sent[name] += 1
        if self.sent[name] > 1 + self.unsure[name] and not self.is_restored:
            raise Broken(f"outbox: {name} went out {self.sent[name]} times, and {self.unsure[name]} senders of it died")
