"""How a replica file gets its tables, and how an older file grows.

The change log and the drafts of open forms are what a person typed and cannot be pulled again: their steps are written out
below and frozen once released.
Entity tables are derived. A new field or entity needs no step: the shape of the registry has a fingerprint, and a file that
has another one gets the missing tables and columns, indexes of the new shape, a fresh search index, and its rows anew from the centre, which alone knows
the values of a new field; what waits in the log stays. What has another name or form is cast up by the steps of the entities'
evolution (`casting`), so that an updated program shows and keeps everything before its next contact. Anything else is a step of
its own.
"""

from collections.abc import Callable

from sqlite_utils import Database, Migrations

from client.replica import casting, meta, rows, schema
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.errors import ReplicaNewer
from shared_models.fields import columns
from shared_models.registry import Registry

_CHANGE_LOG, _RECORDS = "change_log", "records"


def migrate(db: Database, registry: Registry) -> None:
    """Bring a replica file, new or old, to the present shape. Each step is one transaction; a failed one leaves no trace.

    Raises ReplicaNewer for a file of a newer version: what stands in it under names that this one has not would be out of sight,
    and lost with the next update.
    """
    if (version := _version(db)) > registry.evolution.newest:
        raise ReplicaNewer(f"version {version}, and the program has {registry.evolution.newest}")
    if _applied(db).issuperset(_wanted(registry)):
        return
    _change_log().apply(db)
    _records(registry).apply(db)


def _version(db: Database) -> int:
    """Return the version of the entities that a file has; 0 where it does not say so."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = '_sync_meta'").fetchone() is None:
        return 0
    return meta.get(db.conn, "schema") or 0


def _applied(db: Database) -> set[tuple[str, str]]:
    """Return (set, step) of what was done to a file, in two statements: a file is opened far more often than it grows."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [Migrations.migrations_table]).fetchone() is None:
        return set()
    return set(db.execute(f"SELECT migration_set, name FROM {Migrations.migrations_table}").fetchall())


def _wanted(registry: Registry) -> set[tuple[str, str]]:
    return {*((_CHANGE_LOG, step.__name__) for step in _change_log_steps()), (_RECORDS, _shape(registry))}


def _change_log() -> Migrations:
    steps = Migrations(_CHANGE_LOG)
    for step in _change_log_steps():
        steps()(step)
    return steps


def _change_log_steps() -> tuple[Callable[[Database], None], ...]:
    return m001_first, m002_form_drafts, m003_incidents_told, m004_schema_versions, m005_files


def m001_first(db: Database) -> None:
    """Make the change log."""
    for statement in _CHANGE_LOG_1:
        db.execute(statement)


def m002_form_drafts(db: Database) -> None:
    """Make room for the drafts of open forms."""
    db.execute(_FORM_DRAFTS_2)


def m003_incidents_told(db: Database) -> None:
    """Let an incident be told to the centre."""
    for statement in _INCIDENTS_3:
        db.execute(statement)


def m004_schema_versions(db: Database) -> None:
    """Let a tx that was sent be sent again just so, whatever version the file has by then. Rows that are put aside have a new form."""
    for statement in _SCHEMA_VERSIONS_4:
        db.execute(statement)


def m005_files(db: Database) -> None:
    """Make room for what is known of the bytes of files."""
    db.execute(_FILES_5)


def _shape(registry: Registry) -> str:
    return f"version_{registry.evolution.newest}_{schema.fingerprint(registry)}"


def _records(registry: Registry) -> Migrations:
    steps = Migrations(_RECORDS)

    @steps(name=_shape(registry))
    def grow(db: Database) -> None:
        before = meta.get(db.conn, "schema") or registry.evolution.first
        is_older = before < registry.evolution.newest
        for entity in registry:
            _stop_search(db, entity)
        grown = {entity.entity_name: _grow_table(db, entity) for entity in registry}
        if is_older:
            casting.cast_up(db.conn, registry, before, grown)
        for entity in registry:
            _renew_indexes(db, entity)
            _make_search(db, entity)
        meta.put(db.conn, {"schema": registry.evolution.newest})
        if any(grown.values()) or is_older:
            meta.put(db.conn, {"replace": True, "cursor": 0, "stage_after": None, "stage_cursor": 0, "stage_rows": 0})
            db.execute("DELETE FROM _sync_stage")

    return steps


def _grow_table(db: Database, entity: type[Record]) -> frozenset[str]:
    """Make an entity's table, or add the columns that it lacks; returns those of a table that was there."""
    table = db.table(entity.entity_name)
    if not table.exists():
        db.execute(schema.table_sql(entity))
    present = {column.name for column in table.columns}
    missing = [column for column in columns(entity) if column.name not in present]
    for column in missing:
        name = schema.quoted(column.name)
        db.execute(f"ALTER TABLE {schema.quoted(entity.entity_name)} ADD COLUMN {name} {schema.sql_type(column.kind)}")
        default = rows.encode(entity, column.name, blank_row(entity)[column.name])
        db.execute(f"UPDATE {schema.quoted(entity.entity_name)} SET {name} = ?", (default,))
    if "_ext" not in present:
        db.execute(f"ALTER TABLE {schema.quoted(entity.entity_name)} ADD COLUMN _ext TEXT")
    return frozenset(column.name for column in missing)


def _renew_indexes(db: Database, entity: type[Record]) -> None:
    """Make the indexes that an entity's table lacks, and anew those that have other columns by now."""
    there = dict(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [entity.entity_name]))
    for name, statement in zip(schema.index_names(entity), schema.index_statements(entity), strict=True):
        if there.get(name) not in (None, statement.replace("IF NOT EXISTS ", "")):
            db.execute(f"DROP INDEX {schema.quoted(name)}")
        db.execute(statement)


