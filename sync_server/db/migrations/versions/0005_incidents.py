"""What devices tell of themselves that was not as it should be."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
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
    """Add the table."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sync_incident",
        must("device", text(36)),
        must("at", whole),
        must("kind", text(12)),
        must("entity", text(60)),
        must("n", whole),
        must("arrived_at", whole),
        sa.PrimaryKeyConstraint("device", "at", "kind", "entity", name="pk_sync_incident"),
    )
    op.create_index("ix_sync_incident_arrived_at", "sync_incident", ["arrived_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_sync_incident_arrived_at", "sync_incident")
    op.drop_table("sync_incident")
