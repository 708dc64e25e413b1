"""However the demo ends, nothing that it started outlives it, so that the next one finds its ports free."""

import signal
import socket
import subprocess
import sys
from contextlib import suppress

import pytest

from client.demo_servers import command, free_port, is_taken


def started(folder, port, *more):
    """Return a demo that runs and what it said so far."""
    demo = subprocess.Popen(
        command("demo", "--no-browser", "--port", str(port), *more), stdout=subprocess.PIPE, text=True,
        env={"PATH": "", "TMPDIR": str(folder), "HOME": str(folder)},
    )  # fmt: skip
    said = []
    for line in demo.stdout:
        said.append(line)
        if "Ctrl+C ends" in line:
            return demo, "".join(said)
    raise AssertionError("".join(said))


def wait_for_the_end_of(connection):
    with connection, suppress(ConnectionResetError):
        assert connection.recv(1) == b""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_the_demo_with_its_server_and_its_device(tmp_path, how):
    port = free_port()
    demo, _ = started(tmp_path, port)
    try:
        children = [socket.create_connection(("127.0.0.1", one), timeout=30) for one in (port, port + 1)]
        demo.send_signal(how)
        demo.wait(timeout=30)
    finally:
        demo.kill()
        demo.stdout.close()
    for child in children:
        wait_for_the_end_of(child)
    assert not is_taken(port)
    assert not is_taken(port + 1)
    if how != signal.SIGKILL:
        assert demo.returncode == 0
        assert list(tmp_path.glob("fieldfare-demo-*")) == []
