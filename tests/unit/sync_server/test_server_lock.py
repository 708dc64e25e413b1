"""One server on one SQLite database, whatever happens to the one before."""

import os

import pytest

from sync_server.db import server_lock
from sync_server.db.server_lock import ServedAlready


def test_a_database_is_served_by_one_and_free_again_afterwards(tmp_path):
    url = f"sqlite:///{tmp_path / 'central.db'}"
    with server_lock.acquire(url):
        with pytest.raises(ServedAlready, match=r"central\.db"):
            server_lock.acquire(url)
        with server_lock.acquire(f"sqlite:///{tmp_path / 'another.db'}"):
            pass
    with server_lock.acquire(url):
        pass


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no symbolic links")
def test_one_file_by_two_names_is_one_database(tmp_path):
    (tmp_path / "central.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "central.db")
    with server_lock.acquire(f"sqlite:///{tmp_path / 'central.db'}"):
        for other in (tmp_path / "link.db", tmp_path / "." / "central.db", f"file:{tmp_path / 'central.db'}"):
            with pytest.raises(ServedAlready):
                server_lock.acquire(f"sqlite:///{other}")


def test_a_database_server_has_as_many_as_want_it():
    url = "postgresql+psycopg://fieldfare@db.example/central"
    with server_lock.acquire(url), server_lock.acquire(url):
        pass
