"""Lost devices that an admin has ordered to be wiped, and when they said that it was done."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two moments to a device."""
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("sync_device") as table:
        table.add_column(sa.Column("wipe_at", whole, nullable=True))
        table.add_column(sa.Column("wiped_at", whole, nullable=True))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("sync_device") as table:
        table.drop_column("wiped_at")
        table.drop_column("wipe_at")
