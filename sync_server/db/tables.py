"""The central tables: one per entity, derived from the registry, and those of the sync layer."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from shared_models.base import Record
from shared_models.fields import Column, Kind, columns
from shared_models.registry import Registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
STATEMENTS = 64
"""Statements of one kind that are kept prepared, one for each entity of a registry: making one anew costs as much as running it."""
LONG_TEXT = 2_000
"""Texts longer than this are stored as TEXT: MariaDB limits the sum of a row's VARCHARs to 64 KB."""


Type = sa.types.TypeEngine[Any]
"""Any: SQLAlchemy's types are generic in what they read."""


def text(length: int | None = None) -> Type:
    """Return the type of a text that compares bytewise on every engine."""
    if length is None or length > LONG_TEXT:
        return (
            sa.Text()
            .with_variant(sa.Text(collation="C"), "postgresql")
            .with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")
        )
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def key() -> Type:
    """Return the type of an id."""
    return text(36)


def whole() -> Type:
    """Return the type of a 64-bit number; on SQLite the only integer there is."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def many(name: str) -> sa.BindParameter[Any]:
    """Return a parameter of a prepared statement that takes a list: the right side of IN."""
    return sa.bindparam(name, expanding=True)


@dataclass(frozen=True, eq=False)
class Tables:
    """Every table of a central database. Those of two registries are never equal: statements are made once for each."""

    metadata: sa.MetaData
    entities: dict[str, sa.Table]
    clock: sa.Table
    row: sa.Table
    change: sa.Table
    push: sa.Table
    history: sa.Table
    deadletter: sa.Table
    code: sa.Table
    suspect: sa.Table
    digest: sa.Table
    cell: sa.Table
    cell_digest: sa.Table
    move: sa.Table
    view: sa.Table
    device: sa.Table
    device_day: sa.Table
    """Most changes that waited on a device at a time, on each day (days since 1970 UTC) on which it said so."""
    incident: sa.Table
    numbering: sa.Table
    series: sa.Table
    lease: sa.Table
    restore: sa.Table
    lock: sa.Table


@cache
def tables_of(registry: Registry) -> Tables:
    """Return the tables of a registry, made once. The migrated database equals them; a parity test compares."""
    metadata = sa.MetaData(naming_convention=NAMING)
    entities = {entity.entity_name: _entity_table(entity, metadata) for entity in registry}
    return Tables(metadata, entities, **_sync_tables(metadata, right_groups(registry)))


def right_groups(registry: Registry) -> tuple[str, ...]:
    """Return the confidential field groups that the registry's entities have, sorted."""
    return tuple(sorted({c.col.right_group for entity in registry for c in columns(entity) if c.col.right_group}))


def _entity_table(entity: type[Record], metadata: sa.MetaData) -> sa.Table:
    made = [
        sa.Column(c.name, _sql_type(c), primary_key=c.name == "id", nullable=c.optional)
        for c in columns(entity)
    ]  # fmt: skip
    found_by = [sa.Index(None, c.name) for c in columns(entity) if c.is_owner or c.col.is_key]
    return sa.Table(entity.entity_name, metadata, *made, *found_by)


def _sql_type(column: Column) -> Type:
    kinds: dict[Kind, Type] = {
        Kind.TEXT: text(column.max_length or (60 if column.values else None)),
        Kind.INTEGER: whole(),
        Kind.BOOLEAN: sa.Boolean(),
        Kind.DATE: text(10),
        Kind.INSTANT: whole(),
        Kind.DECIMAL: text(40),
        Kind.SET: text(),
    }
    return kinds[column.kind]


def _must(name: str, kind: Type, *, pk: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=pk, autoincrement=False, nullable=False)


def _may(name: str, kind: Type) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _sync_tables(metadata: sa.MetaData, groups: tuple[str, ...]) -> dict[str, sa.Table]:
    """Return the sync layer's tables by their name in `Tables`. What each is for: PROTOCOL parts 6 and 7."""
    return {
        "clock": sa.Table(
            "sync_clock",
            metadata,
            _must("id", whole(), pk=True),
            _must("seq", whole()),
            _must("epoch", key()),
            _must("safe_seq", whole()),
            _must("rules", whole()),
        ),
        "row": sa.Table(
            "sync_row",
            metadata,
            _must("entity", text(60), pk=True),
            _must("pk", key(), pk=True),
            _must("ver", whole()),
            _must("created_seq", whole()),
            _must("created_origin", key()),
            _must("col_ver", text()),
            _may("extra", text()),
            _must("wire", text()),
            *(_may(f"part_{group}", text()) for group in groups),
            _must("cell", whole()),
            sa.Index(None, "ver"),
            sa.Index(None, "cell"),
        ),
        "change": sa.Table(
            "sync_change",
            metadata,
            _must("seq", whole(), pk=True),
            _must("entity", text(60), pk=True),
            _must("pk", key(), pk=True),
            _must("device", key()),
            _must("device_epoch", key()),
            _must("exact", sa.Boolean()),
            sqlite_with_rowid=False,
        ),
        "push": sa.Table(
            "sync_push",
            metadata,
            _must("seq", whole(), pk=True),
            _must("tx_id", key()),
            _must("origin", key()),
            _must("device", key()),
            _must("device_epoch", key()),
            _must("number", whole()),
            _must("user", key()),
            _must("hlc", whole()),
            _must("at", whole()),
            _must("req_hash", text(64)),
            _must("verdict", text()),
            sa.Index(None, "tx_id", unique=True),
            sa.Index(None, "device", "device_epoch", "seq"),
        ),
        "history": sa.Table(
            "history",
            metadata,
            _must("seq", whole(), pk=True),
            _must("n", whole(), pk=True),
            _must("entity", text(60)),
            _must("record_id", key()),
            _must("unit", text(60)),
            _may("before", text()),
            _may("after", text()),
            _may("by", key()),
            _may("device", key()),
            _must("tx_id", key()),
            _must("typed_at", whole()),
            _must("arrived_at", whole()),
            _must("kind", text(12)),
            sa.Index(None, "entity", "record_id", "seq"),
            sqlite_with_rowid=False,
        ),
        **_verdict_tables(metadata),
        **_scope_tables(metadata),
    }


