"""An open desk of the office web outlives a right: what its person may do is asked at every call."""

import json

import pytest

from shared_models.errors import Refused
from shared_models.protocol import FetchRequest
from shared_models.registry import SCHEMA_VERSION
from sync_server.services.accounts import NewUser, office_device
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.local_transport import LocalTransport
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from sync_server.serving import make_office
from tests.servers import PASSWORD, make_server, record_id

ACME = record_id(1)


@pytest.fixture
def server(tmp_path):
    made = make_server(tmp_path)
    rows = [*shipped_profiles(), ("company", {"id": ACME, "name": "Acme"})]
    with made.central.store.write() as connection:
        import_rows(connection, made.central, rows, ImportedBy("ana", "setup"))
    yield made
    made.central.store.close()


def save(server, way, number, op):
    """Push one op and return its verdict."""
    with server.central.store.read() as connection:
        epoch = connection.execute(server.central.tables.clock.select()).one().epoch
    tx = {"id": f"{way.actor.user_id[-8:]}-{number}", "tx": number, "hlc": server.central.now_us() // 1000 << 16, "ops": [op]}
    body = {"device_epoch": way.actor.device_id, "server_epoch": epoch, "schema": SCHEMA_VERSION, "txs": [tx]}
    return way.push(json.dumps(body).encode()).verdicts[0].v, epoch


@pytest.mark.functions(32, 36)
def test_a_desk_that_an_admin_opened_shows_no_more_than_his_profile_once_he_is_none(server):
    radu = NewUser("Radu", "radu@example.ro", PASSWORD, is_admin=True, profile_id=profile_id("guest"))
    user = server.accounts.create_user(radu)
    desk = make_office(server).app.desks.transport_for(user)
    boss = LocalTransport(server.central, Actor(server.accounts.admin_of("ana@example.ro"), "boss", is_admin=True))
    team = {"t": "team", "pk": record_id(2), "op": "i", "set": {"name": "Nord"}}
    verdict, epoch = save(server, desk, 1, team)
    fetched = FetchRequest(server_epoch=epoch, t="company", pks=[ACME])
    assert (verdict, desk.actor.device_id) == ("applied", office_device(user))
    assert b"Acme" in b"".join(desk.fetch(fetched))

    save(server, boss, 1, {"t": "user", "pk": user, "op": "u", "set": {"is_admin": False}, "base": {"is_admin": True}, "bv": 1})

    assert b"Acme" not in b"".join(desk.fetch(fetched))
    with pytest.raises(Refused, match="R305"):
        desk.history("company", ACME, None)
    assert save(server, desk, 2, {**team, "pk": record_id(3)})[0] == "rejected"
