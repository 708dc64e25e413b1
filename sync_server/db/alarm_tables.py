"""Tables of alarms and of the mails that are to go out (PROTOCOL 16.8, 16.9)."""

import sqlalchemy as sa

from sync_server.db.column_types import key, may, must, text, whole


def alarm_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    """Return the tables by their name in `Tables`. Times are microseconds since 1970 UTC."""
    return {
        "alarm_rule": sa.Table(
            "alarm_rule",
            metadata,
            must("kind", text(20), pk=True),
            must("is_on", sa.Boolean()),
            must("threshold", whole()),
        ),
        "alarm": sa.Table(
            "alarm",
            metadata,
            must("id", key(), pk=True),
            must("kind", text(20)),
            must("device", key()),
            must("n", whole()),
            must("since", whole()),
            may("raised_at", whole()),
            may("cleared_at", whole()),
            may("open_key", text(60)),
            sa.Index(None, "open_key", unique=True),
            sa.Index(None, "cleared_at"),
        ),
        "email_outbox": sa.Table(
            "email_outbox",
            metadata,
            must("id", key(), pk=True),
            must("topic", text(40)),
            must("ref", text(80)),
            must("recipient", text(254)),
            must("subject", text(400)),
            must("body", text()),
            must("state", text(12)),
            must("attempts", whole()),
            must("not_before", whole()),
            may("lease_until", whole()),
            may("error", text(200)),
            must("created_at", whole()),
            may("ended_at", whole()),
            sa.Index(None, "topic", "ref", "recipient", unique=True),
            sa.Index(None, "state", "not_before"),
        ),
    }
