"""A relay between a device and a server: it counts bytes and round trips, and may be slow, or break off at some byte."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PIECE = 65_536
SLOW_PIECE = 8192
"""Bytes that a slow link carries at a time: few, so that little is under way when one side ends."""
ON_THE_WAY = 64
"""Pieces that a slow link holds: half a megabyte, then whoever sends waits."""


@dataclass(frozen=True)
class Link:
    """How slow a link is, each way."""

    trip_s: float
    """There and back."""
    bytes_s: float


@dataclass
class Counted:
    """What passed so far."""

    up: int = 0
    down: int = 0
    trips: int = 0
    """Round trips: how often a connection turned to carry something up."""
    target: str = ""
    """The server's address; connections that are opened from now on go there."""
    cut_at: int | None = None
    """Bytes, both ways together, at which `cut` is called, once."""
    cut: Callable[[], None] = lambda: None
    hang_up: Callable[[], None] = lambda: None
    """Breaks off every connection that is open; new ones may be opened at once. May be what `cut` calls."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def both(self) -> int:
        """Return the bytes of both directions."""
        return self.up + self.down

    def passing(self, n: int, *, up: bool, turns: bool) -> None:
        """Count so many bytes that are about to be handed on."""
        with self._lock:
            self.up += n if up else 0
            self.down += 0 if up else n
            self.trips += turns
            is_due = self.cut_at is not None and self.both() >= self.cut_at
            if is_due:
                self.cut_at = None
        if is_due:
            self.cut()


@contextmanager
def counting(target: str, link: Link | None = None) -> Iterator[tuple[str, Counted]]:
    """Yield the address of a relay to a server, and its counters. It costs time: measure speed without it."""
    counted, listener = Counted(target=target), socket.create_server(("127.0.0.1", 0))
    lanes, open_ones = {up: _Lane(link) for up in (True, False)}, list[_Connection]()

    def hang_up() -> None:
        for one in tuple(open_ones):
            one.break_off()

    counted.hang_up = hang_up

    def accept() -> None:
        with suppress(OSError):
            while True:
                inner, _ = listener.accept()
                try:
                    outer = socket.create_connection(
                        (urlsplit(counted.target).hostname or "", urlsplit(counted.target).port or 0)
                    )
                except OSError:  # the server is not there now
                    inner.close()
                    continue
                open_ones.append(_Connection(inner, outer, counted, lanes))

    accepting = _start(accept)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", counted
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for one in open_ones:
            one.end()


class _Connection:
    """One connection through the relay: a socket to each side, and a thread for each direction."""

    def __init__(self, inner: socket.socket, outer: socket.socket, counted: Counted, lanes: "dict[bool, _Lane]") -> None:
        self._sockets, self._counted, self._is_up = (inner, outer), counted, False
        for one in self._sockets:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pumps = [
            _start(self._pump, inner, outer, True, lanes[True]),
            _start(self._pump, outer, inner, False, lanes[False]),
        ]

    def break_off(self) -> None:
        """Let both sides find it broken."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """Break it off, if either side still holds it."""
        self.break_off()
        for pump in self._pumps:
            pump.join()
        for one in self._sockets:
            one.close()

    def _pump(self, source: socket.socket, sink: socket.socket, up: bool, lane: "_Lane") -> None:
        """Hand on what comes, until either side ends."""

        def deliver(data: bytes) -> None:
            self._counted.passing(len(data), up=up, turns=up and not self._is_up)
            self._is_up = up
            sink.sendall(data)

        with suppress(OSError):
            if lane.link is None:
                while data := source.recv(PIECE):
                    deliver(data)
            else:
                _slowly(source, deliver, lane)
        for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
            with suppress(OSError):
                end.shutdown(how)


class _Lane:
    """One direction of the link, shared by all connections."""

    def __init__(self, link: Link | None) -> None:
        self.link, self._free_at, self._lock = link, 0.0, threading.Lock()

    def arrives_at(self, n: int) -> float:
        """Return when so many bytes, sent now, are on the other side."""
        if self.link is None:
            return 0.0
        with self._lock:
            self._free_at = max(time.monotonic(), self._free_at) + n / self.link.bytes_s
            return self._free_at + self.link.trip_s / 2


def _slowly(source: socket.socket, deliver: Callable[[bytes], None], lane: _Lane) -> None:
    under_way: queue.Queue[tuple[float, bytes]] = queue.Queue(ON_THE_WAY)
    is_broken = threading.Event()

    def arrive() -> None:
        while (piece := under_way.get())[1]:
            time.sleep(max(piece[0] - time.monotonic(), 0))
            try:
                if not is_broken.is_set():
                    deliver(piece[1])
            except OSError:  # whoever was to get it is gone: what is under way is lost, and nothing more is taken
                is_broken.set()

    arriving = _start(arrive)
    try:
        while not is_broken.is_set() and (data := source.recv(SLOW_PIECE)):
            under_way.put((lane.arrives_at(len(data)), data))
    finally:
        under_way.put((0.0, b""))
        arriving.join()


def _start(work: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)
    thread.start()
    return thread