def _stop_search(db: Database, entity: type[Record]) -> None:
    """Drop an entity's search index: its columns may have changed, and no column of its table can go while it is there."""
    index = schema.search_table(entity)
    for suffix in ("_i", "_d", "_u"):
        db.execute(f"DROP TRIGGER IF EXISTS {schema.quoted(index + suffix)}")
    db.execute(f"DROP TABLE IF EXISTS {schema.quoted(index)}")
    db.execute(f"DROP VIEW IF EXISTS {schema.quoted(index + '_text')}")


def _make_search(db: Database, entity: type[Record]) -> None:
    """Build an entity's search index of all of its rows."""
    index = schema.search_table(entity)
    for statement in schema.search_statements(entity):
        db.execute(statement)
    for statement in schema.search_triggers(entity):
        db.execute(statement)
    if schema.search_columns(entity):
        db.execute(f"INSERT INTO {schema.quoted(index)} ({schema.quoted(index)}) VALUES ('rebuild')")


_CHANGE_LOG_1 = (
    "CREATE TABLE _sync_meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID",
    # n: order of the saves for ever; number: place in the present device epoch, given when a tx is first in flight.
    """CREATE TABLE _sync_tx (
        n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, number INTEGER, origin TEXT NOT NULL,
        after TEXT NOT NULL, hlc INTEGER NOT NULL, label TEXT NOT NULL, saved_at INTEGER NOT NULL, by TEXT,
        epoch TEXT, atomic INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'inflight', 'acked', 'isolated', 'settled')),
        sent INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, verdict TEXT, seq INTEGER, at INTEGER, cards TEXT, error TEXT,
        draft TEXT CHECK (draft IN ('open', 'reissued', 'corrected', 'discarded')), settled_at INTEGER) STRICT""",
    "CREATE INDEX _i_sync_tx_open ON _sync_tx (state, n) WHERE state <> 'settled'",
    "CREATE INDEX _i_sync_tx_settled ON _sync_tx (settled_at) WHERE settled_at IS NOT NULL",
    "CREATE INDEX _i_sync_tx_draft ON _sync_tx (draft) WHERE draft IS NOT NULL",
    """CREATE TABLE _sync_op (
        n INTEGER NOT NULL, i INTEGER NOT NULL, tbl TEXT NOT NULL, pk TEXT NOT NULL, op TEXT NOT NULL,
        "set" TEXT NOT NULL, base TEXT NOT NULL, bv INTEGER NOT NULL, bvx TEXT NOT NULL,
        PRIMARY KEY (n, i)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX _i_sync_op_pk ON _sync_op (pk)",
    # The rows that the ops of an unsettled tx are on; under = 1: rows that have such a row as a part of them.
    """CREATE TABLE _sync_touch (row TEXT NOT NULL, n INTEGER NOT NULL, under INTEGER NOT NULL, PRIMARY KEY (row, n))
        STRICT, WITHOUT ROWID""",
    "CREATE INDEX _i_sync_touch_n ON _sync_touch (n)",
    # data: the central row as JSON, null when the centre has none.
    """CREATE TABLE _sync_base (tbl TEXT NOT NULL, pk TEXT NOT NULL, ver INTEGER NOT NULL, data TEXT,
        PRIMARY KEY (tbl, pk)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE _sync_stage (tbl TEXT NOT NULL, pk TEXT NOT NULL, ver INTEGER NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY (tbl, pk)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE _sync_digest (tbl TEXT PRIMARY KEY, rows INTEGER NOT NULL, total TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE _sync_incident (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
        detail TEXT NOT NULL) STRICT""",
    """CREATE TABLE _recent (entity TEXT NOT NULL, pk TEXT NOT NULL, used_at INTEGER NOT NULL,
        PRIMARY KEY (entity, pk)) STRICT, WITHOUT ROWID""",
)

# what: JSON, the fields of `drafts.FormDraft` that nobody asks the file for. Stays on this device.
_FORM_DRAFTS_2 = """CREATE TABLE _form_draft (user TEXT NOT NULL, form TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL,
    PRIMARY KEY (user, form)) STRICT, WITHOUT ROWID"""

# told: whether the centre has heard of it. Older lines have their entity in `detail` only, and are not told.
_INCIDENTS_3 = (
    "ALTER TABLE _sync_incident ADD COLUMN entity TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE _sync_incident ADD COLUMN rows INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE _sync_incident ADD COLUMN told INTEGER NOT NULL DEFAULT 1",
)

# schema: the version in which it was first sent; null while that is the file's. wire: its ops as they were sent then, JSON.
_SCHEMA_VERSIONS_4 = (
    "ALTER TABLE _sync_tx ADD COLUMN schema INTEGER",
    "ALTER TABLE _sync_tx ADD COLUMN wire TEXT",
    "DELETE FROM _sync_stage",
    "DELETE FROM _sync_meta WHERE k IN ('stage_after', 'stage_cursor', 'stage_rows')",
)

# here: the folder has the whole file. sent_at: ms, when the centre said that it has it. wanted: 1 a person asked for it, -1 he
# stopped it, 0 by the policy. next_at: ms, not before then; error: why the last attempt failed.
_FILES_5 = """CREATE TABLE _blob (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, here INTEGER NOT NULL DEFAULT 0, sent_at INTEGER,
    wanted INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL DEFAULT 0, error TEXT)
    STRICT, WITHOUT ROWID"""
