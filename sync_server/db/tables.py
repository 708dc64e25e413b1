"""The central tables: one per entity, derived from the registry, and those of the sync layer."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from shared_models.base import Record
from shared_models.fields import Column, Kind, columns
from shared_models.registry import Registry
from sync_server.db.alarm_tables import alarm_tables
from sync_server.db.column_types import Type, key, may, must, text, whole
from sync_server.db.lost_tables import lost_tables

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
STATEMENTS = 64
"""Statements of one kind that are kept prepared, one for each entity of a registry: making one anew costs as much as running it."""


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
    diagnostics: sa.Table
    """What devices told of themselves at an order, as JSON (PROTOCOL 16.10)."""
    numbering: sa.Table
    series: sa.Table
    lease: sa.Table
    restore: sa.Table
    lost_save: sa.Table
    """Saves of a timeline that a restore ended, by their seq there: `known` from its ledger, or `offered` again by their device."""
    salvage: sa.Table
    """Rows of such a timeline that devices held: of each record the newest."""
    lock: sa.Table
    alarm_rule: sa.Table
    alarm: sa.Table
    """One row while it lasts, with an `open_key`, and for a while after that. Of a rule that waits first: not raised yet."""
    email_outbox: sa.Table


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


def _sync_tables(metadata: sa.MetaData, groups: tuple[str, ...]) -> dict[str, sa.Table]:
    """Return the sync layer's tables by their name in `Tables`. What each is for: PROTOCOL parts 6 and 7."""
    return {
        "clock": sa.Table(
            "sync_clock",
            metadata,
            must("id", whole(), pk=True),
            must("seq", whole()),
            must("epoch", key()),
            must("safe_seq", whole()),
            must("rules", whole()),
        ),
        "row": sa.Table(
            "sync_row",
            metadata,
            must("entity", text(60), pk=True),
            must("pk", key(), pk=True),
            must("ver", whole()),
            must("created_seq", whole()),
            must("created_origin", key()),
            must("col_ver", text()),
            may("extra", text()),
            must("wire", text()),
            *(may(f"part_{group}", text()) for group in groups),
            must("cell", whole()),
            sa.Index(None, "ver"),
            sa.Index(None, "cell"),
        ),
        "change": sa.Table(
            "sync_change",
            metadata,
            must("seq", whole(), pk=True),
            must("entity", text(60), pk=True),
            must("pk", key(), pk=True),
            must("device", key()),
            must("device_epoch", key()),
            must("exact", sa.Boolean()),
            sqlite_with_rowid=False,
        ),
        "push": sa.Table(
            "sync_push",
            metadata,
            must("seq", whole(), pk=True),
            must("tx_id", key()),
            must("origin", key()),
            must("device", key()),
            must("device_epoch", key()),
            must("number", whole()),
            must("user", key()),
            must("hlc", whole()),
            must("at", whole()),
            must("req_hash", text(64)),
            must("verdict", text()),
            sa.Index(None, "tx_id", unique=True),
            sa.Index(None, "device", "device_epoch", "seq"),
        ),
        "history": sa.Table(
            "history",
            metadata,
            must("seq", whole(), pk=True),
            must("n", whole(), pk=True),
            must("entity", text(60)),
            must("record_id", key()),
            must("unit", text(60)),
            may("before", text()),
            may("after", text()),
            may("by", key()),
            may("device", key()),
            must("tx_id", key()),
            must("typed_at", whole()),
            must("arrived_at", whole()),
            must("kind", text(12)),
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
            must("tx_id", key(), pk=True),
            must("seq", whole()),
            must("origin", key()),
            must("user", key()),
            must("device", key()),
            must("at", whole()),
            must("verdict", text(12)),
            may("error", text()),
            must("body", text()),
            must("state", text(12)),
            sa.Index(None, "origin"),
        ),
        "code": sa.Table(
            "sync_code",
            metadata,
            must("entity", text(60), pk=True),
            must("folded", text(60), pk=True),
            must("pk", key()),
        ),
        "suspect": sa.Table(
            "sync_suspect",
            metadata,
            must("kind", text(20), pk=True),
            must("value", text(60), pk=True),
            must("pk", key(), pk=True),
        ),
        "digest": sa.Table(
            "sync_digest",
            metadata,
            must("entity", text(60), pk=True),
            must("n", whole()),
            must("total", text(16)),
        ),
        "device": sa.Table(
            "sync_device",
            metadata,
            must("id", key(), pk=True),
            must("user", key()),
            must("name", text(100)),
            may("install", key()),
            may("app", text(40)),
            may("schema_version", whole()),
            may("cursor", whole()),
            may("pending", whole()),
            may("oldest_pending_at", whole()),
            must("clock_offset_ms", whole()),
            may("last_seen_at", whole()),
            may("last_error", text(200)),
            may("revoked_at", whole()),
            must("created_at", whole()),
            may("wipe_at", whole()),
            may("wiped_at", whole()),
            *_report_columns(),
            sa.Index(None, "user"),
        ),
        "device_day": sa.Table(
            "sync_device_day",
            metadata,
            must("device", key(), pk=True),
            must("day", whole(), pk=True),
            must("pending", whole()),
            sa.Index(None, "day"),
        ),
        "incident": sa.Table(
            "sync_incident",
            metadata,
            must("device", key(), pk=True),
            must("at", whole(), pk=True),
            must("kind", text(12), pk=True),
            must("entity", text(60), pk=True),
            must("n", whole()),
            must("arrived_at", whole()),
            sa.Index(None, "arrived_at"),
        ),
        "diagnostics": sa.Table(
            "sync_diagnostics",
            metadata,
            must("device", key(), pk=True),
            must("arrived_at", whole(), pk=True),
            must("body", text()),
            sa.Index(None, "arrived_at"),
        ),
        "numbering": sa.Table(
            "sync_numbering",
            metadata,
            must("device", key(), pk=True),
            must("device_epoch", key(), pk=True),
            must("expected", whole()),
        ),
        "series": sa.Table("sync_series", metadata, must("entity", text(60), pk=True), must("next", whole())),
        "lease": sa.Table(
            "sync_lease",
            metadata,
            must("entity", text(60), pk=True),
            must("first", whole(), pk=True),
            must("last", whole()),
            must("device", key()),
            must("device_epoch", key()),
            must("given_at", whole()),
            sa.Index(None, "device", "device_epoch"),
        ),
        "restore": sa.Table(
            "sync_restore",
            metadata,
            must("epoch", key(), pk=True),
            must("place", whole()),
            must("restored_seq", whole()),
            may("reached", whole()),
        ),
        **lost_tables(metadata),
        **alarm_tables(metadata),
        "lock": sa.Table("sync_lock", metadata, must("name", text(60), pk=True)),
    }


