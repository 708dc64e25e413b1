"""Makes the replica what a snapshot of the centre holds, in one step (PROTOCOL 7.9).

The unpacked file has the rows, indexes and search of the centre at one seq. What belongs to this device alone (change log, drafts,
facts) is copied into it, own edits are laid over its rows, and then SQLite's backup puts its pages into the replica, as one
transaction: nobody sees half of it, connections that are open stay good, and a crash leaves the old replica or the new one.
Measured with 100,000 rows, search included: 0.13 s, and 0.60 s by ATTACH and INSERT .. SELECT, after which the search is built.
Renaming the file into place would cost less still, but another process may have the old one open, and would save into nothing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client.replica import digests, display, epochs, meta, rows, schema, settling
from client.replica.connection import translated_errors
from client.replica.driver import DONE, Connection
from client.replica.writing import Writing
from shared_models import clock
from shared_models.digest import Digest
from shared_models.errors import ReplicaDamaged, ReplicaLocked

if TYPE_CHECKING:
    from client.replica.replica import Replica

PAGES = 2000
"""Pages that are copied between two looks at what others do: 8 MB."""


class NotFitting(Exception):
    """The file is not of this timeline or this shape, or the replica is no longer waiting for one."""


def wants(facts: Mapping[str, Any]) -> bool:  # Any: see `meta`
    """Whether the replica is empty, or is to be loaded anew, and no pages were taken in yet."""
    return not facts["cursor"] and not facts["stage_after"] and bool(facts["replace"] or not facts["complete"])


def take_over(replica: "Replica", path: Path) -> int:
    """Take in an unpacked snapshot, which is used up by it; returns the seq that the replica stands for now.

    Raises NotFitting, ReplicaDamaged for a file that is not sound, ReplicaLocked when another process saved meanwhile, ReplicaFull.
    Then nothing was changed.
    """
    with translated_errors(), closing(replica.beside(path)) as made:
        if made.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise ReplicaDamaged("an unsound snapshot")
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
        ):  # a crash leaves the replica as it was, and this file is litter
            made.execute(f"PRAGMA {pragma}")
        with replica.alone() as live:
            tables = _own_tables(replica, made)
            content = _content(replica, tables)
            seq = _prepare(replica, made, live, tables)
            _put_in_place(replica, made, live, tables, content)
        return seq


def _prepare(replica: "Replica", made: Connection, live: Writing, tables: list[str]) -> int:
    """Give the new file what belongs to this device, and lay own edits over its rows."""
    made.execute("ATTACH ? AS live", (str(replica.path),))
    made.execute("BEGIN")
    found = dict(made.execute("SELECT k, v FROM main._snapshot").fetchall())
    _bring_over(made, tables)
    facts = meta.get_all(made)
    if not wants(facts) or found["epoch"] != facts["server_epoch"] or found["shape"] != schema.fingerprint(replica.registry):
        raise NotFitting
    seq, now_us = int(found["seq"]), replica.ids.now_ms() * 1000
    newest = max(int(found["newest_at"]) // 1000 + facts["offset_ms"], 0) << clock.COUNTER_BITS
    meta.put(
        made,
        {
            "cursor": seq,
            "rows_epoch": facts["server_epoch"],
            "complete": True,
            "replace": False,
            "search_stale": False,
            "forgets": "log" if facts["complete"] else None,  # what the old file held is overwritten, page by page
            "hlc": clock.witness(facts["hlc"], newest),
        },
    )
    writing = Writing(made)
    named = display.all_pending(made) | settling.settle(writing, seq, now_us)
    _lay(replica, made, named)
    epochs.forget_stage(writing)
    digests.store(made, {name: Digest.parse(*wire) for name, wire in json.loads(found["digests"]).items()})
    made.execute("COMMIT")
    made.execute("DETACH live")
    live.log_changed |= writing.log_changed
    return seq


def _bring_over(made: Connection, tables: list[str]) -> None:
    """Copy tables of this device as they are: what a later version of the client keeps there comes with it."""
    for name in tables:
        statements = made.execute(
            "SELECT sql FROM live.sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL "
            "ORDER BY type DESC",
            (name,),
        ).fetchall()
        for (statement,) in statements:
            made.execute(statement)
        made.execute(f"INSERT INTO main.{schema.quoted(name)} SELECT * FROM live.{schema.quoted(name)}")
    made.execute("DELETE FROM main.sqlite_sequence")
    made.execute("INSERT INTO main.sqlite_sequence SELECT * FROM live.sqlite_sequence")
    made.execute("DROP TABLE main._snapshot")


def _lay(replica: "Replica", made: Connection, named: set[tuple[str, str]]) -> None:
    """Lay what waits over the new central rows, which become the bases of theirs."""
    by_entity: dict[str, set[str]] = defaultdict(set)
    for entity, pk in named:
        by_entity[entity].add(pk)
    for entity, pks in by_entity.items():
        kind = replica.registry.get(entity)
        held = rows.read_many(made, kind, pks)
        display.lay_many(made, kind, pks, {pk: held.get(pk, (None, 0)) for pk in pks})


def _own_tables(replica: "Replica", made: Connection) -> list[str]:
    """Return the tables that belong to this device alone: those that the snapshot lacks."""
    shared = {name for (name,) in made.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    with replica.reading() as reader:
        found = reader.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'")
        return [name for (name,) in found if name not in shared]


def _content(replica: "Replica", tables: list[str]) -> str:
    """Return a hash of what some tables of the replica hold."""
    found = hashlib.blake2b(digest_size=16)
    with replica.reading() as reader:
        for name in tables:
            for row in reader.execute(f"SELECT * FROM {schema.quoted(name)}"):
                found.update(repr(row).encode())
    return found.hexdigest()


def _put_in_place(replica: "Replica", made: Connection, live: Writing, tables: list[str], content: str) -> None:
    """Copy the file into the replica, which is locked from the first pages on; only then it is clear that nobody saved meanwhile.

    (`PRAGMA data_version` would tell too much: it also changes when SQLite begins its log anew.)
    """
    looked = False

    def look(status: int, *_: int) -> None:
        nonlocal looked
        if status not in DONE:  # not locked yet: another process writes, and goes on to
            raise ReplicaLocked("another process is writing")
        if not looked:
            looked = True
            if _content(replica, tables) != content:
                raise ReplicaLocked("another process saved meanwhile")

    pages = made.execute("PRAGMA page_count").fetchone()[0]
    made.backup(live.connection, pages=min(PAGES, pages // 2), progress=look)  # the first look comes before the last page
    live.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    live.from_centre = True
    for entity in replica.registry:
        live.changed_all(entity.entity_name)
