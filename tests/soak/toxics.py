"""A proxy between a device and its servers that does to connections what bad networks do; it can be told to stop."""

import asyncio
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

PIECE = 16_384
STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3})")
BASEMENT_BYTES_S = 2_500.0
"""20 kbit/s."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: the connection is reset, and what is under way is lost."""


@dataclass(frozen=True)
class Ailment:
    """What one connection suffers from."""

    delay_s: float = 0.0
    """Added to every piece, either way."""
    bytes_s: float | None = None
    """Bytes a second either way; None: as fast as the machine."""
    cut_at: int | None = None
    """Bytes, both ways together, after which it is reset."""
    stall_at: int | None = None
    """Bytes after which nothing moves any more, though it stays open."""
    is_doubled: bool = False
    """All that goes up goes up twice, on a connection of its own, whose answers nobody gets."""

    @property
    def name(self) -> str:
        """A word for the summary."""
        words = {
            "slow": self.bytes_s,
            "cut": self.cut_at,
            "stalled": self.stall_at,
            "doubled": self.is_doubled,
            "late": self.delay_s,
        }
        return next((word for word, there in words.items() if there), "well")


def ailment(random: Random) -> Ailment:
    """Return what the next connection suffers from: one in five is well."""
    kind = random.randrange(10)
    if kind in (0, 1):
        return Ailment()
    if kind in (2, 3):
        return Ailment(delay_s=random.uniform(0.02, 0.8))
    if kind in (4, 5):
        return Ailment(delay_s=random.uniform(0.0, 0.1), cut_at=int(10 ** random.uniform(1, 5.5)))
    if kind == 6:
        return Ailment(bytes_s=BASEMENT_BYTES_S)
    if kind == 7:
        return Ailment(stall_at=int(10 ** random.uniform(1, 4.5)))
    return Ailment(delay_s=random.uniform(0.0, 0.2), is_doubled=True)


@dataclass
class Network:
    """The proxies of one soak, and what passed through them."""

    targets: Sequence[str]
    """Addresses of the servers: a connection goes to one of them by chance."""
    random: Random
    is_bad: bool = True
    """False: connections from now on are well."""
    ailments: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    """Answers by HTTP status, those to doubled requests included."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def heal(self) -> None:
        """Reset what is open, and let all that follows pass."""
        self.is_bad = False
        self.loop.call_soon_threadsafe(self._reset_all)

    def _reset_all(self) -> None:
        for writer in tuple(self._open):
            _reset(writer)

    async def serve(self, inner: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """Carry one connection of a device to a server."""
        ill = ailment(self.random) if self.is_bad else Ailment()
        self.ailments[ill.name] += 1
        target = urlsplit(self.random.choice(self.targets))
        link = _Link(ill, self)
        writers = [answer]
        try:
            with suppress(OSError, asyncio.CancelledError):  # cancelled when the proxies end
                outer, up = await asyncio.open_connection(target.hostname, target.port)
                writers.append(up)
                ups, answers = [up], [link.carry(outer, [answer], is_up=False)]
                if ill.is_doubled:
                    unheard, again = await asyncio.open_connection(target.hostname, target.port)
                    writers.append(again)
                    ups.append(again)
                    answers.append(link.carry(unheard, [], is_up=False))
                self._open.update(writers)
                await _first_of(link.carry(inner, ups, is_up=True), *answers[:1], beside=answers[1:])
        finally:
            self._open.difference_update(writers)
            for writer in writers:
                _reset(writer)


class _Link:
    """One connection, with what it suffers from."""

    def __init__(self, ill: Ailment, network: Network) -> None:
        self._ill, self._network, self._passed = ill, network, 0

    async def carry(self, source: asyncio.StreamReader, sinks: Sequence[asyncio.StreamWriter], *, is_up: bool) -> None:
        """Hand on what comes until either side ends, or the link does."""
        ill = self._ill
        while data := await source.read(PIECE if ill.bytes_s is None else 512):
            if not is_up and (found := STATUS.match(data)):
                self._network.statuses[int(found[1])] += 1
            self._passed += len(data)
            await asyncio.sleep(ill.delay_s + (len(data) / ill.bytes_s if ill.bytes_s else 0.0))
            if ill.stall_at is not None and self._passed >= ill.stall_at and self._network.is_bad:
                await asyncio.sleep(3600)  # until whoever waits gives up, and ends it
            if ill.cut_at is not None and self._passed >= ill.cut_at:
                return
            for sink in sinks:
                sink.write(data)
                await sink.drain()


async def _first_of(*ways: Awaitable[None], beside: Sequence[Awaitable[None]]) -> None:
    """Return when the first of the ways ends; the others, and what goes on beside them, end with it."""
    tasks, others = [asyncio.ensure_future(way) for way in ways], [asyncio.ensure_future(one) for one in beside]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, *others):
        task.cancel()
    await asyncio.gather(*tasks, *others, return_exceptions=True)


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    writer.transport.abort()


@contextmanager
def proxies(network: Network, count: int) -> Iterator[list[str]]:
    """Yield the addresses of so many proxies, one for each device."""
    loop = network.loop
    thread = threading.Thread(target=loop.run_forever, name="toxics", daemon=True)
    thread.start()

    def call(work: Callable[[], Awaitable[object]]) -> object:
        async def run() -> object:
            return await work()

        return asyncio.run_coroutine_threadsafe(run(), loop).result(30)

    servers: list[asyncio.Server] = []

    async def listen() -> None:
        for _ in range(count):
            servers.append(await asyncio.start_server(network.serve, "127.0.0.1", 0))

    async def end() -> None:
        for server in servers:
            server.close()
        others = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    call(listen)
    try:
        yield [f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers]
    finally:
        call(end)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
