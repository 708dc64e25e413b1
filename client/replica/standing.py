"""Where a person's saves stand: sent, waiting, or in need of him. Conflict cards, and drafts of what was refused."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from client.replica import change_log, display, meta, rows
from client.replica.driver import Connection
from client.replica.writing import Writing
from shared_models import clock
from shared_models.base import Record
from shared_models.codec import Row, dumps
from shared_models.fields import columns, units
from shared_models.ids import IdMaker
from shared_models.protocol import Op
from shared_models.registry import Registry

RowState = Literal["sent", "waiting", "needs_you"]
MAX_REISSUES = 10
"""Automatic re-issues of one save; a tx that is put off more often than that needs a person."""


@dataclass(frozen=True)
class Waiting:
    """A save without a settled answer, for the list of what waits."""

    tx_id: str
    label: str
    saved_at: int
    """Microseconds since 1970 UTC, by the device's clock."""
    state: str
    """pending, inflight, acked (accepted, on its way back) or isolated (set aside after failing again and again)."""
    attempts: int
    records: tuple[tuple[str, str], ...]
    """(entity, id) that it changes."""


@dataclass(frozen=True)
class Draft:
    """A save that was refused or put off, with what was typed: to be corrected, sent again or discarded."""

    tx_id: str
    label: str
    saved_at: int
    verdict: str
    """rejected or deferred."""
    error: Mapping[str, Any] | None
    """Parts of `protocol.CodedError`. Any: JSON scalars."""
    ops: tuple[Op, ...]


def waiting(connection: Connection) -> list[Waiting]:
    """Return the unsettled txs, oldest first."""
    return [
        Waiting(
            tx.id, tx.label, tx.saved_at, tx.state, tx.attempts,
            tuple(dict.fromkeys((op.t, op.pk) for op in change_log.ops(connection, tx.n))),
        )
        for tx in change_log.select(connection, change_log.UNSETTLED)
    ]  # fmt: skip


def drafts(connection: Connection) -> list[Draft]:
    """Return the open drafts, oldest first."""
    return [
        Draft(tx.id, tx.label, tx.saved_at, tx.verdict or "", tx.error, tuple(change_log.ops(connection, tx.n)))
        for tx in change_log.select(connection, "draft = 'open'")
    ]


def close_draft(connection: Connection, tx_id: str, how: str) -> bool:
    """Close an open draft: reissued, corrected or discarded. Its content stays in the log until a backup holds it."""
    closed = connection.execute("UPDATE _sync_tx SET draft = ? WHERE id = ? AND draft = 'open'", (how, tx_id))
    return closed.rowcount > 0


def reissue(writing: Writing, registry: Registry, ids: IdMaker, tx_id: str) -> bool:
    """Issue a refused or deferred tx again: a new id and stamp, but the origin, ops, base versions and `after` of the first."""
    connection = writing.connection
    old = change_log.find(connection, tx_id)
    if old is None or not close_draft(connection, tx_id, "reissued"):
        return False
    hlc = clock.tick(meta.get(connection, "hlc"), ids.now_ms())
    meta.put(connection, {"hlc": hlc})
    n = change_log.append(
        connection,
        {
            "id": ids.tx_id(), "origin": old.origin, "after": dumps(list(old.after)), "hlc": hlc, "label": old.label,
            "saved_at": old.saved_at, "by": old.by, "epoch": old.epoch, "atomic": int(old.atomic), "state": "pending",
        },
    )  # fmt: skip
    for i, op in enumerate(change_log.ops(connection, old.n)):
        kind = registry.get(op.t)
        display.keep_base(connection, kind, op.pk)
        change_log.append_op(connection, n, i, op, parents_of(connection, kind, op))
        display.lay(connection, kind, op.pk)
        writing.changed(op.t, {op.pk})
    writing.log_changed = True
    return True


def parents_of(connection: Connection, kind: type[Record], op: Op) -> set[str]:
    """Return the ids of the records that the row of an op belongs to."""
    held = rows.read(connection, kind, op.pk)
    row = {**(held[0] if held else {}), **op.set}
    return {row[c.name] for c in columns(kind) if c.is_owner and row.get(c.name)}


def ready_to_reissue(connection: Connection, registry: Registry) -> list[str]:
    """Return the ids of deferred drafts whose rows are all in the replica now, in order of their saves."""
    found = []
    for tx in change_log.select(connection, "draft = 'open' AND verdict = 'deferred'"):
        tries = connection.execute("SELECT count(*) FROM _sync_tx WHERE origin = ?", (tx.origin,)).fetchone()[0]
        if tries <= MAX_REISSUES and _has_rows(connection, registry, change_log.ops(connection, tx.n)):
            found.append(tx.id)
    return found


