"""Many new records at once, under one tx of the server's own: the demo company, the first admin, the shipped lists.

They go the way of a push: the same sequence, ledger, change pointers, history head, digests and codes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from conflict.overlay import blank_row
from shared_models.codec import Row
from shared_models.protocol import Verdict
from sync_server.db import ledger, lookups
from sync_server.db.engine import Connection
from sync_server.services import settling
from sync_server.services.central import Central
from sync_server.services.workspace import PROVISIONAL, CentralRow, Workspace

SERVER_DEVICE = "server"
"""Device name of what the server does by itself."""
BATCH = 5000


@dataclass(frozen=True)
class ImportedBy:
    """Whose records they are, and the id of their tx."""

    user_id: str
    tx_id: str


def import_rows(connection: Connection, central: Central, found: Iterable[tuple[str, Row]], by: ImportedBy) -> int:
    """Add records (entity name, values in stored form with their id), parents first; returns how many.

    System fields that are given (created_at...) are kept. One tx per batch of 5,000, all in the caller's write transaction: all
    of them are stored or none. Nothing is merged: an id that exists raises Contended at the store.
    """
    count, batch = 0, list[tuple[str, Row]]()
    for one in found:
        batch.append(one)
        if len(batch) == BATCH:
            _import(connection, central, batch, by, count)
            count, batch = count + len(batch), []
    if batch:
        _import(connection, central, batch, by, count)
    return count + len(batch)


def _import(connection: Connection, central: Central, batch: list[tuple[str, Row]], by: ImportedBy, place: int) -> None:
    space = Workspace(central, connection, central.now_us())
    tx_id = f"{by.tx_id}-{place}"[-36:]
    for name, values in batch:
        _add(space, name, values, by, tx_id)
    settling.settle(space, SERVER_DEVICE, SERVER_DEVICE, [own_verdict(space, by, tx_id, connection)], [], [])


def _add(space: Workspace, name: str, values: Row, by: ImportedBy, tx_id: str) -> None:
    entity, at = space.central.registry.get(name), space.at
    system = {"created_at": at, "created_by": by.user_id, "updated_at": at, "updated_by": by.user_id}
    row = {**blank_row(entity), **system, **values}
    made = CentralRow(
        entity, row, PROVISIONAL, PROVISIONAL, tx_id, {}, {"dots": {tx_id: PROVISIONAL}} if entity.is_link else {}
    )
    space.records[name, made.pk] = made
    space.changes.setdefault(PROVISIONAL, {})[name, made.pk] = False
    for field in lookups.code_fields(entity):
        if row[field] is not None:
            space.codes.setdefault((name, lookups.fold_code(row[field])), None)
            space.give_code(name, row[field], made.pk)
    if name == "company" and row["fiscal_code"]:
        space.new_suspects.add(("fiscal_code", lookups.fold_fiscal_code(row["fiscal_code"]), made.pk))


def own_verdict(space: Workspace, by: ImportedBy, tx_id: str, connection: Connection) -> Row:
    """Return the row of `sync_push` of a tx of the server's own, with a provisional seq."""
    tables = space.central.tables
    number = ledger.expected(connection, tables, SERVER_DEVICE, SERVER_DEVICE)
    ledger.expect(connection, tables, SERVER_DEVICE, SERVER_DEVICE, number + 1)
    verdict = Verdict(id=tx_id, tx=number, v="applied", seq=0)
    return {
        "tx_id": tx_id, "seq": PROVISIONAL, "origin": tx_id, "device": SERVER_DEVICE, "device_epoch": SERVER_DEVICE,
        "number": number, "user": by.user_id, "hlc": 0, "at": space.at, "req_hash": "",
        "verdict": verdict.model_dump_json(exclude={"seq"}, exclude_defaults=True),
    }  # fmt: skip
