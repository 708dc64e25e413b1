"""How a test says that a service it needs cannot be had: a skip that the end of the run tells apart from others."""

from typing import NoReturn

import pytest

NOT_RUN = "not run: "
"""Starts the reason of such a skip."""


class ServiceMissing(Exception):
    """A state of the machine, not a failure; the message says what is missing: `MariaDB: mariadbd is not installed`."""


def not_run(missing: object) -> NoReturn:
    """Skip the present test; missing: the service, a colon, and what is not there."""
    pytest.skip(f"{NOT_RUN}{missing}")