def _has_rows(connection: Connection, registry: Registry, ops: Sequence[Op]) -> bool:
    made = {op.pk for op in ops if op.op == "i"}
    needed = {(op.t, op.pk) for op in ops if op.op != "i"}
    for op in ops:
        needed |= {(entity, op.set[name]) for name, entity in _references(registry.get(op.t), op.set) if op.set.get(name)}
    return all(pk in made or (t in registry.by_name and rows.read(connection, registry.get(t), pk)) for t, pk in needed)


def _references(kind: type[Record], values: Row) -> Iterator[tuple[str, str]]:
    """Yield (field, entity) of what a row belongs to, or is about: a share waits for its record too."""
    for column in columns(kind):
        if column.is_owner and column.col.references:
            yield column.name, column.col.references
    if values.get("record_type") is not None:
        yield "record_id", values["record_type"]


def cards(connection: Connection, registry: Registry, user: str | None) -> list[Row]:
    """Return the open cards in a person's inbox, newest first; with no person, all.

    One about what only a newer version of the program knows waits for the update (PROTOCOL 10.4).
    """
    kind = registry.get("sync_conflict")
    mine = "1" if user is None else "EXISTS (SELECT 1 FROM json_each(for_users) WHERE value = ?)"
    found = connection.execute(
        f"SELECT {rows.select_list(kind)} FROM sync_conflict "
        f"WHERE state = 'open' AND archived_at IS NULL AND {mine} ORDER BY _n DESC",
        () if user is None else (user,),
    )
    return [card for row in found.fetchall() if is_known(registry, card := rows.decode(kind, row))]


def is_known(registry: Registry, card: Row) -> bool:
    """Whether the program has the entity of a card, and of one about a value the unit."""
    entity = registry.by_name.get(card["record_type"])
    return entity is not None and (card["kind"] != "value" or card["unit"] in {*units(entity), *entity.model_fields})


def drafts_at(connection: Connection, registry: Registry, also: str = "1") -> dict[tuple[str, str], tuple[str, ...]]:
    """Return (entity, id) -> open drafts that change it or a part of it, oldest first. also: a further SQL condition."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    txs = {tx.n: tx.id for tx in change_log.select(connection, f"draft = 'open' AND {also}")}
    for n, ops in change_log.ops_of(connection, txs).items() if txs else ():
        for op in ops:
            for key in ((op.t, op.pk), *_owners(connection, registry.get(op.t), op)):
                found.setdefault(key, {})[txs[n]] = None
    return {key: tuple(named) for key, named in found.items()}


def _owners(connection: Connection, kind: type[Record], op: Op) -> list[tuple[str, str]]:
    """Return (entity, id) of the records that the row of an op belongs to."""
    owners = [(c.name, c.col.references) for c in columns(kind) if c.is_owner and c.col.references]
    held = rows.read(connection, kind, op.pk) if owners else None
    row = {**(held[0] if held else {}), **op.set}
    return [(entity, row[name]) for name, entity in owners if row.get(name)]


def states_of(
    connection: Connection, registry: Registry, entity: str, pks: Sequence[str], user: str | None
) -> dict[str, RowState]:
    """Return id -> dot: a card, or a draft of it or of a part, needs its author, else an unsettled op waits, else all is sent."""
    wanted = json.dumps(list(pks))
    base = "SELECT pk FROM _sync_base WHERE tbl = ? AND pk IN (SELECT value FROM json_each(?))"
    found: dict[str, RowState] = dict.fromkeys(pks, "sent")
    found.update((pk, "waiting") for (pk,) in connection.execute(base, (entity, wanted)))
    found.update((pk, "needs_you") for of, pk in drafts_at(connection, registry) if of == entity and pk in found)
    if _has_cards(connection):
        card = (
            "SELECT record_id FROM sync_conflict WHERE state = 'open' AND archived_at IS NULL AND record_type = ? "
            "AND record_id IN (SELECT value FROM json_each(?)) "
            "AND (? IS NULL OR EXISTS (SELECT 1 FROM json_each(for_users) WHERE value = ?))"
        )
        found.update((pk, "needs_you") for (pk,) in connection.execute(card, (entity, wanted, user, user)))
    return found


def _has_cards(connection: Connection) -> bool:
    return (
        connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sync_conflict'").fetchone() is not None
    )
