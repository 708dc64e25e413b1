"""What a device reports of itself, what an admin has ordered for it, and what waited on it day by day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WHOLES = ("size_bytes", "proved_at", "isolated", "failures", "paused_at", "resync_at")
TEXTS = ("form", "proof")
FLAGS = ("is_loaded", "works_offline", "is_quarantined")


def text(length: int) -> sa.types.TypeEngine:
    """A text of limited length that compares bytewise."""
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def upgrade() -> None:
    """Add columns to a device, and the table of days. Whether a device is well is not known until it says so."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("sync_device") as table:
        for name in TEXTS:
            table.add_column(sa.Column(name, text(12), nullable=True))
        for name in WHOLES:
            table.add_column(sa.Column(name, whole, nullable=True))
        for name in FLAGS:
            table.add_column(sa.Column(name, sa.Boolean(), nullable=True))
    op.create_table(
        "sync_device_day",
        sa.Column("device", text(36), nullable=False, autoincrement=False),
        sa.Column("day", whole, nullable=False, autoincrement=False),
        sa.Column("pending", whole, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("device", "day", name="pk_sync_device_day"),
    )
    op.create_index("ix_sync_device_day_day", "sync_device_day", ["day"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("sync_device_day")
    with op.batch_alter_table("sync_device") as table:
        for name in (*FLAGS, *WHOLES, *TEXTS):
            table.drop_column(name)
