"""Files of replicas that belong to nobody yet, to be copied: making their tables takes ten times as long."""

import os
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from client.replica import connection, driver, migrations
from shared_models.registry import Registry


def put(path: Path, registry: Registry) -> None:
    """Put an unencrypted file without a record where there is none."""
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_content(registry))


@cache
def _content(registry: Registry) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "replica.db")
        with closing(driver.connect(path)) as made:
            connection.prepare_writer(made)
            migrations.migrate(Database(made), registry)
        return path.read_bytes()
