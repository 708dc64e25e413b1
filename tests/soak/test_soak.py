"""A short soak, and what makes a long one worth believing: troubles that are real, and an account that misses what is missing."""

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest
import sqlalchemy as sa

from tests.servers import make_server
from tests.soak import toxics
from tests.soak.accounting import kept, promised
from tests.soak.salesperson import JOURNAL
from tests.soak.soak import How, play
from tests.soak.toxics import Ailment

HEARD_S = 10.0


@pytest.mark.slow
@pytest.mark.functions(141)
def test_a_short_soak_loses_nothing_and_ends_equal(tmp_path):
    result = play(tmp_path, How(seconds=6, devices=2, seed=3))
    assert result.broken == []
    assert result.saves > 0
    assert result.companies > 0
    assert sum(result.ailments.values()) > 2


def test_a_save_that_is_nowhere_is_missed(tmp_path):
    server = make_server(tmp_path / "central")
    history = {"n": 0, "entity": "company", "record_id": "1", "unit": "name", "tx_id": "t", "typed_at": 1, "arrived_at": 1}
    with server.central.store.write() as connection:
        texts = {"before": None, "after": json.dumps({"name": "Țigla «dan-1-1»"}), "kind": "applied"}
        connection.execute(sa.insert(server.central.tables.history), [{**history, **texts, "seq": 1}])
    server.central.store.close()
    (tmp_path / JOURNAL).write_text('{"mark": "«dan-1-1»"}\n{"mark": "«dan-1-2»"}\n{"mark": "«dan-1-', encoding="utf-8")
    assert promised([tmp_path]) == {"«dan-1-1»", "«dan-1-2»"}
    assert promised([tmp_path]) - kept(server.config.url) == {"«dan-1-2»"}


class Echo(socketserver.ThreadingTCPServer):
    """A server that sends back what it gets, and remembers each connection."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        super().__init__(("127.0.0.1", 0), Answering)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(socketserver.BaseRequestHandler):
    """One connection to it."""

    server: Echo

    def handle(self) -> None:
        number = len(self.server.heard)
        self.server.heard.append(b"")
        with suppress(OSError):
            while data := self.request.recv(65_536):
                self.server.heard[number] += data
                self.request.sendall(data)


@contextmanager
def through(ill: Ailment, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[socket.socket, Echo, toxics.Network]]:
    """Yield a connection to an echo that suffers from this."""
    monkeypatch.setattr(toxics, "ailment", lambda _random: ill)
    with Echo() as echo:
        threading.Thread(target=echo.serve_forever, args=(0.02,), daemon=True).start()
        network = toxics.Network([echo.address], Random(1))
        with (
            toxics.proxies(network, 1) as (address,),
            socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[-1])), timeout=HEARD_S) as one,
        ):
            yield one, echo, network
        echo.shutdown()


def heard(one: socket.socket, count: int) -> bytes:
    """Return so many bytes that come back."""
    found = b""
    while len(found) < count and (data := one.recv(count - len(found))):
        found += data
    return found


def test_a_connection_that_is_well_carries_everything(monkeypatch):
    with through(Ailment(), monkeypatch) as (one, echo, network):
        one.sendall(b"x" * 100_000)
        assert heard(one, 100_000) == b"x" * 100_000
    assert [len(data) for data in echo.heard] == [100_000]
    assert dict(network.ailments) == {"well": 1}


def test_a_connection_is_cut_at_a_byte(monkeypatch):
    with through(Ailment(cut_at=10), monkeypatch) as (one, echo, _network):
        one.sendall(b"0123456789")
        with pytest.raises(ConnectionResetError):
            one.recv(1)
    assert b"".join(echo.heard) == b""


def test_what_is_doubled_is_heard_twice_and_answered_once(monkeypatch):
    with through(Ailment(is_doubled=True), monkeypatch) as (one, echo, _network):
        one.sendall(b"push")
        assert heard(one, 4) == b"push"
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            one.recv(1)
    assert echo.heard == [b"push", b"push"]


def test_a_connection_that_stalls_says_nothing_until_it_is_healed(monkeypatch):
    with through(Ailment(stall_at=1), monkeypatch) as (one, _echo, network):
        one.sendall(b"push")
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            one.recv(1)
        one.settimeout(HEARD_S)
        network.heal()
        with pytest.raises(ConnectionResetError):
            one.recv(1)


def test_answers_are_counted_by_their_status(monkeypatch):
    with through(Ailment(), monkeypatch) as (one, _echo, network):
        one.sendall(b"HTTP/1.1 503 Busy")
        assert heard(one, 17)
    assert dict(network.statuses) == {503: 1}