def _report_columns() -> list[sa.Column[Any]]:
    """Return the columns of what a device reports of itself, empty until it does, and of what an admin has ordered for it."""
    texts = [may(name, text(12)) for name in ("form", "proof")]
    told = ("size_bytes", "proved_at", "isolated", "failures")
    ordered = ("paused_at", "resync_at", "diagnose_at", "diagnose_told_at")
    return [
        *texts,
        *(may(name, whole()) for name in (*told, *ordered)),
        *(may(name, sa.Boolean()) for name in ("is_loaded", "works_offline", "is_quarantined")),
    ]


def _scope_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Return the tables that say who sees what: PROTOCOL part 12."""
    return {
        "cell": sa.Table(
            "sync_cell",
            metadata,
            must("id", whole(), pk=True),
            must("key", text(500)),
            sa.Index(None, "key", unique=True),
        ),
        "cell_digest": sa.Table(
            "sync_cell_digest",
            metadata,
            must("cell", whole(), pk=True),
            must("entity", text(60), pk=True),
            must("n", whole()),
            must("total", text(16)),
        ),
        "move": sa.Table(
            "sync_move",
            metadata,
            must("seq", whole(), pk=True),
            must("entity", text(60), pk=True),
            must("pk", key(), pk=True),
            must("cell", whole()),
            sqlite_with_rowid=False,
        ),
        "view": sa.Table(
            "sync_view",
            metadata,
            must("user", key(), pk=True),
            must("seq", whole(), pk=True),
            must("view", text()),
            sqlite_with_rowid=False,
        ),
    }
