"""Brings a central database to the tables of this version, on every engine, and compares them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from shared_models.registry import CRM
from sync_server.db.account_tables import account_tables_of
from sync_server.db.tables import tables_of

FOLDER = Path(__file__).parent / "migrations"
VERSIONS = FOLDER / "versions"


def wanted_metadata() -> sa.MetaData:
    """Return the tables of this version."""
    tables = tables_of(CRM)
    account_tables_of(tables.metadata)
    return tables.metadata


def upgrade(url: str, revision: str = "head") -> None:
    """Go up to a revision."""
    _run(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str = "base") -> None:
    """Go back to a revision; for tests of the migrations."""
    _run(url, lambda config: command.downgrade(config, revision))


def draft(message: str, folder: Path = VERSIONS) -> Path:
    """Write the next revision from what the entities have and the last revision lacks; a person reads it before it is kept.

    message: a few words, which name its file. Returns the file. It is found out on an SQLite database of its own.
    """
    with TemporaryDirectory() as aside:
        url = f"sqlite:///{Path(aside) / 'draft.db'}"
        upgrade(url)
        number = f"{int(ScriptDirectory.from_config(_config()).get_current_head() or 0) + 1:04}"
        made: list[Script | None] = []

        def write(config: Config) -> None:
            config.set_main_option("path_separator", "newline")
            config.set_main_option("version_locations", "\n".join({str(VERSIONS), str(folder)}).replace("%", "%%"))
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            found = command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(folder))
            made.extend(found if isinstance(found, list) else [found])

        _run(url, write)
    return Path(next(script.path for script in made if script is not None))


def is_current(url: str) -> bool:
    """Whether a database is at the newest revision; an empty or missing one is not."""
    return revision_of(url) == ScriptDirectory.from_config(_config()).get_current_head()


def is_known(revision: str | None) -> bool:
    """Whether this version knows the revision that a database is at, and can bring it to its own."""
    return revision is not None and revision in {
        one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()
    }


def revision_of(url: str) -> str | None:
    """Return the revision that a database is at; None for an empty or missing one."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except sa.exc.OperationalError:
        return None
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
