"""The tables of the records, one per entity."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
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


def make_people_and_lists() -> None:
    """People and lists."""
    op.create_table(
        "pick_list",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("key", text(60)),
        must("label_en", text(120)),
        must("label_ro", text(120)),
        sa.PrimaryKeyConstraint("id", name="pk_pick_list"),
    )
    op.create_table(
        "pick_list_item",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("list_id", text(36)),
        must("key", text(60)),
        must("label_en", text(120)),
        must("label_ro", text(120)),
        may("colour", text(20)),
        may("icon", text(40)),
        must("position", whole()),
        must("is_default", sa.Boolean()),
        must("is_active", sa.Boolean()),
        may("replaced_by_id", long_text()),
        sa.PrimaryKeyConstraint("id", name="pk_pick_list_item"),
    )
    op.create_index("ix_pick_list_item_list_id", "pick_list_item", ["list_id"])
    op.create_table(
        "team",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("name", text(200)),
        may("leader_id", long_text()),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
    )
    op.create_table(
        "user",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("name", text(200)),
        must("email", text(254)),
        must("language", text(60)),
        must("time_zone", text(64)),
        may("position", text(120)),
        may("team_id", long_text()),
        must("is_admin", sa.Boolean()),
        must("is_active", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
    )


def make_companies() -> None:
    """Companies and what belongs to them."""
    op.create_table(
        "company",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        may("code", text(30)),
        must("name", text(200)),
        may("legal_name", text(200)),
        must("roles", long_text()),
        may("fiscal_code", text(30)),
        may("vat_country", text(2)),
        may("is_vat_payer", sa.Boolean()),
        may("trade_register_no", text(40)),
        may("type_id", long_text()),
        may("status_id", long_text()),
        may("industry_id", long_text()),
        may("source_id", long_text()),
        may("source_note", text(500)),
        may("responsible_id", long_text()),
        may("team_id", long_text()),
        may("parent_id", long_text()),
        may("description", long_text()),
        may("language", text(5)),
        may("price_segment_id", long_text()),
        may("visit_every_days", whole()),
        must("do_not_contact", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_company"),
    )
    op.create_table(
        "company_alias",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("company_id", text(36)),
        must("kind", text(60)),
        must("alias", text(200)),
        sa.PrimaryKeyConstraint("id", name="pk_company_alias"),
    )
    op.create_index("ix_company_alias_company_id", "company_alias", ["company_id"])
    op.create_table(
        "contact",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        may("first_name", text(100)),
        must("last_name", text(100)),
        may("nickname", text(100)),
        may("salutation", text(60)),
        may("gender", text(60)),
        may("job_title", text(120)),
        may("type_id", long_text()),
        may("status_id", long_text()),
        may("birth_date", long_text()),
        may("language", text(5)),
        may("responsible_id", long_text()),
        may("description", long_text()),
        must("do_not_call", sa.Boolean()),
        may("consent_email", sa.Boolean()),
        may("consent_basis", text(60)),
        may("consent_on", text(10)),
        may("consent_source", text(200)),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_table(
        "company_contact",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("company_id", text(36)),
        must("contact_id", text(36)),
        may("role_id", long_text()),
        must("is_primary", sa.Boolean()),
        may("started_on", text(10)),
        may("ended_on", text(10)),
        sa.PrimaryKeyConstraint("id", name="pk_company_contact"),
    )
    op.create_index("ix_company_contact_company_id", "company_contact", ["company_id"])
    op.create_index("ix_company_contact_contact_id", "company_contact", ["contact_id"])


def make_parts() -> None:
    """Parts of companies and contacts, and cards."""
    op.create_table(
        "contact_point",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        may("company_id", long_text()),
        may("contact_id", long_text()),
        must("kind", text(60)),
        must("value", text(254)),
        must("value_normalised", text(254)),
        may("label", text(60)),
        must("is_primary", sa.Boolean()),
        must("validity", text(60)),
        may("opted_out_at", whole()),
        sa.PrimaryKeyConstraint("id", name="pk_contact_point"),
    )
    op.create_index("ix_contact_point_company_id", "contact_point", ["company_id"])
    op.create_index("ix_contact_point_contact_id", "contact_point", ["contact_id"])
    op.create_table(
        "address",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        may("company_id", long_text()),
        may("contact_id", long_text()),
        may("kind_id", long_text()),
        may("street", text(200)),
        may("city", text(100)),
        may("county", text(100)),
        may("postcode", text(20)),
        may("country", text(2)),
        may("latitude", text(40)),
        may("longitude", text(40)),
        may("opening_hours", text(200)),
        may("note", text(2000)),
        sa.PrimaryKeyConstraint("id", name="pk_address"),
    )
    op.create_index("ix_address_company_id", "address", ["company_id"])
    op.create_index("ix_address_contact_id", "address", ["contact_id"])
    op.create_table(
        "bank_account",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("company_id", text(36)),
        must("iban", text(40)),
        may("bank_name", text(120)),
        may("bic", text(11)),
        may("currency", text(3)),
        may("holder", text(200)),
        must("is_default", sa.Boolean()),
        may("verified_at", whole()),
        may("verified_by", long_text()),
        sa.PrimaryKeyConstraint("id", name="pk_bank_account"),
    )
    op.create_index("ix_bank_account_company_id", "bank_account", ["company_id"])
    op.create_table(
        "related_person",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("contact_id", text(36)),
        must("kind", text(60)),
        must("name", text(200)),
        may("birth_date", long_text()),
        may("note", text(2000)),
        sa.PrimaryKeyConstraint("id", name="pk_related_person"),
    )
    op.create_index("ix_related_person_contact_id", "related_person", ["contact_id"])
    op.create_table(
        "note",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        may("company_id", long_text()),
        may("contact_id", long_text()),
        must("body", long_text()),
        must("written_at", whole()),
        must("is_pinned", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_company_id", "note", ["company_id"])
    op.create_index("ix_note_contact_id", "note", ["contact_id"])
    op.create_table(
        "sync_conflict",
        key("id", text(36)),
        may("archived_at", whole()),
        may("created_at", whole()),
        may("created_by", long_text()),
        may("updated_at", whole()),
        may("updated_by", long_text()),
        must("kind", text(60)),
        must("record_type", text(60)),
        must("record_id", text(36)),
        must("unit", text(60)),
        must("policy", text(2)),
        may("before", long_text()),
        may("mine", long_text()),
        may("theirs", long_text()),
        may("mine_by", long_text()),
        may("theirs_by", long_text()),
        may("mine_at", whole()),
        may("theirs_at", whole()),
        may("mine_device", text(36)),
        may("theirs_device", text(36)),
        must("theirs_version", whole()),
        must("server_epoch", text(36)),
        must("transaction_id", text(36)),
        may("note", text(2000)),
        must("for_users", long_text()),
        must("state", text(60)),
        may("decided_by", long_text()),
        may("decided_at", whole()),
        sa.PrimaryKeyConstraint("id", name="pk_sync_conflict"),
    )
    op.create_index("ix_sync_conflict_record_id", "sync_conflict", ["record_id"])


def upgrade() -> None:
    """Go up."""
    make_people_and_lists()
    make_companies()
    make_parts()


def downgrade() -> None:
    """Go back."""
    for name in (
        "sync_conflict",
        "note",
        "related_person",
        "bank_account",
        "address",
        "contact_point",
        "company_contact",
        "contact",
        "company_alias",
        "company",
        "user",
        "team",
        "pick_list_item",
        "pick_list",
    ):
        op.drop_table(name)
