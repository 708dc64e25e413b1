"""Tables of the time that a restore took away (PROTOCOL part 18)."""

import sqlalchemy as sa

from sync_server.db.column_types import key, may, must, text, whole


def lost_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Return the tables of what a restore took away: PROTOCOL part 18."""
    return {
        "lost_save": sa.Table(
            "sync_lost_save",
            metadata,
            must("epoch", key(), pk=True),
            must("seq", whole(), pk=True),
            must("state", text(12)),
            may("tx_id", key()),
            may("user", key()),
            may("device", key()),
            may("at", whole()),
            may("records", text()),
        ),
        "salvage": sa.Table(
            "sync_salvage",
            metadata,
            must("epoch", key(), pk=True),
            must("entity", text(60), pk=True),
            must("pk", key(), pk=True),
            must("ver", whole()),
            must("row", text()),
            must("hidden", text(200)),
            must("device", key()),
            must("arrived_at", whole()),
        ),
    }
