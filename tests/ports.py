"""Ports for the servers that a test starts."""

import socket
from contextlib import ExitStack, suppress
from random import SystemRandom


def free_port(following: int = 0) -> int:
    """Return a port of this machine that nobody listens on, nor on so many that follow it.

    It is not one of those that the system gives to connections, which could take it before whoever asked does.
    """
    while True:
        port = SystemRandom().randrange(20_000, 32_000)
        with ExitStack() as probes, suppress(OSError):
            for one in range(port, port + following + 1):
                probes.enter_context(socket.socket()).bind(("127.0.0.1", one))
            return port
