"""What is known of the time that a restore took away: saves, and rows that devices held of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def text(length: int | None = None) -> sa.types.TypeEngine:
    """A text that compares bytewise."""
    if length is None:
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


def must(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    """A column that is never empty."""
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Add the tables, and how far a timeline is known to have come before a restore ended it."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("sync_restore") as table:
        table.add_column(sa.Column("reached", whole, nullable=True))
    op.create_table(
        "sync_lost_save",
        must("epoch", text(36)),
        must("seq", whole),
        must("state", text(12)),
        sa.Column("tx_id", text(36), nullable=True),
        sa.Column("user", text(36), nullable=True),
        sa.Column("device", text(36), nullable=True),
        sa.Column("at", whole, nullable=True),
        sa.Column("records", text(), nullable=True),
        sa.PrimaryKeyConstraint("epoch", "seq", name="pk_sync_lost_save"),
    )
    op.create_table(
        "sync_salvage",
        must("epoch", text(36)),
        must("entity", text(60)),
        must("pk", text(36)),
        must("ver", whole),
        must("row", text()),
        must("hidden", text(200)),
        must("device", text(36)),
        must("arrived_at", whole),
        sa.PrimaryKeyConstraint("epoch", "entity", "pk", name="pk_sync_salvage"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("sync_salvage")
    op.drop_table("sync_lost_save")
    with op.batch_alter_table("sync_restore") as table:
        table.drop_column("reached")
