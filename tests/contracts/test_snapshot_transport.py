"""A snapshot is fetched alike in process and over a socket: from any place on, by those who are signed in."""

import hashlib

import pytest

from client.config import SyncTimes
from client.sync.http_transport import HttpTransport, make_client
from shared_models.errors import ErrorCode, ProtocolFault, Refused, Unreachable
from shared_models.protocol import PATH
from shared_models.registry import CRM
from shared_models.replica_shape import fingerprint
from shared_models.snapshot import SnapshotRequest
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from sync_server.services.snapshots import Policy, Snapshots
from tests.contracts.test_transport import over_http
from tests.servers import behind_socket, in_process, make_server


@pytest.fixture
def server(tmp_path):
    made = make_server(tmp_path)
    vars(made)["snapshots"] = Snapshots(made.central, tmp_path / "snapshots", lambda build: build(), Policy(min_rows=1))
    return made


@pytest.fixture(params=["local", "http", "socket"])
def transport(request, server):
    if request.param == "local":
        yield LocalTransport(server.central, Actor("user", "device"), server.snapshots)
    elif request.param == "http":
        with in_process(server) as http:
            yield over_http(http)[0]
    else:
        with behind_socket(server) as address, make_client(address, SyncTimes()) as http:
            yield over_http(http)[0]


def asked(server):
    from sync_server.db import timeline

    with server.central.store.read() as connection:
        epoch = timeline.read(connection, server.central.tables).epoch
    return SnapshotRequest(epoch, fingerprint(CRM), ("zstd",))


def test_the_whole_and_every_rest_of_it_can_be_fetched(transport, server):
    offer = transport.snapshot(asked(server))
    whole = b"".join(transport.snapshot_bytes(offer.name, 0))
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (offer.packed_bytes, offer.sha256)
    for start in (1, 1000, len(whole) - 1):
        assert b"".join(transport.snapshot_bytes(offer.name, start)) == whole[start:]


def test_what_is_not_there_is_refused_with_its_code(transport, server):
    offer = transport.snapshot(asked(server))
    for name, start in ((offer.name, offer.packed_bytes), ("nothing", 0), ("../central", 0)):
        with pytest.raises(Refused) as found:
            list(transport.snapshot_bytes(name, start))
        assert found.value.code in (ErrorCode.P208, ErrorCode.P207)


def test_another_timeline_is_refused(transport, server):
    with pytest.raises(Refused) as found:
        transport.snapshot(SnapshotRequest("other", fingerprint(CRM), ("zstd",)))
    assert found.value.code is ErrorCode.P203


def test_a_transport_without_snapshots_leaves_it_to_pages(server):
    alone = LocalTransport(server.central, Actor("user", "device"))
    assert alone.snapshot(asked(server)).name is None
    with pytest.raises(Refused) as found:
        alone.snapshot_bytes("x", 0)
    assert found.value.code is ErrorCode.P208


def test_nobody_gets_it_without_a_token_and_odd_ranges_are_passed_over(server):
    with in_process(server) as http:
        transport, _ = over_http(http)
        offer = transport.snapshot(asked(server))
        assert http.get(f"{PATH}/snapshot/{offer.name}").status_code == 401
        assert http.get(f"{PATH}/snapshot", params={"e": "x", "s": "x", "p": "zstd"}).status_code == 401
        assert isinstance(transport, HttpTransport)
        headers = {"authorization": f"Bearer {transport.token.get()}"}
        for odd in ("bytes=5-9", "bytes=-5", "lines=5-", "bytes=1-,3-"):
            answer = http.get(f"{PATH}/snapshot/{offer.name}", headers={**headers, "range": odd})
            assert (answer.status_code, len(answer.content)) == (200, offer.packed_bytes)
        part = http.get(f"{PATH}/snapshot/{offer.name}", headers={**headers, "range": "bytes=10-"})
        assert (part.status_code, part.headers["content-range"]) == (
            206,
            f"bytes 10-{offer.packed_bytes - 1}/{offer.packed_bytes}",
        )


def test_a_body_that_ends_too_early_or_begins_elsewhere_is_no_snapshot(server, monkeypatch):
    with behind_socket(server) as address, make_client(address, SyncTimes()) as http:
        transport, _ = over_http(http)
        offer = transport.snapshot(asked(server))
        whole = server.snapshots.read(Actor("user", "device"), offer.name, 0)
        monkeypatch.setattr(server.snapshots, "read", lambda *_: (iter([b"short"]), whole[1]))
        assert offer.name
        with pytest.raises(Unreachable):
            list(transport.snapshot_bytes(offer.name, 0))


def test_a_whole_file_in_place_of_the_rest_is_not_appended(server, monkeypatch):
    with in_process(server) as http:
        transport, _ = over_http(http)
        offer = transport.snapshot(asked(server))
        usual = http.send

        def without_range(request, **how):
            request.headers.pop("range", None)
            return usual(request, **how)

        monkeypatch.setattr(http, "send", without_range)
        assert offer.name
        with pytest.raises(ProtocolFault):
            list(transport.snapshot_bytes(offer.name, 5))
