"""What the tests of use cases share."""

import pytest

from tests.clients import make_replica


@pytest.fixture
def replica(tmp_path):
    """A replica that belongs to somebody and has met its server."""
    opened = make_replica(tmp_path)
    yield opened
    opened.close()
