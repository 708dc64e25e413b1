"""Thousands of devices that keep their connection: each is answered, and a push among them still is.

`make prove` opens 3,000; the usual run opens as many as show that they share the server.
"""

import asyncio
import os

import httpx
import pytest

from shared_models.protocol import PATH
from tests.servers import Caller, behind_socket, company_tx, make_server, record_id

CONNECTIONS = int(os.environ.get("FIELDFARE_CONNECTIONS", "100"))


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> bytes:
    """Send a request; returns the status line. What follows the head is left: there is none, or no request follows."""
    writer.write(head)
    answer = await reader.readuntil(b"\r\n\r\n")
    return answer.split(b"\r\n", 1)[0]


async def many(host: str, port: int, head: bytes, push) -> list[bytes]:
    """Open every connection, ask once on each, push among them, and ask again on the same connections."""
    opened = [await asyncio.open_connection(host, port) for _ in range(CONNECTIONS)]
    first = await asyncio.gather(*(ask(*one, head) for one in opened))
    await asyncio.to_thread(push)
    again = await asyncio.gather(*(ask(*one, head) for one in opened))
    for _, writer in opened:
        writer.close()
    return [*first, *again]


@pytest.mark.functions(147)
def test_every_one_of_many_devices_is_answered_on_the_connection_that_it_keeps(tmp_path):
    server = make_server(tmp_path)
    with behind_socket(server) as address, httpx.Client(base_url=address, timeout=60) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        seq = caller.push([company_tx(1, record_id(1))]).json()["verdicts"][0]["seq"]
        url = httpx.URL(address)
        query = f"{PATH}/pull?c={seq}&e={caller.server_epoch}&d={caller.device_epoch}"
        head = f"GET {query} HTTP/1.1\r\nhost: {url.netloc.decode()}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in caller.headers.items()) + "\r\n"
        pushed: list[int] = []

        def push() -> None:
            pushed.append(caller.push([company_tx(2, record_id(2))]).status_code)

        answers = asyncio.run(many(str(url.host), int(url.port or 80), head.encode(), push))
    assert pushed == [200]
    assert answers[:CONNECTIONS] == [b"HTTP/1.1 204 No Content"] * CONNECTIONS
    assert answers[CONNECTIONS:] == [b"HTTP/1.1 200 OK"] * CONNECTIONS, "the push is news to all of them"