def _verdict_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Return the tables around verdicts, codes, digests, devices and timelines."""
    return {
        "deadletter": sa.Table(
            "sync_deadletter",
            metadata,
            _must("tx_id", key(), pk=True),
            _must("seq", whole()),
            _must("origin", key()),
            _must("user", key()),
            _must("device", key()),
            _must("at", whole()),
            _must("verdict", text(12)),
            _may("error", text()),
            _must("body", text()),
            _must("state", text(12)),
            sa.Index(None, "origin"),
        ),
        "code": sa.Table(
            "sync_code",
            metadata,
            _must("entity", text(60), pk=True),
            _must("folded", text(60), pk=True),
            _must("pk", key()),
        ),
        "suspect": sa.Table(
            "sync_suspect",
            metadata,
            _must("kind", text(20), pk=True),
            _must("value", text(60), pk=True),
            _must("pk", key(), pk=True),
        ),
        "digest": sa.Table(
            "sync_digest",
            metadata,
            _must("entity", text(60), pk=True),
            _must("n", whole()),
            _must("total", text(16)),
        ),
        "device": sa.Table(
            "sync_device",
            metadata,
            _must("id", key(), pk=True),
            _must("user", key()),
            _must("name", text(100)),
            _may("install", key()),
            _may("app", text(40)),
            _may("schema_version", whole()),
            _may("cursor", whole()),
            _may("pending", whole()),
            _may("oldest_pending_at", whole()),
            _must("clock_offset_ms", whole()),
            _may("last_seen_at", whole()),
            _may("last_error", text(200)),
            _may("revoked_at", whole()),
            _must("created_at", whole()),
            _may("wipe_at", whole()),
            _may("wiped_at", whole()),
            *_report_columns(),
            sa.Index(None, "user"),
        ),
        "device_day": sa.Table(
            "sync_device_day",
            metadata,
            _must("device", key(), pk=True),
            _must("day", whole(), pk=True),
            _must("pending", whole()),
            sa.Index(None, "day"),
        ),
        "incident": sa.Table(
            "sync_incident",
            metadata,
            _must("device", key(), pk=True),
            _must("at", whole(), pk=True),
            _must("kind", text(12), pk=True),
            _must("entity", text(60), pk=True),
            _must("n", whole()),
            _must("arrived_at", whole()),
            sa.Index(None, "arrived_at"),
        ),
        "numbering": sa.Table(
            "sync_numbering",
            metadata,
            _must("device", key(), pk=True),
            _must("device_epoch", key(), pk=True),
            _must("expected", whole()),
        ),
        "series": sa.Table("sync_series", metadata, _must("entity", text(60), pk=True), _must("next", whole())),
        "lease": sa.Table(
            "sync_lease",
            metadata,
            _must("entity", text(60), pk=True),
            _must("first", whole(), pk=True),
            _must("last", whole()),
            _must("device", key()),
            _must("device_epoch", key()),
            _must("given_at", whole()),
            sa.Index(None, "device", "device_epoch"),
        ),
        "restore": sa.Table(
            "sync_restore",
            metadata,
            _must("epoch", key(), pk=True),
            _must("place", whole()),
            _must("restored_seq", whole()),
        ),
        "lock": sa.Table("sync_lock", metadata, _must("name", text(60), pk=True)),
    }


def _report_columns() -> list[sa.Column[Any]]:
    """Return the columns of what a device reports of itself, empty until it does, and of what an admin has ordered for it."""
    texts = [_may(name, text(12)) for name in ("form", "proof")]
    wholes = [_may(name, whole()) for name in ("size_bytes", "proved_at", "isolated", "failures", "paused_at", "resync_at")]
    return [*texts, *wholes, *(_may(name, sa.Boolean()) for name in ("is_loaded", "works_offline", "is_quarantined"))]


def _scope_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Return the tables that say who sees what: PROTOCOL part 12."""
    return {
        "cell": sa.Table(
            "sync_cell",
            metadata,
            _must("id", whole(), pk=True),
            _must("key", text(500)),
            sa.Index(None, "key", unique=True),
        ),
        "cell_digest": sa.Table(
            "sync_cell_digest",
            metadata,
            _must("cell", whole(), pk=True),
            _must("entity", text(60), pk=True),
            _must("n", whole()),
            _must("total", text(16)),
        ),
        "move": sa.Table(
            "sync_move",
            metadata,
            _must("seq", whole(), pk=True),
            _must("entity", text(60), pk=True),
            _must("pk", key(), pk=True),
            _must("cell", whole()),
            sqlite_with_rowid=False,
        ),
        "view": sa.Table(
            "sync_view",
            metadata,
            _must("user", key(), pk=True),
            _must("seq", whole(), pk=True),
            _must("view", text()),
            sqlite_with_rowid=False,
        ),
    }
