"""Whether the file itself is sound: rows that own ops lie on, search indexes, sort indexes. What is not is made anew.

Nothing of this can be fetched again, and nothing has to be: all of it follows from the rows and from the log.
"""

from typing import TYPE_CHECKING

from client.replica import display, integrity, mending, rows, schema
from client.replica.driver import DATABASE_ERROR, Connection, is_corrupt
from client.replica.integrity import Incident, log
from client.replica.writing import Writing
from shared_models.base import Record

if TYPE_CHECKING:
    from client.replica.replica import Replica


def mend_laid(replica: "Replica") -> list[Incident]:
    """Lay own ops again where the screen does not show them (I11), and take away rows that nobody stored; logs what was found.

    Only rows with own ops are looked at, and rows that the centre lacks: a fraction of a millisecond while few wait.
    """
    with replica.reading() as reader:
        unreadable = reader.execute("SELECT tbl, pk FROM _sync_base WHERE data IS NOT NULL AND NOT json_valid(data)").fetchall()
        found = [
            one for one in integrity.laid_wrongly(reader, replica.registry) if (one[0].entity_name, one[1]) not in unreadable
        ]
    return _mend_laid(replica, found)


def mend_indexes(replica: "Replica") -> list[Incident]:
    """Read every table, its indexes and its search index, and build those anew that are not what the rows say.

    One write transaction per entity: a person's save waits for it.
    """
    found = []
    for kind in replica.registry:
        with replica.write(durable=False) as writing:
            for what, is_wrong, mend in (("index", _index_is_wrong, _reindex), ("search", _search_is_wrong, _rebuild_search)):
                if is_wrong(writing.connection, kind):
                    mend(writing, kind)
                    incident = Incident(what, kind.entity_name, entity=kind.entity_name)
                    log(writing, incident, replica.ids.now_ms() * 1000)
                    found.append(incident)
    return found


def _mend_laid(replica: "Replica", found: list[tuple[type[Record], str]]) -> list[Incident]:
    if not found:
        return []
    names = sorted({entity.entity_name for entity, _ in found})
    incidents = []
    for name in names:
        pks = [pk for one, pk in found if one.entity_name == name]
        incidents.append(Incident("bypassed", " ".join([name, *pks[:20]]), entity=name, rows=len(pks)))
    with replica.write(durable=False) as writing:
        for name in names:
            kind = replica.registry.get(name)
            mending.drop_search(writing, kind)
            for entity, pk in found:
                if entity is kind:
                    _lay(writing, entity, pk)
            mending.build_search(writing, kind)
        for incident in incidents:
            log(writing, incident, replica.ids.now_ms() * 1000)
    return incidents


def _lay(writing: Writing, kind: type[Record], pk: str) -> None:
    mending.keep_bases(writing, kind, [pk])
    if (kind.entity_name, pk) in display.all_pending(writing.connection):
        display.lay(writing.connection, kind, pk)
    else:
        rows.remove(writing.connection, kind, [pk])  # nobody typed it, and the centre does not have it
    writing.changed(kind.entity_name, {pk})


def _index_is_wrong(connection: Connection, kind: type[Record]) -> bool:
    found = connection.execute(f"PRAGMA integrity_check({schema.quoted(kind.entity_name)})").fetchone()
    return bool(found[0] != "ok")


def _reindex(writing: Writing, kind: type[Record]) -> None:
    writing.connection.execute(f"REINDEX {schema.quoted(kind.entity_name)}")


def _search_is_wrong(connection: Connection, kind: type[Record]) -> bool:
    if not schema.search_columns(kind):
        return False
    index = schema.quoted(schema.search_table(kind))
    try:
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")
    except DATABASE_ERROR as error:
        if not is_corrupt(error):
            raise
        return True
    return False


def _rebuild_search(writing: Writing, kind: type[Record]) -> None:
    mending.drop_search(writing, kind)
    mending.build_search(writing, kind)
