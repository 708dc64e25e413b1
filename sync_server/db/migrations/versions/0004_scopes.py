"""Cells, moves between them, digests by cell, and what people saw."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
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
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Make the tables. Every record is in cell 0 until the server has placed it, which it does before it answers anybody."""
    op.create_table(
        "sync_cell", must("id", whole()), must("key", text(500)), sa.PrimaryKeyConstraint("id", name="pk_sync_cell")
    )
    op.create_index("ix_sync_cell_key", "sync_cell", ["key"], unique=True)
    op.create_table(
        "sync_cell_digest",
        must("cell", whole()),
        must("entity", text(60)),
        must("n", whole()),
        must("total", text(16)),
        sa.PrimaryKeyConstraint("cell", "entity", name="pk_sync_cell_digest"),
    )
    op.create_table(
        "sync_move",
        must("seq", whole()),
        must("entity", text(60)),
        must("pk", text(36)),
        must("cell", whole()),
        sa.PrimaryKeyConstraint("seq", "entity", "pk", name="pk_sync_move"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_view",
        must("user", text(36)),
        must("seq", whole()),
        must("view", long_text()),
        sa.PrimaryKeyConstraint("user", "seq", name="pk_sync_view"),
        sqlite_with_rowid=False,
    )
    op.add_column("sync_row", sa.Column("cell", whole(), nullable=False, server_default="0"))
    with op.batch_alter_table("sync_row") as table:
        table.alter_column("cell", existing_type=whole(), existing_nullable=False, server_default=None)
    op.create_index("ix_sync_row_cell", "sync_row", ["cell"])


def downgrade() -> None:
    """Undo it; who saw what is lost."""
    op.drop_index("ix_sync_row_cell", "sync_row")
    op.drop_column("sync_row", "cell")
    for table in ("sync_view", "sync_move", "sync_cell_digest", "sync_cell"):
        op.drop_table(table)
