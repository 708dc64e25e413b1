"""Thousands of live channels on one server process: what each costs while nothing happens, and how soon all hear of one save."""

import asyncio
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import httpx
import psutil

from shared_models.protocol import PATH
from sync_server.db import accounts
from sync_server.db.accounts import Holder
from sync_server.services.accounts import sha256
from tests.bench.central import make_central, running
from tests.bench.data import Data
from tests.bench.devices import Device, device
from tests.bench.figure import Figure

BASE = 1_000
"""Rows under the saves."""
MOST_MS, MOST_KIB = 500, 40
TOGETHER = 100
"""Channels that are opened at a time."""
ROUNDS = 5
DAY_US = 86_400_000_000


class _Channel(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


def channels(folder: Path, rows: int, data: Data) -> Figure:
    """Open `rows` channels, of a device each, and save something five times: p95 of the times from the save to a poke, in ms."""
    with (
        running(folder / "server", data, BASE) as server,
        device(folder / "one.db", data.registry, server.address) as one,
    ):
        one.sync()
        tokens = _tokens(folder / "server", data, one, rows)
        edits = [edit for edit in data.edits(BASE, 20 * ROUNDS) if edit["op"] == "update"][:ROUNDS]
        kib, taken = asyncio.run(_told(server.address, server.process(), tokens, one, edits))
    limit = MOST_MS if data.is_limited else None
    notes = (
        f"{kib:.1f} KiB a channel of at most {MOST_KIB}; median {median(taken):.0f} ms; each of {rows:,} told {ROUNDS} times",
    )
    return Figure("channels", rows, quantiles(taken, n=20)[-1], "ms", limit, notes=notes)


def _tokens(folder: Path, data: Data, one: Device, count: int) -> list[str]:
    """Give so many devices an access token: signing each in would take the server minutes, on purpose."""
    server = make_central(folder, data.registry, ())
    tables, user = server.accounts.tables, one.signed.user_id
    tokens = [f"bench-{n}" for n in range(count)]
    with server.central.store.write() as connection:
        for token in tokens:
            accounts.add_device_token(connection, tables, sha256(f"of {token}"), token, user, 0)
            holder = Holder(user, token, False, False)
            accounts.add_access_token(connection, tables, sha256(token), holder, server.central.now_us() + DAY_US)
    server.central.store.close()
    return tokens


async def _told(
    address: str, process: psutil.Process, tokens: list[str], one: Device, edits: list[dict[str, object]]
) -> tuple[float, list[float]]:
    """Return the KiB of the server's memory a channel, and the times until each channel had each poke, in ms."""
    before, seq = process.memory_info().rss, one.replica.facts()["cursor"]
    opened = list[_Channel]()
    for start in range(0, len(tokens), TOGETHER):
        opened += await asyncio.gather(*(_open(address, token, seq) for token in tokens[start : start + TOGETHER]))
    kib = (process.memory_info().rss - before) / 1024 / len(tokens)
    taken = list[float]()
    for edit in edits:
        heard = [asyncio.create_task(_poke(channel)) for channel in opened]
        await asyncio.sleep(0)
        one.save([edit])
        start_s = time.perf_counter()
        await asyncio.to_thread(one.sync)
        taken += [(at - start_s) * 1000 for at in await asyncio.gather(*heard)]
    for channel in opened:
        channel.writer.close()
    return kib, taken


async def _open(address: str, token: str, seq: int) -> _Channel:
    url = httpx.URL(address)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(
        f"GET {PATH}/events HTTP/1.1\r\nhost: {url.netloc.decode()}\r\nauthorization: Bearer {token}\r\n"
        f"last-event-id: {seq}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head, head
    return _Channel(reader, writer)


async def _poke(channel: _Channel) -> float:
    while not (await channel.reader.readline()).startswith(b"data:"):
        pass
    return time.perf_counter()
