"""Writes down what one push has done: the counter is taken here, late, and everything gets its real seq."""

from collections.abc import Sequence

import orjson

from shared_models.codec import Row
from sync_server.db import feed, ledger, lookups, rows, timeline
from sync_server.services import placing
from sync_server.services.rulebook import changes_rules
from sync_server.services.workspace import PROVISIONAL, CentralRow, Workspace, references_of


def settle(
    space: Workspace, device: str, device_epoch: str, verdicts: Sequence[Row], dead: Sequence[Row], reissued: Sequence[str]
) -> int:
    """Take one seq per verdict and write everything; returns the seq before the first.

    verdicts, dead: rows of `sync_push` and `sync_deadletter` with provisional seqs, which become real ones in place.
    """
    connection, tables = space.connection, space.central.tables
    changed = [found for found in space.records.values() if found is not None and found.ver != found.stored_ver]
    new_rules = changes_rules(found.entity.entity_name for found in changed)
    placing.lock_parts(space, changed)
    before = timeline.take(connection, tables, len(verdicts), new_rules=new_rules)
    shift = before + 1 - PROVISIONAL
    for row in (*verdicts, *dead):
        row["seq"] += shift
    for found in changed:
        _resolve_row(found, shift)
    moved = placing.place(space, changed)
    _write_rows(space, changed)
    placing.write(space, placing.gained(changed, moved), moved, before + len(verdicts))
    feed.write(
        connection,
        tables,
        [
            {
                "seq": seq + shift, "entity": entity, "pk": pk,
                "device": device, "device_epoch": device_epoch, "exact": exact,
            }
            for seq, changes in space.changes.items()
            for (entity, pk), exact in changes.items()
        ],
    )  # fmt: skip
    for n, line in enumerate(space.history):
        line["seq"] += shift
        line["n"] = n
    feed.write_history(connection, tables, space.history)
    codes = [(entity, folded, str(space.codes[entity, folded])) for entity, folded in sorted(space.new_codes)]
    lookups.write(connection, tables, codes, sorted(space.new_suspects))
    ledger.write(connection, tables, verdicts, dead, reissued)
    return before


def _resolve_row(found: CentralRow, shift: int) -> None:
    """Make the provisional seqs of a changed record real ones."""
    found.ver += shift
    if found.created_seq >= PROVISIONAL:
        found.created_seq += shift
    found.col_ver = _resolved(found.col_ver, shift)
    if extra := found.extra:
        if "dots" in extra:
            extra["dots"] = _resolved(extra["dots"], shift)
        for traces in extra.get("adds", {}).values():
            for element, adds in traces.items():
                traces[element] = _resolved(adds, shift)
    if found.entity.entity_name == "sync_conflict" and found.row["theirs_version"] >= PROVISIONAL:
        found.row["theirs_version"] += shift


def _resolved(seqs: dict[str, int], shift: int) -> dict[str, int]:
    return {name: seq + shift if seq >= PROVISIONAL else seq for name, seq in seqs.items()}


def _write_rows(space: Workspace, changed: Sequence[CentralRow]) -> None:
    """Write the records in bulk, entity by entity, in the order in which every push locks."""
    connection, tables = space.connection, space.central.tables
    for entity in space.central.registry:
        mine = sorted((f for f in changed if f.entity is entity), key=lambda f: f.row["id"])
        fresh, known = [f for f in mine if not f.stored_ver], [f for f in mine if f.stored_ver]
        stays = [references_of(entity, f.row) == f.stored_references for f in known]
        moved = [f.row for f, does in zip(known, stays, strict=True) if not does]
        stayed = [f.row for f, does in zip(known, stays, strict=True) if does]
        rows.insert(connection, tables, entity, [f.row for f in fresh])
        rows.update(connection, tables, entity, moved, moved=True)
        rows.update(connection, tables, entity, stayed, moved=False)
        rows.insert_bookkeeping(connection, tables, [bookkeeping(space, f) for f in fresh])
        rows.update_bookkeeping(connection, tables, [bookkeeping(space, f) for f in known])


def bookkeeping(space: Workspace, found: CentralRow) -> Row:
    """Return the `sync_row` of a record."""
    return {
        "entity": found.entity.entity_name,
        "pk": found.row["id"],
        "ver": found.ver,
        "created_seq": found.created_seq,
        "created_origin": found.created_origin,
        "col_ver": orjson.dumps(found.col_ver).decode(),
        "extra": orjson.dumps(found.extra).decode() if found.extra else None,
        "cell": found.cell,
        **rows.wire_parts(space.central.tables, found.entity, found.row),
    }
