"""Rules of alarms, the alarms that were raised, and the mails that are to go out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"
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


def may(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def upgrade() -> None:
    """Add the tables."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "alarm_rule",
        must("kind", text(20)),
        must("is_on", sa.Boolean()),
        must("threshold", whole),
        sa.PrimaryKeyConstraint("kind", name="pk_alarm_rule"),
    )
    op.create_table(
        "alarm",
        must("id", text(36)),
        must("kind", text(20)),
        must("device", text(36)),
        must("n", whole),
        must("since", whole),
        may("raised_at", whole),
        may("cleared_at", whole),
        may("open_key", text(60)),
        sa.PrimaryKeyConstraint("id", name="pk_alarm"),
    )
    op.create_index("ix_alarm_open_key", "alarm", ["open_key"], unique=True)
    op.create_index("ix_alarm_cleared_at", "alarm", ["cleared_at"])
    op.create_table(
        "email_outbox",
        must("id", text(36)),
        must("topic", text(40)),
        must("ref", text(80)),
        must("recipient", text(254)),
        must("subject", text(400)),
        must("body", text()),
        must("state", text(12)),
        must("attempts", whole),
        must("not_before", whole),
        may("lease_until", whole),
        may("error", text(200)),
        must("created_at", whole),
        may("ended_at", whole),
        sa.PrimaryKeyConstraint("id", name="pk_email_outbox"),
    )
    op.create_index("ix_email_outbox_topic_ref_recipient", "email_outbox", ["topic", "ref", "recipient"], unique=True)
    op.create_index("ix_email_outbox_state_not_before", "email_outbox", ["state", "not_before"])


def downgrade() -> None:
    """Take them away."""
    for name in ("email_outbox", "alarm", "alarm_rule"):
        op.drop_table(name)
