"""The server processes of the demo: what is said when one cannot be made or does not start."""

import signal
import sys
from typing import Any

import pytest

from client import demo_servers
from client.demo_servers import ServerProcess, ended_by_signals, fate_of
from tests.ports import free_port


def test_a_server_that_cannot_make_its_database_says_why(tmp_path):
    server = ServerProcess(tmp_path, free_port(), "nonsense")
    with pytest.raises(RuntimeError, match="URL"):
        server.prepare("small")


def test_a_server_that_does_not_start_shows_its_log(tmp_path):
    server = ServerProcess(tmp_path, free_port())
    with pytest.raises(RuntimeError, match="fieldfare server init"):
        server.start()
    server.stop()


def test_a_second_server_on_one_folder_does_not_start_and_one_after_a_killed_one_does(tmp_path):
    first, second = ServerProcess(tmp_path, free_port()), ServerProcess(tmp_path, free_port())
    first.prepare("small")
    try:
        first.start()
        with pytest.raises(RuntimeError, match="already, and only one can"):
            second.start()
        assert first.fate() is None
        first.kill()
        second.start()
    finally:
        first.stop()
        second.stop()


def test_a_server_that_hangs_is_given_up_and_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(demo_servers, "START_S", 0.0)
    server = ServerProcess(tmp_path, free_port())
    with pytest.raises(RuntimeError, match="did not start"):
        server.start()
    server.kill()
    server.kill()


class Child:
    """A process that somebody ends the demo at while it is asked."""

    is_asked = False

    def poll(self):
        """Hear the signal, then go on to the end."""
        signal.raise_signal(signal.SIGINT)
        self.is_asked = True


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_a_signal_waits_until_a_child_was_asked_whether_it_runs():
    child: Any = Child()
    with ended_by_signals(), pytest.raises(KeyboardInterrupt):
        fate_of(child)
    assert child.is_asked
