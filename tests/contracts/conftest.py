"""What the contracts of the databases share."""

from collections.abc import Iterator

import pytest

from shared_models.registry import CRM
from sync_server.db import migrate
from sync_server.db.engine import open_store
from sync_server.services import setup
from sync_server.services.central import Central
from tests.properties.test_scoped_pull import TABLES
from tests.unit.sync_server.centre import NOW_US, Centre


@pytest.fixture
def centre(central_url: str) -> Iterator[Centre]:
    """An empty centre, once for each kind of database."""
    migrate.upgrade(central_url)
    store = open_store(central_url, synchronous="OFF")
    made = Centre(Central(store, TABLES, CRM, lambda: NOW_US))
    setup.start(made.central, lambda: "epoch")
    yield made
    store.close()
