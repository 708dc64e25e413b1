"""Files on records: their rows. The bytes are no part of the database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Type = sa.types.TypeEngine
INDEXED = ("company_id", "contact_id", "sha256")


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


def may(name: str, kind: Type) -> sa.Column:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    """Make the table, and its digest in a database that has begun."""
    op.create_table(
        "document",
        sa.Column("id", text(36), nullable=False, autoincrement=False),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        may("company_id", long_text()),
        may("contact_id", long_text()),
        must("name", text(200)),
        must("mime", text(120)),
        must("size", whole()),
        must("sha256", text(64)),
        may("version_of_id", long_text()),
        must("added_at", whole()),
        may("kind_id", long_text()),
        may("description", text(2000)),
        must("take_along", sa.Boolean()),
        must("state", text(60)),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    for name in INDEXED:
        op.create_index(f"ix_document_{name}", "document", [name])
    digest = sa.table("sync_digest", *(sa.column(name) for name in ("entity", "n", "total")))
    if op.get_bind().execute(sa.select(digest.c.entity).limit(1)).first():
        op.get_bind().execute(digest.insert().values(entity="document", n=0, total="0" * 16))


def downgrade() -> None:
    """Undo all of it; the rows of files are lost, and a file that nobody names goes with the next clearing."""
    digest = sa.table("sync_digest", sa.column("entity"))
    op.get_bind().execute(digest.delete().where(digest.c.entity == "document"))
    op.drop_table("document")
