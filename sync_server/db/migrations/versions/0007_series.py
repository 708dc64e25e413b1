"""Series of numbers for codes, and the blocks that devices hold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def text(length: int) -> sa.types.TypeEngine:
    """A text of limited length that compares bytewise."""
    plain = sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
    return plain.with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def must(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    """A column that holds a value in every row."""
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Add both tables."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sync_series",
        must("entity", text(60)),
        must("next", whole),
        sa.PrimaryKeyConstraint("entity", name="pk_sync_series"),
    )
    op.create_table(
        "sync_lease",
        must("entity", text(60)),
        must("first", whole),
        must("last", whole),
        must("device", text(36)),
        must("device_epoch", text(36)),
        must("given_at", whole),
        sa.PrimaryKeyConstraint("entity", "first", name="pk_sync_lease"),
    )
    op.create_index("ix_sync_lease_device_device_epoch", "sync_lease", ["device", "device_epoch"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("sync_lease")
    op.drop_table("sync_series")
