"""One suite for every way to the bytes of files: the office's, in process, and a device's, over a socket."""

import pytest

from client.config import SyncTimes
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.errors import Busy, ErrorCode, Refused, SyncError, Unreachable
from shared_models.protocol import SignInRequest
from shared_models.transport import FilePlace
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.file_store import StoreFailed
from sync_server.services.local_transport import LocalTransport
from tests.file_calls import ACME, CONTENT, OFFER, digest, document_op
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server

pytestmark = pytest.mark.functions(135)
SHA, SIZE = digest(CONTENT), len(CONTENT)


@pytest.fixture
def server(tmp_path):
    made = make_server(tmp_path)
    with made.central.store.write() as connection:
        values = {**document_op()["set"], "id": OFFER, "state": "pending"}
        rows = [("company", {"id": ACME, "name": "Acme"}), ("document", values)]
        import_rows(connection, made.central, rows, ImportedBy("ana", "setup"))
    yield made
    made.central.store.close()


@pytest.fixture(params=["local", "socket"])
def way(request, server):
    if request.param == "local":
        yield LocalTransport(server.central, Actor("ana", "device", is_admin=True), files=server.files)
        return
    with behind_socket(server) as address, make_client(address, SyncTimes()) as http:
        answer = sign_in(http, SignInRequest(email=EMAIL, password=PASSWORD, device_name="laptop", install="i"))
        yield HttpTransport(http, AccessToken(http, lambda: answer.device_token))


def refused(call, kind: type[SyncError] = Refused):
    with pytest.raises(kind) as found:
        call()
    return found.value.code


def test_a_file_goes_up_in_pieces_and_comes_down_from_any_place(way):
    assert way.announce_file(SHA, SIZE) == FilePlace(0)
    assert way.send_file(SHA, SIZE, 0, CONTENT[:4000]) == FilePlace(4000)
    assert way.announce_file(SHA, SIZE) == FilePlace(4000)
    assert way.send_file(SHA, SIZE, 4000, CONTENT[4000:]) == FilePlace(SIZE, is_whole=True)
    assert way.announce_file(SHA, SIZE) == FilePlace(SIZE, is_whole=True)
    assert b"".join(way.file_bytes(SHA, 0)) == CONTENT
    assert b"".join(way.file_bytes(SHA, 5000)) == CONTENT[5000:]


def test_what_cannot_be_is_refused_with_a_code(way, server):
    assert refused(lambda: way.announce_file("0" * 64, 1)) is ErrorCode.R309
    assert refused(lambda: way.file_bytes(SHA, 0)) is ErrorCode.R309
    assert refused(lambda: way.send_file(SHA, SIZE, 7, b"x")) is ErrorCode.P209
    assert refused(lambda: way.send_file(SHA, SIZE, 0, bytes(SIZE))) is ErrorCode.P210
    assert refused(lambda: way.announce_file(SHA, SIZE + 1)) is ErrorCode.P201
    assert refused(lambda: way.announce_file(SHA, 2**30)) is ErrorCode.L404


def test_a_store_that_does_not_work_now_is_asked_again_later(way, server, monkeypatch):
    class Broken:
        def size_of(self, sha256):
            raise StoreFailed("no connection")

        put = size_of

    way.announce_file(SHA, SIZE)
    kept, server.files.store = server.files.store, Broken()
    monkeypatch.setattr(Broken, "put", lambda *_: Broken().size_of(""))
    assert refused(lambda: way.send_file(SHA, SIZE, 0, CONTENT), Busy) is ErrorCode.S502
    server.files.store = kept
    assert way.announce_file(SHA, SIZE).is_whole, "what had come was not lost"
    server.files.store = Broken()
    assert refused(lambda: way.file_bytes(SHA, 0), Busy) is ErrorCode.S502


def test_a_store_that_breaks_off_in_the_middle_is_a_line_that_breaks_off(server):
    way = LocalTransport(server.central, Actor("ana", "device", is_admin=True), files=server.files)
    way.send_file(SHA, SIZE, 0, CONTENT)

    def broken(sha256, start):
        yield CONTENT[:10]
        raise StoreFailed("no connection")

    server.files.store.read = broken
    pieces = way.file_bytes(SHA, 0)
    assert next(pieces) == CONTENT[:10]
    with pytest.raises(Unreachable):
        next(pieces)


def test_a_way_without_files_says_that_there_are_none(server):
    way = LocalTransport(server.central, Actor("ana", "device", is_admin=True))
    assert refused(lambda: way.announce_file(SHA, SIZE)) is ErrorCode.R309
