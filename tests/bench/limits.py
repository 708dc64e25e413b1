"""What nothing on this machine can beat, measured in the same run: the floor of a protocol that moves rows (L6).

First sync: pages of 2,000 rows, encoded and packed beforehand, served over HTTP by a process that does nothing else, into a plain
SQLite replica with indexes and search. Edits: plain statements in one transaction, the search index kept by triggers.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import httpx
import msgspec
import zstandard

from tests.bench import workload

PAGE = 2000
Rows = dict[str, list[tuple[str, ...]]]


def seconds(work: Callable[[], object]) -> float:
    """Return how long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return how much CPU time of this process it takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def first_sync_s(folder: Path, n: int, runs: int = 3, measure: Callable[[Callable[[], object]], float] = seconds) -> float:
    """Return the seconds in which n rows get from packed pages into a plain replica; the median of so many runs."""
    pages = _pages(n)
    for i, (_, packed) in enumerate(pages):
        (folder / f"page-{i}").write_bytes(packed)
    with _serving(folder, len(pages)) as address, httpx.Client() as client:
        return median(measure(lambda: _load(folder / "limit.db", pages, client, address)) for _ in range(runs))


@contextmanager
def _serving(folder: Path, count: int) -> Iterator[str]:
    """Yield the address of a process that serves so many files of a folder, and nothing else."""
    command = [sys.executable, "-m", "tests.bench.limits", str(folder), str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["address"]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def snapshot_s(folder: Path, n: int, runs: int = 3) -> float:
    """Return the seconds in which a ready SQLite file of n rows is shipped, indexes and search in it (L4); the median of so many runs."""
    made = _fresh(folder / "limit-file.db")
    with closing(_open(made)) as connection:
        for table, found in _rows(n).items():
            connection.executemany(_insert(table), found)
            connection.execute(f"INSERT INTO {table}_fts({table}_fts) VALUES('rebuild')")
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
    (folder / "page-0").write_bytes(zstandard.ZstdCompressor(level=3).compress(made.read_bytes()))
    with _serving(folder, 1) as address, httpx.Client() as client:
        return median(seconds(lambda: _ship(folder / "limit.db", client, address)) for _ in range(runs))


def _ship(path: Path, client: httpx.Client, address: str) -> None:
    unpack = zstandard.ZstdDecompressor().decompressobj()
    with _fresh(path).open("wb") as file, client.stream("GET", f"{address}/?0") as response:
        for piece in response.iter_raw():
            file.write(unpack.decompress(piece))
        file.flush()
        os.fsync(file.fileno())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("SELECT count(*) FROM activities WHERE status='open'").fetchone()


def edits_s(folder: Path, n: int, edits: list[workload.Row], runs: int = 3) -> float:
    """Return the seconds in which edits go into a plain database of n rows, in one transaction; the median of runs."""
    taken = []
    for _ in range(runs):
        path = _fresh(folder / "limit-edits.db")
        with closing(_open(path)) as connection:
            for table, found in _rows(n).items():
                connection.executemany(_insert(table), found)
                connection.execute(f"INSERT INTO {table}_fts({table}_fts) VALUES('rebuild')")
            for statement in _triggers():
                connection.execute(statement)
            connection.commit()
            taken.append(seconds(partial(_apply, connection, edits)))
    return median(taken)


def _rows(n: int) -> Rows:
    found: Rows = {table: [] for table in workload.SCHEMA}
    for table, row in workload.rows(n):
        found[table].append(tuple(row.values()))
    return found


def _pages(n: int) -> list[tuple[str, bytes]]:
    pack = zstandard.ZstdCompressor(level=3).compress
    return [
        (table, pack(msgspec.json.encode(found[i : i + PAGE])))
        for table, found in _rows(n).items()
        for i in range(0, len(found), PAGE)
    ]


def _load(path: Path, pages: list[tuple[str, bytes]], client: httpx.Client, address: str) -> None:
    unpack = zstandard.ZstdDecompressor().decompress
    width = {table: len(names.split()) for table, names in workload.SCHEMA.items()}
    decoders = {table: msgspec.json.Decoder(list[tuple[(str,) * width[table]]]) for table in width}  # type: ignore[misc]
    with closing(_open(_fresh(path))) as connection:
        for i, (table, _) in enumerate(pages):
            connection.executemany(_insert(table), decoders[table].decode(unpack(client.get(f"{address}/?{i}").content)))
        for table in workload.SCHEMA:
            connection.execute(f"INSERT INTO {table}_fts({table}_fts) VALUES('rebuild')")
        connection.commit()


def _apply(connection: sqlite3.Connection, edits: list[workload.Row]) -> None:
    for edit in edits:
        if edit["op"] == "insert":
            connection.execute(_insert(edit["table"]), tuple(edit["row"].values()))
        else:
            names = ", ".join(f"{name} = ?" for name in edit["set"])
            connection.execute(f"UPDATE {edit['table']} SET {names} WHERE id = ?", (*edit["set"].values(), edit["id"]))
    connection.commit()


def _fresh(path: Path) -> Path:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    return path


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-65536")
    for statement in workload.sqlite_ddl(fts=True):
        connection.execute(statement)
    return connection


def _insert(table: str) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' for _ in workload.SCHEMA[table].split())})"


def _triggers() -> list[str]:
    made = []
    for table, names in workload.FTS.items():
        listed, new, old = (", ".join(f"{prefix}{name}" for name in names) for prefix in ("", "new.", "old."))
        put = f"INSERT INTO {table}_fts(rowid, {listed}) VALUES (new.rowid, {new});"
        take = f"INSERT INTO {table}_fts({table}_fts, rowid, {listed}) VALUES ('delete', old.rowid, {old});"
        made.append(f"CREATE TRIGGER {table}_fi AFTER INSERT ON {table} BEGIN {put} END")
        made.append(f"CREATE TRIGGER {table}_fu AFTER UPDATE OF {listed} ON {table} BEGIN {take} {put} END")
    return made


async def _serve(folder: Path, count: int) -> None:
    """Answer `GET /?i` with page i and nothing else, on one kept-alive connection after the other."""
    bodies = [(folder / f"page-{i}").read_bytes() for i in range(count)]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            body = bodies[int(head.split()[1].partition(b"?")[2])]
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    sys.stdout.write(json.dumps({"address": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
