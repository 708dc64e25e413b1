"""An empty central database becomes one: its sequence, its epoch, its digests."""

from collections.abc import Callable

from sync_server.db import digests, timeline
from sync_server.services import placing, shipped_later
from sync_server.services.central import Central


def is_started(central: Central) -> bool:
    """Whether the database has a sequence; its tables must exist."""
    with central.store.read() as connection:
        return timeline.exists(connection, central.tables)


def start(central: Central, make_epoch: Callable[[], str]) -> None:
    """Begin the timeline of a database whose tables exist and are empty. make_epoch: a random name, `IdMaker.token`."""
    with central.store.write() as connection:
        timeline.start(connection, central.tables, make_epoch())
        digests.start(connection, central.tables, [entity.entity_name for entity in central.registry])


def complete(central: Central) -> None:
    """Bring a started database of an older version to what this version keeps beside its records."""
    if not placing.is_placed(central):
        with central.store.write() as connection:
            placing.place_all(central, connection)
    shipped_later.bring_in(central)
