"""An idle sync is one round trip of at most 376 bytes both ways, counted on the socket."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from client.config import SyncTimes
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.protocol import HelloRequest, SignInRequest
from shared_models.registry import SCHEMA_VERSION
from shared_models.transport import PullRequest, UpToDate
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server

LIMIT_BYTES = 376


class Counted:
    """Bytes that passed in both directions."""

    total = 0


@contextmanager
def counting(target: str) -> Iterator[tuple[str, Counted]]:
    """Yield the address of a relay to a server, and what passed through it."""
    counted, listener = Counted(), socket.create_server(("127.0.0.1", 0))
    host, port = urlsplit(target).hostname, urlsplit(target).port

    def relay(source: socket.socket, sink: socket.socket) -> None:
        while data := source.recv(65_536):
            counted.total += len(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    def accept() -> None:
        inner, _ = listener.accept()
        with inner, socket.create_connection((host, port)) as outer:
            back = threading.Thread(target=relay, args=(outer, inner), daemon=True)
            back.start()
            relay(inner, outer)
            back.join(10)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", counted
    thread.join(10)
    listener.close()


def test_an_idle_sync_is_one_round_trip_of_at_most_376_bytes(tmp_path):
    server = make_server(tmp_path)
    with behind_socket(server) as address, counting(address) as (relay, counted), make_client(relay, SyncTimes()) as http:
        request = SignInRequest(email=EMAIL, password=PASSWORD, device_name="laptop", install="i")
        answer = sign_in(http, request)
        transport = HttpTransport(http, AccessToken(http, lambda: answer.device_token))
        epoch = server.ids.token()
        greeting = transport.hello(
            HelloRequest.model_validate(
                {"install": "i", "device_epoch": epoch, "app": "1", "schema": SCHEMA_VERSION, "cursor": 0, "clock": 0}
            )
        )
        cursor = 1
        before = counted.total
        idle = transport.pull(PullRequest(cursor, greeting.server_epoch, epoch))
        used = counted.total - before
    assert isinstance(idle, UpToDate)
    assert used <= LIMIT_BYTES
