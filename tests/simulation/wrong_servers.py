"""Wrong variants that only several server processes on one database show: each is right as long as it is alone."""

from typing import Any

from sync_server.db import outbox
from sync_server.services import file_clearing, file_marks, settling
from sync_server.services.cell_book import CellBook
from sync_server.services.rulebook import RuleBook
from tests.simulation.wrong_client import Patch


def _settled_with(forget: Any) -> Patch:
    """Have a process forget something with whatever it writes itself."""
    original = settling.settle

    def settle(space: Any, *given: Any) -> int:
        before = original(space, *given)
        forget(space.central)
        return before

    return (settling, "settle", settle)


def rules_of_this_process() -> list[Patch]:
    """The rights are read anew when this process has changed something."""
    original = RuleBook.at

    def at(self: RuleBook, connection: Any, tables: Any, registry: Any, now: Any, now_us: int) -> Any:
        kept = self.kept
        if kept is not None and kept[0] == now.epoch and kept[2] <= now_us:
            return kept[3]
        return original(self, connection, tables, registry, now, now_us)

    def forget(central: Any) -> None:
        central.rulebook.kept = None

    return [(RuleBook, "at", at), _settled_with(forget)]


def cells_of_this_process() -> list[Patch]:
    """New cells are looked for when this process has written something."""
    original = CellBook.all

    def every(self: CellBook, connection: Any, tables: Any, epoch: str) -> Any:
        return self.known[1] if self.known[0] == epoch else original(self, connection, tables, epoch)

    def forget(central: Any) -> None:
        central.cell_book.known = ("", {})

    return [(CellBook, "all", every), _settled_with(forget)]


def mails_of_this_process() -> list[Patch]:
    """What is being sent is known to the process that sends it."""
    original = outbox.claim
    taken: dict[Any, set[str]] = {}

    def claim(connection: Any, tables: Any, at: int, lease_us: int, limit: int) -> Any:
        with connection.begin_nested() as nested:
            found = original(connection, tables, at, lease_us, limit)
            nested.rollback()
        mine = taken.setdefault(connection.engine, set())
        fresh = [one for one in found if one.id not in mine]
        mine |= {one.id for one in fresh}
        return fresh

    return [(outbox, "claim", claim)]


def cleared_and_not_looked_again() -> list[Patch]:
    """Whoever clears away notes it once: no other can have taken the file in meanwhile."""
    original = file_marks.mark_gone

    class Once:
        """The marks, of which every second one is left out."""

        said = False

        @classmethod
        def mark_gone(cls, *given: Any) -> None:
            cls.said = not cls.said
            if cls.said:
                original(*given)

    return [(file_clearing, "file_marks", Once)]


VARIANTS = (rules_of_this_process, cells_of_this_process, mails_of_this_process, cleared_and_not_looked_again)
