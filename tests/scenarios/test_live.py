"""What one device saves is on the others at once, and on the desks of the office, though nobody asks."""

import threading
from contextlib import contextmanager

import pytest

from client import office
from client.app import make_account, open_local, start_client
from client.config import ClientConfig, SyncTimes
from client.events import RecordsChanged, SyncStatusChanged
from client.office import Desks
from sync_server.services import office_devices
from sync_server.services.accounts import office_device
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server

NO_POLLS = SyncTimes(poll_s=3600)
SOON_S = 60


@contextmanager
def installed(folder, address):
    replica = open_local(folder)
    make_account(folder, SyncTimes()).sign_in(replica, address, EMAIL, PASSWORD, folder.name)
    replica.close()
    client = start_client(ClientConfig(folder, address, NO_POLLS))
    try:
        yield client
    finally:
        client.close()


class Arrival:
    """Tells when a record of a name is in a replica."""

    def __init__(self, replica, name):
        self.replica, self.name, self.came = replica, name, threading.Event()
        replica.events.subscribe(self.look)
        self.look(RecordsChanged({}))

    def look(self, event):
        if isinstance(event, RecordsChanged) and self.name in {
            row["name"] for row in self.replica.list_page("company", limit=100).rows
        }:
            self.came.set()


def save(replica, name):
    with replica.edit("New") as edit:
        edit.insert("company", {"name": name})


@pytest.mark.functions(14, 141)
def test_two_devices_have_what_each_other_saved_without_a_poll(tmp_path):
    with (
        behind_socket(make_server(tmp_path / "server")) as address,
        installed(tmp_path / "one", address) as one,
        installed(tmp_path / "other", address) as other,
    ):
        for here, there, name in ((one, other, "Hotel Brazi"), (other, one, "Vila Alba"), (one, other, "Han Vechi")):
            arrival = Arrival(there.crm.replica, name)
            save(here.crm.replica, name)
            assert arrival.came.wait(SOON_S), name


def test_a_device_finds_the_server_again_that_was_away(tmp_path):
    server = make_server(tmp_path / "server")
    with (
        behind_socket(server) as address,
        installed(tmp_path / "one", address) as one,
        installed(tmp_path / "other", address) as other,
    ):
        first = Arrival(other.crm.replica, "Before")
        save(one.crm.replica, "Before")
        assert first.came.wait(SOON_S)
        # The older of two channels of a device ends: the other side opens another.
        other.transport.live(0).close()
        again = Arrival(other.crm.replica, "After")
        save(one.crm.replica, "After")
        assert again.came.wait(SOON_S)


@pytest.mark.functions(147)
async def test_a_desk_of_the_office_has_what_a_device_sent_without_a_poll(world, tmp_path, monkeypatch):
    monkeypatch.setattr(office, "OFFICE_TIMES", NO_POLLS)

    def transport_for(user):
        office_devices.ensure(world.server.central, user)
        return LocalTransport(world.server.central, Actor(user, office_device(user)))

    desks = Desks(transport_for, tmp_path / "office")
    try:
        desk = await desks.enter(world.users["dan"])
        arrival = Arrival(desk.crm.replica, "Acme")
        ana = world.device("ana-laptop", "ana")
        ana.save("company", name="Acme")
        ana.sync()
        assert arrival.came.wait(SOON_S)
    finally:
        await desks.close()


async def test_a_screen_knows_whether_it_hears_of_everything_at_once(tmp_path):
    said = []
    with behind_socket(make_server(tmp_path / "server")) as address, installed(tmp_path / "one", address) as one:
        heard = threading.Event()
        one.crm.listen(lambda event: heard.set() if isinstance(event, SyncStatusChanged) else None)
        while not (await one.crm.status()).is_live:
            assert heard.wait(SOON_S)
            heard.clear()
        one.live.close()
        said.append((await one.crm.status()).is_live)
    assert said == [False]
