"""Runs migrations on a connection that `migrate` hands over; the wanted tables are those of the registry."""

from alembic import context

from sync_server.db.migrate import wanted_metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=wanted_metadata(),
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
