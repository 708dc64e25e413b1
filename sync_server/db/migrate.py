"""Brings a central database to the tables of this version, on every engine, and compares them."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from shared_models.registry import CRM
from sync_server.db.account_tables import build_account_tables
from sync_server.db.tables import build_tables

FOLDER = Path(__file__).parent / "migrations"


def wanted_metadata() -> sa.MetaData:
    """Return the tables of this version."""
    tables = build_tables(CRM)
    build_account_tables(tables.metadata)
    return tables.metadata


def upgrade(url: str, revision: str = "head") -> None:
    """Go up to a revision."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str = "base") -> None:
    """Go back to a revision; for tests of the migrations."""
    _run(url, lambda config: command.downgrade(config, revision))


def draft(url: str, message: str) -> None:
    """Write the file of the next revision from what differs; a person reads it before it is kept."""
    _run(url, lambda config: command.revision(config, message, autogenerate=True))


def is_current(url: str) -> bool:
    """Whether a database is at the newest revision; an empty or missing one is not."""
    scripts = ScriptDirectory.from_config(_config())
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() == scripts.get_current_head()
    except sa.exc.OperationalError:
        return False
    finally:
        engine.dispose()


def differences(url: str) -> list[Any]:  # Any: alembic's tuples
    """Return what a database's tables lack or have too much; empty when they are as wanted."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), wanted_metadata())
    engine.dispose()
    return list(found)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def _run(url: str, action: Any) -> None:  # Any: a function of alembic's Config
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        action(config)
    engine.dispose()
