"""The replicas of the office web: one a user, however many tabs come and go at once, on the real server in process."""

import asyncio

import pytest

from client.browser_files import BrowserFiles
from client.office import IDLE_S, Desks, Office
from client.platform.lock_file import LockFile
from client.usecases.list_answers import ListQuery
from shared_models.errors import ReplicaLocked
from sync_server.services import office_devices
from sync_server.services.accounts import office_device
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests.ui.probe import Probe


class Seconds:
    """A clock that moves only when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def opened():
    """Users for whom a way to the server was made, in order: one a replica."""
    return []


@pytest.fixture
async def desks(world, tmp_path, seconds, opened):
    def transport_for(user):
        opened.append(user)
        office_devices.ensure(world.server.central, user)
        return LocalTransport(world.server.central, Actor(user, office_device(user), is_admin=False))

    made = Desks(transport_for, tmp_path / "office", seconds)
    yield made
    await made.close()


@pytest.mark.functions(147)
async def test_the_first_tab_finds_what_the_server_holds(world, desks):
    ana = world.device("ana-laptop", "ana")
    ana.save("company", name="Acme")
    ana.sync()
    desk = await desks.enter(world.users["dan"])
    assert [row.name for row in (await desk.crm.companies(ListQuery())).rows] == ["Acme"]
    person = await desk.crm.person()
    assert (person.name, person.is_office, person.device) == ("Dan Radu", True, "")


async def test_tabs_that_open_at_once_share_one_replica(world, desks, opened):
    user = world.users["dan"]
    found = await asyncio.gather(*(desks.enter(user) for _ in range(5)))
    assert all(desk is found[0] for desk in found)
    assert (found[0].tabs, opened) == (5, [user])


async def test_two_users_have_two_replicas(world, desks, tmp_path):
    ana, dan = await asyncio.gather(*(desks.enter(world.users[name]) for name in ("ana", "dan")))
    assert ana.crm is not dan.crm
    assert sorted(path.name for path in (tmp_path / "office").iterdir()) == sorted(world.users.values())


async def test_a_replica_stays_open_a_while_after_its_last_tab(world, desks, seconds, opened):
    user = world.users["dan"]
    first, second = await desks.enter(user), await desks.enter(user)
    desks.leave(first)
    seconds.now += IDLE_S * 2
    await desks.sweep()
    assert await desks.enter(user) is second, "a tab was open all the time"
    desks.leave(first)
    desks.leave(second)
    seconds.now += IDLE_S - 1
    await desks.sweep()
    assert await desks.enter(user) is second
    assert opened == [user]


async def test_a_replica_that_nobody_has_open_is_closed_and_the_next_tab_opens_it_anew(world, desks, seconds, opened, tmp_path):
    user = world.users["dan"]
    desk = await desks.enter(user)
    desks.leave(desk)
    seconds.now += IDLE_S + 1
    await desks.sweep()
    await desks.sweep()
    with LockFile(tmp_path / "office" / user / "sync.lock"), pytest.raises(ReplicaLocked):  # nobody syncs it any more
        await desks.enter(user)
    await desks.enter(user)
    assert opened == [user] * 3


async def test_a_tab_that_comes_while_its_replica_is_being_closed_gets_an_open_one(world, desks, seconds):
    user = world.users["dan"]
    desk = await desks.enter(user)
    desks.leave(desk)
    seconds.now += IDLE_S + 1
    _, again = await asyncio.gather(desks.sweep(), desks.enter(user))
    assert (await again.crm.person()).name == "Dan Radu"
    assert again.tabs == 1


async def test_what_is_saved_in_the_office_reaches_the_server_by_itself(world, desks):
    desk = await desks.enter(world.users["dan"])
    went = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(_):
        if not desk.crm.replica.waiting():
            loop.call_soon_threadsafe(went.set)

    with desk.crm.replica.edit("New") as edit:
        pk = edit.insert("company", {"name": "From the office"})
    desk.crm.listen(look)
    look(None)
    await asyncio.wait_for(went.wait(), 60)
    ana = world.device("ana-laptop", "ana")
    ana.sync()
    assert ana.get("company", pk)["name"] == "From the office"


@pytest.mark.functions(140)
async def test_signing_out_in_the_office_leads_to_the_page_that_asks(world, desks, tmp_path):
    ui = await Probe.open(lambda page: None, route="/settings")
    ui.page.client_ip = world.users["dan"]
    await Office(desks, BrowserFiles(tmp_path / "uploads")).main(ui.page)
    async with asyncio.timeout(60):
        while not ui.has("settings.sign_out"):
            await asyncio.sleep(0.01)
            await ui.settle()
    await ui.press("settings.sign_out")
    [(_, sent)] = [(name, given) for name, given in ui.connection.invoked if name == "launch_url"]
    assert (sent["url"], sent["web_only_window_name"]) == ("/app/sign-out", "_self")
    assert ui.has("settings.sign_out")  # whoever stays goes on
    await ui.close()
