"""Diagnostics of devices, and the orders for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ORDERED = ("diagnose_at", "diagnose_told_at")


def key() -> sa.types.TypeEngine:
    """An id, which compares bytewise."""
    return (
        sa.String(36)
        .with_variant(sa.String(36, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(36, collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def body() -> sa.types.TypeEngine:
    """A text of any length, which compares bytewise."""
    return (
        sa.Text()
        .with_variant(sa.Text(collation="C"), "postgresql")
        .with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def upgrade() -> None:
    """Add the columns and the table."""
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


def downgrade() -> None:
    """Take them away."""
    op.drop_table("sync_diagnostics")
    with op.batch_alter_table("sync_device") as table:
        for name in ORDERED:
            table.drop_column(name)
