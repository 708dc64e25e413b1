"""Diagnostics of devices, the orders for them, and codes with which devices sign in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ORDERED = ("diagnose_at", "diagnose_told_at")


def key(length: int = 36) -> sa.types.TypeEngine:
    """An id or a hash, which compares bytewise."""
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def body() -> sa.types.TypeEngine:
    """A text of any length, which compares bytewise."""
    return (
        sa.Text()
        .with_variant(sa.Text(collation="C"), "postgresql")
        .with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def upgrade() -> None:
    """Add the columns and the tables."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("sync_device") as table:
        for name in ORDERED:
            table.add_column(sa.Column(name, whole, nullable=True))
    op.create_table(
        "sync_diagnostics",
        sa.Column("device", key(), nullable=False, autoincrement=False),
        sa.Column("arrived_at", whole, nullable=False, autoincrement=False),
        sa.Column("body", body(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("device", "arrived_at", name="pk_sync_diagnostics"),
    )
    op.create_index("ix_sync_diagnostics_arrived_at", "sync_diagnostics", ["arrived_at"])
    op.create_table(
        "device_code",
        sa.Column("sha256", key(64), nullable=False, autoincrement=False),
        sa.Column("user_id", key(), nullable=False, autoincrement=False),
        sa.Column("expires_at", whole, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_device_code"),
    )
    op.create_index("ix_device_code_user_id", "device_code", ["user_id"], unique=True)
    op.create_index("ix_device_code_expires_at", "device_code", ["expires_at"])


def downgrade() -> None:
    """Take them away."""
    for name in ("device_code", "sync_diagnostics"):
        op.drop_table(name)
    with op.batch_alter_table("sync_device") as table:
        for name in ORDERED:
            table.drop_column(name)
