"""Profiles, rights and shares; the number of the rules; bank accounts and prices in parts of their own."""

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Type = sa.types.TypeEngine
BATCH = 2000
SYSTEM = ("id", "archived_at", "created_at", "created_by", "updated_at", "updated_by")
COMPANY = (
    *SYSTEM, "code", "name", "legal_name", "roles", "fiscal_code", "vat_country", "is_vat_payer", "trade_register_no",
    "type_id", "status_id", "industry_id", "source_id", "source_note", "responsible_id", "team_id", "parent_id",
    "description", "language", "price_segment_id", "visit_every_days", "do_not_contact",
)  # fmt: skip
BANK = ("company_id", "iban", "bank_name", "bic", "currency", "holder", "is_default", "verified_at", "verified_by")
PRICE = ("price_segment_id",)
REACHES = ("see_reach", "create_reach", "change_reach", "archive_reach")


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


def system() -> list[sa.Column]:
    """The columns of every record."""
    return [
        sa.Column("id", text(36), nullable=False, autoincrement=False),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
    ]


def make_profiles() -> None:
    """Profiles, and what they and single people may do."""
    op.create_table(
        "profile",
        *system(),
        must("key", text(60)),
        must("label_en", text(120)),
        must("label_ro", text(120)),
        must("field_groups", long_text()),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
    )
    for table, owner in (("profile_right", "profile_id"), ("user_right", "user_id")):
        op.create_table(
            table,
            *system(),
            must(owner, text(36)),
            must("record_type", text(60)),
            *(must(name, text(60)) for name in REACHES),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        )
        op.create_index(f"ix_{table}_{owner}", table, [owner])


def make_shares() -> None:
    """Single records shared for a while."""
    op.create_table(
        "record_share",
        *system(),
        must("record_type", text(60)),
        must("record_id", text(36)),
        may("user_id", long_text()),
        may("team_id", long_text()),
        must("level", text(60)),
        must("ends_at", whole()),
        sa.PrimaryKeyConstraint("id", name="pk_record_share"),
    )
    op.create_index("ix_record_share_record_id", "record_share", ["record_id"])


def grow() -> None:
    """Whose profile and whose manager; the number of the rules; the parts of confidential fields."""
    op.add_column("team", may("profile_id", long_text()))
    op.add_column("user", may("profile_id", long_text()))
    op.add_column("user", may("manager_id", long_text()))
    op.add_column("sync_clock", sa.Column("rules", whole(), nullable=False, server_default="0"))
    with op.batch_alter_table("sync_clock") as table:
        table.alter_column("rules", existing_type=whole(), existing_nullable=False, server_default=None)
    op.add_column("sync_row", may("part_bank", long_text()))
    op.add_column("sync_row", may("part_price", long_text()))


Parts = dict[str, str | None]


def rewrite(entity: str, change: Callable[[Parts], Parts]) -> None:
    """Render the stored wire form of every record of an entity anew. change: from the old parts to the new ones."""
    row = sa.table("sync_row", *(sa.column(name) for name in ("entity", "pk", "wire", "part_bank", "part_price")))
    connection, last = op.get_bind(), ""
    parts = (row.c.wire, row.c.part_bank, row.c.part_price)
    reading = sa.select(row.c.pk, *parts).where(row.c.entity == entity, row.c.pk > sa.bindparam("last"))
    writing = (
        sa.update(row)
        .where(row.c.entity == entity, row.c.pk == sa.bindparam("of"))
        .values({part: sa.bindparam(f"new_{part.name}") for part in parts})
    )
    while found := connection.execute(reading.order_by(row.c.pk).limit(BATCH), {"last": last}).all():
        new = [(one.pk, change({"wire": one.wire, "part_bank": one.part_bank, "part_price": one.part_price})) for one in found]
        values = [{"of": pk, **{f"new_{name}": value for name, value in parts.items()}} for pk, parts in new]
        connection.execute(writing, values)
        last = found[-1].pk


def dumps(values: list[object]) -> str:
    """JSON as the server stores it."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def apart(columns: tuple[str, ...], part: str, names: tuple[str, ...]) -> Callable[[Parts], Parts]:
    """Take fields out of the common part into one of their own."""

    def change(parts: Parts) -> Parts:
        row = dict(zip(columns, json.loads(parts["wire"] or "[]"), strict=True))
        rest = [row[name] for name in columns if name not in names]
        return {**parts, "wire": dumps(rest), part: dumps([row[name] for name in names])}

    return change


def together(columns: tuple[str, ...], part: str, names: tuple[str, ...]) -> Callable[[Parts], Parts]:
    """Undo `apart`."""

    def change(parts: Parts) -> Parts:
        common = zip((name for name in columns if name not in names), json.loads(parts["wire"] or "[]"), strict=True)
        row = {**dict(common), **dict(zip(names, json.loads(parts[part] or "[]"), strict=True))}
        return {**parts, "wire": dumps([row[name] for name in columns]), part: None}

    return change


def longer(by: int) -> Callable[[Parts], Parts]:
    """Add empty fields at the end of the common part."""
    return lambda parts: {**parts, "wire": dumps([*json.loads(parts["wire"] or "[]"), *([None] * by)])}


def shorter(by: int) -> Callable[[Parts], Parts]:
    """Undo `longer`."""
    return lambda parts: {**parts, "wire": dumps(json.loads(parts["wire"] or "[]")[:-by])}


def upgrade() -> None:
    """Make the tables, and bring the stored wire form of what has grown to its new columns."""
    make_profiles()
    make_shares()
    grow()
    rewrite("team", longer(1))
    rewrite("user", longer(2))
    rewrite("company", apart(COMPANY, "part_price", PRICE))
    rewrite("bank_account", apart((*SYSTEM, *BANK), "part_bank", BANK))


def downgrade() -> None:
    """Undo all of it; profiles, rights and shares are lost."""
    rewrite("bank_account", together((*SYSTEM, *BANK), "part_bank", BANK))
    rewrite("company", together(COMPANY, "part_price", PRICE))
    rewrite("user", shorter(2))
    rewrite("team", shorter(1))
    for table, names in (("sync_row", ("part_bank", "part_price")), ("sync_clock", ("rules",))):
        for name in names:
            op.drop_column(table, name)
    for name in ("manager_id", "profile_id"):
        op.drop_column("user", name)
    op.drop_column("team", "profile_id")
    for table in ("record_share", "user_right", "profile_right", "profile"):
        op.drop_table(table)
