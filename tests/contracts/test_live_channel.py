"""The live channel, in process and over a socket: it tells of what is newer, at once, and of nothing else."""

import threading
from contextlib import contextmanager

import httpx
import pytest

from client.config import SyncTimes
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.errors import SyncError
from shared_models.protocol import PATH, SignInRequest
from sync_server.app import open_server
from sync_server.db.listening import Listening
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests.servers import EMAIL, PASSWORD, Caller, behind_socket, company_tx, make_server, record_id

SOON_S = 30


class Hearing:
    """Someone who listens on a thread of his own."""

    def __init__(self, pokes):
        self.pokes, self.seqs, self.error = pokes, [], None
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self):
        try:
            for poke in self.pokes:
                with self._news:
                    self.seqs.append(poke.seq)
                    self._news.notify_all()
        except SyncError as error:
            self.error = error

    def upto(self, seq):
        """Wait for a poke of at least a seq."""
        with self._news:
            assert self._news.wait_for(lambda: self.seqs and self.seqs[-1] >= seq, SOON_S), self.seqs

    def ended(self):
        self._thread.join(SOON_S)
        return not self._thread.is_alive()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request, tmp_path):
    return make_server(tmp_path, request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def address(server):
    with behind_socket(server, ping_s=0.2) as address:
        yield address


@pytest.fixture
def caller(address):
    with httpx.Client(base_url=address) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        yield caller


@contextmanager
def way(kind, server, address, name="laptop"):
    request = SignInRequest(email=EMAIL, password=PASSWORD, device_name=name, install=name)
    with make_client(address, SyncTimes()) as http:
        answer = sign_in(http, request)
        if kind == "local":
            yield LocalTransport(server.central, Actor("user", answer.device_id))
        else:
            yield HttpTransport(http, AccessToken(http, lambda: answer.device_token))


@pytest.fixture(params=["local", "socket"])
def transport(request, server, address):
    with way(request.param, server, address) as made:
        yield made


def push(caller, number):
    answer = caller.push([company_tx(number, record_id(number))]).json()
    return answer["verdicts"][0]["seq"]


def test_who_listens_is_told_of_each_save_that_another_sends(transport, caller):
    hearing = Hearing(transport.live(push(caller, 1)))
    for number in (2, 3):
        hearing.upto(push(caller, number))
    assert len(hearing.seqs) == 2
    hearing.pokes.close()
    assert hearing.ended()


def test_what_is_newer_than_the_cursor_is_told_at_once(transport, caller):
    first = push(caller, 1)
    second = push(caller, 2)
    hearing = Hearing(transport.live(first))
    hearing.upto(second)
    hearing.pokes.close()
    assert hearing.ended()


def test_nothing_is_told_that_is_not_newer(transport, caller):
    last = push(caller, 1)
    hearing = Hearing(transport.live(last))
    hearing.upto(push(caller, 2))
    assert hearing.seqs[0] > last
    hearing.pokes.close()
    assert hearing.ended()


def test_a_channel_that_nobody_reads_can_be_closed(transport):
    transport.live(0).close()


def test_a_device_that_was_revoked_is_told_nothing_more(server, address, caller):
    with way("socket", server, address, "lost phone") as made:
        hearing = Hearing(made.live(push(caller, 1)))
        hearing.upto(push(caller, 2))
        tables = server.central.tables
        with server.central.store.read() as connection:
            [device] = connection.execute(tables.device.select().where(tables.device.c.name == "lost phone")).all()
        assert server.accounts.revoke_device(device.id)
        assert hearing.ended()


def test_of_two_channels_of_a_device_the_older_one_ends(server, address, caller):
    with way("socket", server, address) as made:
        first, second = Hearing(made.live(0)), Hearing(made.live(0))
        assert first.ended()
        second.upto(push(caller, 1))
        second.pokes.close()
        assert second.ended()


def test_a_server_that_stops_ends_the_channels_and_waits_for_none(server):
    with behind_socket(server) as address, way("socket", server, address) as made:
        hearing = Hearing(made.live(0))
    assert hearing.ended()


def test_a_channel_is_for_who_has_a_token(address):
    assert httpx.get(f"{address}{PATH}/events").status_code == 401


@pytest.mark.postgresql
def test_another_server_process_hears_through_the_database(postgresql_url, tmp_path):
    server = make_server(tmp_path / "one", postgresql_url)
    other = open_server(server.config)
    listening = Listening(other.central.store, other.central.tables)
    listening.start()
    try:
        with behind_socket(server) as address, httpx.Client(base_url=address) as http:
            caller = Caller(http)
            caller.sign_in()
            caller.hello()
            hearing = Hearing(LocalTransport(other.central, Actor("user", "device")).live(0))
            for number in (1, 2):
                hearing.upto(push(caller, number))
            hearing.pokes.close()
            assert hearing.ended()
    finally:
        listening.close()
        other.central.store.close()


@pytest.mark.postgresql
def test_who_lost_the_database_listens_again(postgresql_url, tmp_path, monkeypatch):
    monkeypatch.setattr("sync_server.db.listening.AGAIN_S", 0.05)
    server = make_server(tmp_path / "one", postgresql_url)
    other = open_server(server.config)
    listening = Listening(other.central.store, other.central.tables)
    listening.start()
    try:
        with behind_socket(server) as address, httpx.Client(base_url=address) as http:
            caller = Caller(http)
            caller.sign_in()
            caller.hello()
            hearing = Hearing(LocalTransport(other.central, Actor("user", "device")).live(0))
            hearing.upto(push(caller, 1))
            with server.central.store.write() as connection:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
                assert connection.exec_driver_sql(others).all()
            hearing.upto(push(caller, 2))
            hearing.pokes.close()
            assert hearing.ended()
    finally:
        listening.close()
        other.central.store.close()
