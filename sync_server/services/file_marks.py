"""Writes down whether the centre has the bytes of a file: a change of the server's own, which devices hear of as of any other."""

from collections.abc import Iterable, Sequence

from shared_models.ids import derived_id
from sync_server.db import documents
from sync_server.db.engine import Connection
from sync_server.services import file_sight, settling
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import SERVER_DEVICE, ImportedBy, own_verdict
from sync_server.services.central import Central
from sync_server.services.file_sight import STORED
from sync_server.services.workspace import PROVISIONAL, Workspace

PENDING = "pending"


def mark_stored(central: Central, actor: Actor, sha256: str, size: int) -> None:
    """Note that the bytes are there, in the rows with them that their sender made or sees: he has shown that he has the file."""
    waiting = [row for row in file_sight.shown_to_have(central, actor, sha256) if row.state == PENDING and row.size == size]
    if waiting:
        with central.store.write() as connection:
            mark(central, connection, [row.id for row in waiting], STORED, actor.user_id)


def mark_gone(central: Central, digests: Iterable[str], by: str) -> None:
    """Note that bytes were cleared away, in every row with them: whoever has them and brings the row back sends them again."""
    with central.store.write() as connection:
        rows = documents.of_digests(connection, central.tables, digests)
        mark(central, connection, [row.id for row in rows if row.state == STORED], PENDING, by)


def mark(central: Central, connection: Connection, pks: Sequence[str], state: str, by: str) -> None:
    """Give rows a state, as one tx of the server's own; part of the caller's transaction."""
    space = Workspace(central, connection, central.now_us())
    space.load({"document": set(pks)})
    found = [row for pk in pks if (row := space.get("document", pk)) is not None and row.row["state"] != state]
    if not found:
        return
    tx_id = derived_id("document_state", state, str(space.at), *sorted(row.pk for row in found))
    for row in found:
        edited = row.row["updated_at"], row.row["updated_by"]
        row.row["state"], row.col_ver["state"] = state, PROVISIONAL
        space.touch(row, PROVISIONAL, by, exact=False)
        row.row["updated_at"], row.row["updated_by"] = edited
    verdict = own_verdict(space, ImportedBy(by, tx_id), tx_id, connection)
    settling.settle(space, SERVER_DEVICE, SERVER_DEVICE, [verdict], [], [])
