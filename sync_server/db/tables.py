"""The central tables: one per entity, derived from the registry, and those of the sync layer."""

from dataclasses import dataclass

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
COLLATIONS = {"postgresql": "C", "mysql": "utf8mb4_bin", "mariadb": "utf8mb4_bin"}
"""Text compares bytewise everywhere, as on the device; SQLite's own collation is bytewise already."""
LONG_TEXT = 2_000
"""Texts longer than this are stored as TEXT: MariaDB limits the sum of a row's VARCHARs to 64 KB."""


def text(length: int | None = None) -> sa.types.TypeEngine[str]:
    """Return the type of a text that compares bytewise on every engine."""
    if length is None or length > LONG_TEXT:
        kind: sa.types.TypeEngine[str] = sa.Text()
        return kind.with_variant(sa.Text(collation="C"), "postgresql").with_variant(
            mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb"
        )
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def key() -> sa.types.TypeEngine[str]:
    """Return the type of an id."""
    return text(36)


def whole() -> sa.types.TypeEngine[int]:
    """Return the type of a 64-bit number; on SQLite the only integer there is."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@dataclass(frozen=True)
class Tables:
    """Every table of one central database."""

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
    device: sa.Table
    numbering: sa.Table
    restore: sa.Table


def build_tables(registry: Registry) -> Tables:
    """Return the tables of a registry. The migrated database equals them; a parity test compares."""
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
    parents = [sa.Index(None, c.name) for c in columns(entity) if c.is_owner]
    return sa.Table(entity.entity_name, metadata, *made, *parents)


def _sql_type(column: Column) -> sa.types.TypeEngine[object]:
    kinds: dict[Kind, sa.types.TypeEngine[object]] = {
        Kind.TEXT: text(column.max_length or (60 if column.values else None)),  # type: ignore[dict-item]  # invariant generic
        Kind.INTEGER: whole(),  # type: ignore[dict-item]  # invariant generic
        Kind.BOOLEAN: sa.Boolean(),  # type: ignore[dict-item]  # invariant generic
        Kind.DATE: text(10),  # type: ignore[dict-item]  # invariant generic
        Kind.INSTANT: whole(),  # type: ignore[dict-item]  # invariant generic
        Kind.DECIMAL: text(40),  # type: ignore[dict-item]  # invariant generic
        Kind.SET: text(),  # type: ignore[dict-item]  # invariant generic
    }
    return kinds[column.kind]


def _sync_tables(metadata: sa.MetaData, groups: tuple[str, ...]) -> dict[str, sa.Table]:
    """Return the sync layer's tables by their name in `Tables`. What each is for: PROTOCOL parts 6 and 7."""
    need, none = {"nullable": False}, {"nullable": True}

    def seq(name: str = "seq", *, pk: bool = False) -> sa.Column[int]:
        return sa.Column(name, whole(), primary_key=pk, autoincrement=False, nullable=False)

    return {
        "clock": sa.Table(
            "sync_clock", metadata,
            sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
            seq(), sa.Column("epoch", key(), **need), sa.Column("safe_seq", whole(), **need),
        ),
        "row": sa.Table(
            "sync_row", metadata,
            sa.Column("entity", text(60), primary_key=True), sa.Column("pk", key(), primary_key=True),
            seq("ver"), seq("created_seq"), sa.Column("created_origin", key(), **need),
            sa.Column("col_ver", text(), **need), sa.Column("extra", text(), **none), sa.Column("wire", text(), **need),
            *(sa.Column(f"part_{group}", text(), **none) for group in groups),
            sa.Index(None, "entity", "ver"), sa.Index(None, "ver"),
        ),
        "change": sa.Table(
            "sync_change", metadata,
            seq(pk=True), sa.Column("entity", text(60), primary_key=True), sa.Column("pk", key(), primary_key=True),
            sa.Column("device", key(), **need), sa.Column("device_epoch", key(), **need), sa.Column("exact", sa.Boolean(), **need),
        ),
        "push": sa.Table(
            "sync_push", metadata,
            sa.Column("tx_id", key(), primary_key=True), seq(),
            sa.Column("origin", key(), **need), sa.Column("device", key(), **need), sa.Column("device_epoch", key(), **need),
            seq("number"), sa.Column("user", key(), **need), sa.Column("hlc", whole(), **need), sa.Column("at", whole(), **need),
            sa.Column("req_hash", text(64), **need), sa.Column("verdict", text(), **need),
            sa.Index(None, "seq", unique=True), sa.Index(None, "device", "device_epoch", "seq"),
        ),
        "history": sa.Table(
            "history", metadata,
            seq(pk=True), sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
            sa.Column("entity", text(60), **need), sa.Column("record_id", key(), **need), sa.Column("unit", text(60), **need),
            sa.Column("before", text(), **none), sa.Column("after", text(), **none),
            sa.Column("by", key(), **none), sa.Column("device", key(), **none), sa.Column("tx_id", key(), **need),
            sa.Column("typed_at", whole(), **need), sa.Column("arrived_at", whole(), **need), sa.Column("kind", text(12), **need),
            sa.Index(None, "entity", "record_id", "seq"),
        ),
        "deadletter": sa.Table(
            "sync_deadletter", metadata,
            sa.Column("tx_id", key(), primary_key=True), seq(), sa.Column("origin", key(), **need),
            sa.Column("user", key(), **need), sa.Column("device", key(), **need), sa.Column("at", whole(), **need),
            sa.Column("verdict", text(12), **need), sa.Column("error", text(), **none), sa.Column("body", text(), **need),
            sa.Column("state", text(12), **need), sa.Index(None, "origin"),
        ),
        "code": sa.Table(
            "sync_code", metadata,
            sa.Column("entity", text(60), primary_key=True), sa.Column("folded", text(60), primary_key=True),
            sa.Column("pk", key(), **need),
        ),
        "suspect": sa.Table(
            "sync_suspect", metadata,
            sa.Column("kind", text(20), primary_key=True), sa.Column("value", text(60), primary_key=True),
            sa.Column("pk", key(), primary_key=True),
        ),
        "digest": sa.Table(
            "sync_digest", metadata,
            sa.Column("entity", text(60), primary_key=True), seq("n"), sa.Column("total", text(16), **need),
        ),
        "device": sa.Table(
            "sync_device", metadata,
            sa.Column("id", key(), primary_key=True), sa.Column("user", key(), **need), sa.Column("name", text(100), **need),
            sa.Column("install", key(), **none), sa.Column("app", text(40), **none), sa.Column("schema_version", sa.Integer(), **none),
            sa.Column("cursor", whole(), **none), sa.Column("pending", whole(), **none), sa.Column("oldest_pending_at", whole(), **none),
            sa.Column("clock_offset_ms", whole(), **need), sa.Column("last_seen_at", whole(), **none),
            sa.Column("last_error", text(200), **none), sa.Column("revoked_at", whole(), **none), sa.Column("created_at", whole(), **need),
            sa.Index(None, "user"),
        ),
        "numbering": sa.Table(
            "sync_numbering", metadata,
            sa.Column("device", key(), primary_key=True), sa.Column("device_epoch", key(), primary_key=True), seq("expected"),
        ),
        "restore": sa.Table(
            "sync_restore", metadata,
            sa.Column("epoch", key(), primary_key=True), sa.Column("place", sa.Integer(), **need), seq("restored_seq"),
        ),
    }  # fmt: skip
