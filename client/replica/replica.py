"""The replica of one signed-in person on this device: the door to everything that screens and the engine read and write."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from client.events import Events
from client.replica import (
    change_log,
    connection,
    driver,
    meta,
    migrations,
    numbers,
    outbox,
    queries,
    rows,
    search,
    standing,
    undo,
)
from client.replica.change_log import LoggedTx
from client.replica.connection import Reading, translated_errors
from client.replica.driver import Connect, Connection, Encrypted, connect
from client.replica.file_folder import FileFolder, folder_of
from client.replica.part import Part, PlainPart, SealedPart
from client.replica.queries import Filter, Page
from client.replica.rights import Known, RuleBook
from client.replica.sealed_content import FileKeys
from client.replica.search import Hit
from client.replica.search_archived import search_archived
from client.replica.seen import Seen
from client.replica.standing import Draft, RowState, Waiting
from client.replica.unit_of_work import Edit
from client.replica.writing import Writer, Writing
from shared_models.codec import Row
from shared_models.errors import ReplicaSealed
from shared_models.ids import IdMaker
from shared_models.protocol import Op
from shared_models.registry import Registry


@dataclass
class Replica:
    """One open replica file. Made by `open_replica`.

    Reading methods may be called from any thread and see the last commit; each thread has its own read connection.
    Rows are dicts in stored form. Whoever needs several reads of one moment uses `reading`.
    """

    path: Path
    registry: Registry
    ids: IdMaker
    events: Events
    _writer: Writer
    _connect: Connect
    _local: threading.local
    _rules: RuleBook = field(default_factory=RuleBook)
    files: FileFolder = field(init=False)
    """The bytes of files."""

    def __post_init__(self) -> None:
        """Name what lies beside the file."""
        keys = FileKeys.of(self._connect.key) if isinstance(self._connect, Encrypted) else None
        self.files = FileFolder(folder_of(self.path), keys)

    # -- whose it is ---------------------------------------------------------------------------------------------------

    def bind(self, user_id: str, device_id: str) -> None:
        """Note who signed in and as which device; edits carry the name of the user."""
        with self.write(durable=True) as writing:
            if meta.get(writing.connection, "user") != user_id:
                meta.put(writing.connection, {"bound_at": self.ids.now_ms()})
            meta.put(writing.connection, {"user": user_id, "device": device_id, "wiped_at": None})

    def facts(self) -> Mapping[str, Any]:  # Any: JSON values, see `meta`
        """Return the replica's own facts (`meta`): user, cursor, epochs, state of the engine.

        They are asked for again and again: read anew only when anybody has committed since (SQLite's `data_version`).
        """
        reader, held = self._reader(), self._local
        with translated_errors():
            if reader.in_transaction:
                return meta.get_all(reader)
            version = reader.execute("PRAGMA data_version").fetchone()[0]
            if getattr(held, "version", None) != version:
                held.facts, held.version = meta.get_all(reader), version
        return held.facts  # type: ignore[no-any-return]  # a `meta.Facts`

    # -- writing -------------------------------------------------------------------------------------------------------

    @contextmanager
    def edit(self, label: str, *, atomic: bool = False, corrects: str | None = None) -> Iterator[Edit]:
        """Save what one person did: `with replica.edit("Edited Acme") as edit: edit.update("company", pk, {...})`.

        Rows and change-log ops of the block commit together as one tx, on the medium when the block ends; any exception
        undoes all of it. label: a sentence for the list of what waits (<= 120 characters). atomic: at the centre, too, all
        ops apply or none does. corrects: id of a refused tx that this save replaces; its draft is closed with it.
        An empty block writes nothing. Raises RecordInvalid, ReplicaFull, ReplicaLocked.
        """
        with self.write(durable=True) as writing:
            edit = Edit(writing, self.registry, self.ids, label, atomic)
            yield edit
            edit.finish()
            if corrects is not None:
                standing.close_draft(writing.connection, corrects, "corrected")
                writing.log_changed = True

    def write(self, *, durable: bool) -> AbstractContextManager[Writing]:
        """Open the one write transaction (`writing.Writer.write`); for this package and the engine, not for screens."""
        return self._writer.write(durable=durable)

    def alone(self) -> AbstractContextManager[Writing]:
        """Keep every other writer of this process away, with no transaction open; for `takeover` only."""
        return self._writer.alone()

    def rewrite_file(self) -> None:
        """Write the file anew with what it holds and nothing else; for `purging` only. Raises ReplicaLocked, ReplicaFull."""
        self._writer.rewrite_file()

    def empty_log(self) -> bool:
        """Leave nothing in the log beside the file; returns False while a reader needs it. For `purging` only."""
        return self._writer.empty_log()

    @property
    def size_bytes(self) -> int:
        """Bytes on the disk: the file, and the log of SQLite beside it, where new rows stand first."""
        files = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def beside(self, path: Path) -> Connection:
        """Open another file as this replica's connections are opened; for `takeover` only."""
        made = self._connect(path)
        connection.prepare_other(made)
        return made

    @property
    def is_encrypted(self) -> bool:
        """Whether its files can be read with a key only."""
        return driver.is_encrypted(self._reader())

    def part_at(self, path: Path) -> Part:
        """Return where the part of a snapshot is kept at a path, encrypted as this replica is."""
        return SealedPart(path, self._connect) if self.is_encrypted else PlainPart(path)

    def undo(self, tx_id: str, label: str) -> bool:
        """Take back a save: out of the log while it was never sent and nothing stands on it, else by a new, inverse save.

        Fields that were changed again since stay as they are. Returns False when nothing was left to undo.
        """
        return undo.undo(self, tx_id, label)

    def retry_draft(self, tx_id: str) -> bool:
        """Send a save again that was refused, put off, or set aside after failing again and again.

        A refused or deferred one gets a new id. Returns False when there is nothing of that kind under the id.
        """
        with self.write(durable=True) as writing:
            return standing.reissue(writing, self.registry, self.ids, tx_id) or outbox.release(writing, tx_id)

    def discard_draft(self, tx_id: str) -> bool:
        """Close a draft that its author no longer wants. Returns False when it is not open."""
        with self.write(durable=True) as writing:
            writing.log_changed = True
            return standing.close_draft(writing.connection, tx_id, "discarded")

    def used(self, entity: str, pk: str) -> None:
        """Note that a person opened a record: it comes first among equals in a search."""
        with self.write(durable=False) as writing:
            search.note_use(writing.connection, entity, pk, self.ids.now_ms())

    # -- reading -------------------------------------------------------------------------------------------------------

    def reading(self) -> Reading:
        """Read several things of one moment, on this thread's own connection."""
        return Reading(self._reader())

    def get(self, entity: str, pk: str) -> Row | None:
        """Return one row as the screen shows it, or None."""
        reader = self._reader()  # one statement is one moment
        with translated_errors():
            found = rows.read(reader, self.registry.get(entity), pk)
        return None if found is None else found[0]

    def look(self, entity: str, pk: str) -> Seen | None:
        """Return a row with what its versions stand for: a form draws `seen.row` and hands `seen` to `Edit.update`."""
        with self.reading() as reader:
            return Seen.drawn(reader, self.registry.get(entity), pk)

    def look_at_card(self, card: Row) -> Seen | None:
        """Return what a conflict card shows as "theirs", for a restore made on it; None when its record is not here."""
        with self.reading() as reader:
            return Seen.on_card(reader, self.registry.get(card["record_type"]), card)

    def list_page(
        self,
        entity: str,
        *,
        sort: str | None = None,
        descending: bool = False,
        filters: Sequence[Filter] = (),
        after: str | None = None,
        limit: int = 50,
        archived: bool | None = False,
    ) -> Page:
        """Return one page of a list (`queries.list_page`)."""
        with self.reading() as reader:
            kind = self.registry.get(entity)
            return queries.list_page(
                reader, kind, queries.Order(sort, descending), filters, after=after, limit=limit, archived=archived
            )

    def count(self, entity: str, *, filters: Sequence[Filter] = (), archived: bool | None = False) -> int:
        """Return how many rows a list has."""
        with self.reading() as reader:
            return queries.count(reader, self.registry.get(entity), filters, archived=archived)

    def children_of(self, entity: str, field: str, parent: str, *, archived: bool | None = False) -> list[Row]:
        """Return the rows of `entity` whose reference `field` names `parent`, oldest first."""
        with self.reading() as reader:
            return queries.children_of(reader, self.registry.get(entity), field, parent, archived=archived)

    def with_parts(self, entity: str, pk: str) -> list[str]:
        """Return the id of a record and those of its parts, archived ones too."""
        with self.reading() as reader:
            return queries.with_parts(reader, self.registry, self.registry.get(entity), pk)

    def titles(self, entity: str, pks: Sequence[str]) -> dict[str, str]:
        """Return id -> title of the records that are here."""
        with self.reading() as reader:
            return queries.titles(reader, self.registry.get(entity), pks)

    def search(self, text: str, *, entities: Sequence[str] = (), limit: int = 30) -> list[Hit]:
        """Find records by the starts of words, or the ends of numbers, best first (`search.search`)."""
        with self.reading() as reader:
            return search.search(reader, self.registry, text, entities=entities, limit=limit)

    def search_archived(self, entity: str, text: str, limit: int) -> list[str]:
        """Return the ids of archived records that a text finds, by name (`search_archived.search_archived`)."""
        with self.reading() as reader:
            return search_archived(reader, self.registry, self.registry.get(entity), text, limit)

    # -- what waits, and what needs a person -----------------------------------------------------------------------------

    def pending_of(self, entity: str, pk: str) -> RowState:
        """Return a row's dot: sent, waiting, or needs_you."""
        return self.states_of(entity, (pk,))[pk]

    def states_of(self, entity: str, pks: Sequence[str]) -> dict[str, RowState]:
        """Return the dots of many rows."""
        with self.reading() as reader:
            return standing.states_of(reader, self.registry, entity, pks, meta.get(reader, "user"))

    def pending_fields(self, entity: str, pk: str) -> set[str]:
        """Return the fields of a row that hold own values which the centre has not confirmed; a code from the device's block stays."""
        with self.reading() as reader:
            kind = self.registry.get(entity)
            return {
                name
                for _, op in change_log.open_ops(reader, entity, pk)
                for name, value in op.set.items()
                if not numbers.is_given(reader, kind, name, value)
            }

    def waiting(self) -> list[Waiting]:
        """Return what has no settled answer yet, oldest first."""
        with self.reading() as reader:
            return standing.waiting(reader)

    def open_at(self, pk: str) -> list[tuple[LoggedTx, list[Op]]]:
        """Return the unsettled saves that touch a record or a part of it, oldest first."""
        with self.reading() as reader:
            return change_log.open_at(reader, pk)

    def settled_at(self, entity: str, pk: str) -> list[tuple[LoggedTx, list[Op]]]:
        """Return the settled saves that the log still has of a record and its parts, oldest first."""
        pks = self.with_parts(entity, pk)
        with self.reading() as reader:
            return change_log.settled_at(reader, pks)

    def drafts(self) -> list[Draft]:
        """Return what the centre refused or put off and nobody has dealt with, oldest first."""
        with self.reading() as reader:
            return standing.drafts(reader)

    def refused_at(self, entity: str, pk: str) -> tuple[str, ...]:
        """Return the open drafts of what the centre refused of a record and of its parts, oldest first."""
        with self.reading() as reader:
            return standing.drafts_at(reader, self.registry, "verdict = 'rejected'").get((entity, pk), ())

    def cards(self, user: str | None = None) -> list[Row]:
        """Return the open conflict cards of a person (by default the one who signed in), newest first."""
        with self.reading() as reader:
            if "sync_conflict" not in self.registry.by_name:
                return []
            return standing.cards(reader, self.registry, user or meta.get(reader, "user"))

    def knows(self, card: Row) -> bool:
        """Whether this version of the program knows what a card is about; others wait for its update."""
        return standing.is_known(self.registry, card)

    def rights(self) -> Known | None:
        """Return the rights of the person whose replica this is, as far as they are known here (`rights.RuleBook`)."""
        with self.reading() as reader:
            return self._rules.at(reader, self.registry, self.ids.now_ms())

    # -- life ------------------------------------------------------------------------------------------------------------

    def _reader(self) -> Connection:
        found: Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._connect(self.path)
            connection.prepare_reader(found)
            self._local.connection = found
        return found

    def close(self) -> None:
        """Close every connection. One that another thread reads with just now is closed as soon as that ends.

        SQLite does not survive it otherwise: it is closed by whoever lets go of it last, which is that thread.
        """
        own: Connection | None = getattr(self._local, "connection", None)
        if own is not None:
            own.close()
        self._local = threading.local()
        self._writer.close()


def open_replica(
    path: Path,
    registry: Registry,
    ids: IdMaker,
    *,
    events: Events | None = None,
    connect: Connect = connect,
    synchronous: str = "FULL",
) -> Replica:
    """Open a replica file, making or migrating it first; only its owner can read it.

    ids: makes record ids, tx ids and the device epoch, and tells the time. synchronous: how safely a person's save is
    written; tests that never cut the power pass "OFF". Raises ReplicaDamaged when the file is not a sound replica,
    ReplicaLocked when another process holds it, ReplicaFull when the disk is full, ReplicaSealed for one that is encrypted and opened
    without a key.
    """
    connection.create_private(path)
    with translated_errors():
        writer = connect(path)
        try:
            connection.prepare_writer(writer)
            migrations.migrate(Database(writer), registry)
        except BaseException as error:
            writer.close()
            if driver.is_no_replica(error) and not driver.is_encrypted(writer) and driver.salt_of(path) is not None:
                raise ReplicaSealed("opened without a key") from error
            raise
    told = events or Events()
    replica = Replica(path, registry, ids, told, Writer(writer, told, synchronous), connect, threading.local())
    _name_device(replica)
    return replica


def _name_device(replica: Replica) -> None:
    """Give a new file its install id and its first device epoch."""
    if replica.facts()["install"]:
        return
    with replica.write(durable=True) as writing:
        meta.put(writing.connection, {"install": replica.ids.token(), "device_epoch": replica.ids.token()})
