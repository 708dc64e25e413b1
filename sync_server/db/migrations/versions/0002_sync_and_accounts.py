"""The tables of the sync layer, and those of signing in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Type = sa.types.TypeEngine


def text(length: int) -> Type:
    """A text of limited length that compares bytewise."""
    plain = sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
    return plain.with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def long_text() -> Type:
    """A text without limit that compares bytewise."""
    plain = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return plain.with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")


def whole() -> Type:
    """A 64-bit number."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def must(name: str, kind: Type) -> sa.Column:
    """A column that holds a value in every row."""
    return sa.Column(name, kind, nullable=False)


def key(name: str, kind: Type) -> sa.Column:
    """A column of the primary key, whose values we make ourselves."""
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def may(name: str, kind: Type) -> sa.Column:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def make_sync() -> None:
    """The sync layer."""
    op.create_table(
        "sync_clock",
        key("id", whole()),
        must("seq", whole()),
        must("epoch", text(36)),
        must("safe_seq", whole()),
        sa.PrimaryKeyConstraint("id", name="pk_sync_clock"),
    )
    op.create_table(
        "sync_row",
        key("entity", text(60)),
        key("pk", text(36)),
        must("ver", whole()),
        must("created_seq", whole()),
        must("created_origin", text(36)),
        must("col_ver", long_text()),
        may("extra", long_text()),
        must("wire", long_text()),
        may("part_personal", long_text()),
        sa.PrimaryKeyConstraint("entity", "pk", name="pk_sync_row"),
    )
    op.create_index("ix_sync_row_ver", "sync_row", ["ver"])
    op.create_table(
        "sync_change",
        key("seq", whole()),
        key("entity", text(60)),
        key("pk", text(36)),
        must("device", text(36)),
        must("device_epoch", text(36)),
        must("exact", sa.Boolean()),
        sa.PrimaryKeyConstraint("seq", "entity", "pk", name="pk_sync_change"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_push",
        key("seq", whole()),
        must("tx_id", text(36)),
        must("origin", text(36)),
        must("device", text(36)),
        must("device_epoch", text(36)),
        must("number", whole()),
        must("user", text(36)),
        must("hlc", whole()),
        must("at", whole()),
        must("req_hash", text(64)),
        must("verdict", long_text()),
        sa.PrimaryKeyConstraint("seq", name="pk_sync_push"),
    )
    op.create_index("ix_sync_push_device_device_epoch_seq", "sync_push", ["device", "device_epoch", "seq"])
    op.create_index("ix_sync_push_tx_id", "sync_push", ["tx_id"], unique=True)
    op.create_table(
        "history",
        key("seq", whole()),
        key("n", whole()),
        must("entity", text(60)),
        must("record_id", text(36)),
        must("unit", text(60)),
        may("before", long_text()),
        may("after", long_text()),
        may("by", text(36)),
        may("device", text(36)),
        must("tx_id", text(36)),
        must("typed_at", whole()),
        must("arrived_at", whole()),
        must("kind", text(12)),
        sa.PrimaryKeyConstraint("seq", "n", name="pk_history"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_history_entity_record_id_seq", "history", ["entity", "record_id", "seq"])
    op.create_table(
        "sync_deadletter",
        key("tx_id", text(36)),
        must("seq", whole()),
        must("origin", text(36)),
        must("user", text(36)),
        must("device", text(36)),
        must("at", whole()),
        must("verdict", text(12)),
        may("error", long_text()),
        must("body", long_text()),
        must("state", text(12)),
        sa.PrimaryKeyConstraint("tx_id", name="pk_sync_deadletter"),
    )
    op.create_index("ix_sync_deadletter_origin", "sync_deadletter", ["origin"])
    op.create_table(
        "sync_code",
        key("entity", text(60)),
        key("folded", text(60)),
        must("pk", text(36)),
        sa.PrimaryKeyConstraint("entity", "folded", name="pk_sync_code"),
    )
    op.create_table(
        "sync_suspect",
        key("kind", text(20)),
        key("value", text(60)),
        key("pk", text(36)),
        sa.PrimaryKeyConstraint("kind", "value", "pk", name="pk_sync_suspect"),
    )
    op.create_table(
        "sync_digest",
        key("entity", text(60)),
        must("n", whole()),
        must("total", text(16)),
        sa.PrimaryKeyConstraint("entity", name="pk_sync_digest"),
    )
    op.create_table(
        "sync_device",
        key("id", text(36)),
        must("user", text(36)),
        must("name", text(100)),
        may("install", text(36)),
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
        sa.PrimaryKeyConstraint("id", name="pk_sync_device"),
    )
    op.create_index("ix_sync_device_user", "sync_device", ["user"])
    op.create_table(
        "sync_numbering",
        key("device", text(36)),
        key("device_epoch", text(36)),
        must("expected", whole()),
        sa.PrimaryKeyConstraint("device", "device_epoch", name="pk_sync_numbering"),
    )
    op.create_table(
        "sync_restore",
        key("epoch", text(36)),
        must("place", whole()),
        must("restored_seq", whole()),
        sa.PrimaryKeyConstraint("epoch", name="pk_sync_restore"),
    )
    op.create_table("sync_lock", key("name", text(60)), sa.PrimaryKeyConstraint("name", name="pk_sync_lock"))


def make_accounts() -> None:
    """Signing in."""
    op.create_table(
        "account",
        key("user_id", text(36)),
        must("email_folded", text(254)),
        must("password_hash", text(200)),
        must("created_at", whole()),
        sa.PrimaryKeyConstraint("user_id", name="pk_account"),
    )
    op.create_index("ix_account_email_folded", "account", ["email_folded"], unique=True)
    op.create_table(
        "device_token",
        key("sha256", text(64)),
        must("device", text(36)),
        must("user_id", text(36)),
        must("created_at", whole()),
        may("revoked_at", whole()),
        sa.PrimaryKeyConstraint("sha256", name="pk_device_token"),
    )
    op.create_index("ix_device_token_device", "device_token", ["device"])
    op.create_table(
        "access_token",
        key("sha256", text(64)),
        must("device", text(36)),
        must("user_id", text(36)),
        must("expires_at", whole()),
        sa.PrimaryKeyConstraint("sha256", name="pk_access_token"),
    )
    op.create_index("ix_access_token_device", "access_token", ["device"])
    op.create_index("ix_access_token_expires_at", "access_token", ["expires_at"])
    op.create_table(
        "web_session",
        key("sha256", text(64)),
        must("user_id", text(36)),
        must("expires_at", whole()),
        sa.PrimaryKeyConstraint("sha256", name="pk_web_session"),
    )
    op.create_index("ix_web_session_user_id", "web_session", ["user_id"])


def upgrade() -> None:
    """Go up."""
    make_sync()
    make_accounts()


def downgrade() -> None:
    """Go back."""
    for name in (
        "web_session",
        "access_token",
        "device_token",
        "account",
        "sync_lock",
        "sync_restore",
        "sync_numbering",
        "sync_device",
        "sync_digest",
        "sync_suspect",
        "sync_code",
        "sync_deadletter",
        "history",
        "sync_push",
        "sync_change",
        "sync_row",
        "sync_clock",
    ):
        op.drop_table(name)
