"""A gate on the way to the server that lets everything through but the answers to pushes: the network at its worst moment."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

PUSH = b"POST /sync/v1/push"
CHUNK = 65536


@dataclass
class Gate:
    """Listens on a port of this machine and forwards to the server's. Use as a context manager.

    Once a push has gone by, nothing comes back any more, and `push_went_by` is set.
    """

    server_port: int
    push_went_by: threading.Event = field(default_factory=threading.Event)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the gate's address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Begin to forward."""
        threading.Thread(target=self._accept, name="gate", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Close every connection."""
        self._listener.close()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self.server_port))
                self._open += [near, far]
                threading.Thread(target=self._forward, args=(near, far), name="gate out", daemon=True).start()
                threading.Thread(target=self._answer, args=(far, near), name="gate back", daemon=True).start()

    def _forward(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(CHUNK):
                if PUSH in data:
                    self.push_went_by.set()
                far.sendall(data)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(CHUNK):
                if not self.push_went_by.is_set():
                    near.sendall(data)
