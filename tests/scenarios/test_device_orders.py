"""What an admin orders for a device, and what becomes of it there: over a socket, with the product's own client."""

import platform
from contextlib import closing
from random import Random

import pytest

from client.config import SyncTimes
from client.replica import integrity
from client.replica.replica import open_replica
from client.sync.diagnosing import diagnose
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from client.sync.states import State
from shared_models.alarms import AlarmRule
from shared_models.device_desk import Cause, DeviceQuery
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, Refused
from shared_models.ids import IdMaker
from shared_models.protocol import SignInRequest
from shared_models.registry import CRM
from sync_server.services.accounts import NewUser
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests.clients import Clock
from tests.servers import EMAIL, PASSWORD, ServerClock, behind_socket, make_server
from tests.world import Network

pytestmark = pytest.mark.functions(148)


class Laptop:
    """A device of a person, signed in over a socket."""

    def __init__(self, folder, address, email, seed):
        self.http = make_client(address, SyncTimes())
        self.replica = open_replica(folder / f"{seed}.db", CRM, IdMaker(Clock(), Random(seed)), synchronous="OFF")
        install = self.replica.facts()["install"]
        answer = sign_in(self.http, SignInRequest(email=email, password=PASSWORD, device_name=email, install=install))
        self.replica.bind(answer.user_id, answer.device_id)
        self.id = answer.device_id
        self.desk = HttpTransport(self.http, AccessToken(self.http, lambda: answer.device_token))
        self.network = Network(self.desk)
        self.engine = SyncEngine(self.replica, self.network, random=Random(1))

    def sync(self):
        return self.engine.run_once()

    def save(self, name):
        with self.replica.edit("New company") as edit:
            return edit.insert("company", {"name": name})

    def close(self):
        self.replica.close()
        self.http.close()


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, clock):
    server = make_server(tmp_path / "server", clock=clock)
    server.accounts.create_user(NewUser("Dan", "dan@example.ro", PASSWORD))
    return server


@pytest.fixture
def address(server):
    with behind_socket(server) as address:
        yield address


@pytest.fixture
def boss(tmp_path, address):
    with closing(Laptop(tmp_path, address, EMAIL, 1)) as laptop:
        yield laptop


@pytest.fixture
def dan(tmp_path, address):
    with closing(Laptop(tmp_path, address, "dan@example.ro", 2)) as laptop:
        yield laptop


def causes(boss, device):
    page = boss.desk.devices(DeviceQuery())
    return [one.cause for line in page.devices if line.id == device.id for one in line.reasons]


def test_a_person_who_is_no_admin_orders_nothing(boss, dan):
    with pytest.raises(NeedsSignIn) as refused:
        dan.desk.order_device(boss.id, "wipe")
    assert refused.value.code is ErrorCode.A105


@pytest.mark.parametrize("device", ["nobody's", "a/b"])
def test_there_is_no_order_for_a_device_that_there_is_not(boss, device):
    with pytest.raises((Refused, NeedsSignIn)) as refused:
        boss.desk.order_device(device, "pause")
    assert refused.value.code is ErrorCode.P207


def test_a_replica_of_the_office_is_signed_out_only(server, boss):
    from sync_server.services import office_devices

    dan = server.accounts.people()[1]
    user = server.accounts.session(server.accounts.open_session(dan.email, PASSWORD)).user_id
    office_devices.ensure(server.central, user)
    for order in ("pause", "resync", "wipe", "diagnose"):
        with pytest.raises(Refused):
            boss.desk.order_device(user, order)
    assert boss.desk.order_device(user, "sign_out").device.form == "office"


def test_a_paused_device_sends_and_fetches_nothing_keeps_what_is_saved_and_goes_on_when_it_is_let(boss, dan):
    for _ in range(2):
        dan.sync()
    assert boss.desk.order_device(dan.id, "pause").device.reasons[0].cause is Cause.PAUSED_BY_ADMIN
    dan.save("Hotel Bega")
    result = dan.sync()
    assert isinstance(result.error, Busy)
    assert (result.error.code, result.state) == (ErrorCode.S503, State.OFFLINE)
    again = dan.sync()  # now with a hello, which is answered: the device is seen, and asks again in a minute
    assert (again.error.code, again.error.retry_after_s) == (ErrorCode.S503, 60)
    assert dan.engine.status().last_error == "S503"
    assert len(dan.replica.waiting()) == 1
    for _ in range(6):
        dan.sync()
    assert causes(boss, dan) == [Cause.PAUSED_BY_ADMIN], "a pause is no refusal"
    assert boss.desk.order_device(dan.id, "resume").device.standing == "well"
    assert dan.sync().is_clean
    assert dan.replica.waiting() == []


def test_a_device_that_is_to_resync_loads_everything_anew_and_keeps_what_waits(boss, dan):
    boss.save("Hotel Anca")
    boss.sync()
    for _ in range(2):
        dan.sync()
    with dan.replica.write(durable=False) as writing:  # what a version digest cannot see
        writing.connection.execute("UPDATE company SET name = 'Hotel Stricat'")
    waits = dan.save("Hotel Bega")
    assert causes(boss, dan) == [Cause.WELL]
    boss.desk.order_device(dan.id, "resync")
    assert Cause.TO_RESYNC in causes(boss, dan)
    dan.network.lost_answers.append("pull")  # the order itself gets lost, once
    dan.sync()
    result = dan.sync()
    assert result.is_clean
    assert result.proof.equal
    names = {row["name"] for row in dan.replica.list_page("company", limit=10).rows}
    assert names == {"Hotel Anca", "Hotel Bega"}
    assert dan.replica.get("company", waits)["name"] == "Hotel Bega"
    assert integrity.check(dan.replica) == []
    assert causes(boss, dan) == [Cause.WELL], "the order is done"
    before = len(dan.network.calls)
    dan.sync()
    assert dan.network.calls[before:] == ["pull"]


def test_a_device_that_is_signed_out_keeps_what_waits_and_its_person_can_come_back(server, boss, dan):
    dan.sync()
    assert boss.desk.order_device(dan.id, "sign_out").device.reasons[0].cause is Cause.SIGNED_OUT
    dan.save("Hotel Bega")
    result = dan.sync()
    assert (type(result.error), result.error.code) == (NeedsSignIn, ErrorCode.A101)
    assert len(dan.replica.waiting()) == 1
    install = dan.replica.facts()["install"]
    again = sign_in(dan.http, SignInRequest(email="dan@example.ro", password=PASSWORD, device_name="x", install=install))
    assert again.device_id == dan.id
    dan.desk.token = AccessToken(dan.http, lambda: again.device_token)
    assert dan.sync().is_clean
    dan.sync()
    assert causes(boss, dan) == [Cause.WELL]


def test_a_device_that_is_to_be_wiped_says_so_until_it_was(boss, dan):
    dan.sync()
    assert boss.desk.order_device(dan.id, "wipe").device.reasons[0].cause is Cause.TO_BE_WIPED
    dan.sync()
    assert causes(boss, dan) == [Cause.WIPED]


def test_the_office_asks_and_orders_in_process_with_the_rights_of_now(server, boss, dan):
    user = server.accounts.admin_of(EMAIL)
    office = LocalTransport(server.central, Actor(user, user), server.snapshots, server.accounts)
    assert {line.id for line in office.devices(DeviceQuery()).devices} == {boss.id, dan.id}
    assert office.order_device(dan.id, "pause").device.reasons[0].cause is Cause.PAUSED_BY_ADMIN
    with server.central.store.write() as connection:
        users = server.central.tables.entities["user"]
        connection.execute(users.update().where(users.c.id == user).values(is_admin=False))
    for ask in (lambda: office.devices(DeviceQuery()), lambda: office.order_device(dan.id, "resume")):
        with pytest.raises(NeedsSignIn) as refused:
            ask()
        assert refused.value.code is ErrorCode.A105


def test_a_way_without_accounts_takes_no_orders(server, dan):
    alone = LocalTransport(server.central, Actor("user", "device", is_admin=True))
    with pytest.raises(NeedsSignIn):
        alone.order_device(dan.id, "pause")


def test_rules_of_alarms_are_changed_over_a_socket_and_by_admins_alone(server, boss, dan):
    rule = AlarmRule(kind="queue", is_on=False, threshold=48)
    page = boss.desk.set_alarm_rule(rule)
    assert rule in page.rules
    assert boss.desk.alarms().rules == page.rules
    local = LocalTransport(server.central, Actor("boss", "boss", is_admin=True), by_mail=True)
    assert (local.alarms().rules, local.alarms().by_mail, page.by_mail) == (page.rules, True, False)
    with pytest.raises(Refused) as wrong:
        boss.desk.set_alarm_rule(AlarmRule(kind="queue", is_on=True, threshold=0))
    assert wrong.value.code is ErrorCode.R303
    assert rule in local.set_alarm_rule(rule).rules
    for ask in (dan.desk.alarms, lambda: dan.desk.set_alarm_rule(rule)):
        with pytest.raises(NeedsSignIn) as refused:
            ask()
        assert refused.value.code is ErrorCode.A105


def known(boss, device):
    return next(line for line in boss.desk.devices(DeviceQuery()).devices if line.id == device.id)


def diagnosed(boss, device):
    """Return what a device has told, or the code of the refusal where it has not."""
    try:
        return boss.desk.diagnostics(device.id).found
    except Refused as refusal:
        return refusal.code


def test_a_device_with_nothing_to_do_hears_of_the_order_and_tells_how_it_fares(boss, dan):
    for _ in range(2):
        dan.sync()
    dan.save("Hotel Zaharescu")
    ordered = boss.desk.order_device(dan.id, "diagnose").device
    assert (ordered.diagnose_at is not None, ordered.diagnosed_at) == (True, None)
    assert diagnosed(boss, dan) is ErrorCode.S512
    assert dan.sync().is_clean
    told = diagnosed(boss, dan)
    assert [(one.entity, one.state) for one in told.queue] == [("company", "acked")], "what waited had gone before"
    assert told.states[-1].state == "hello"
    assert (told.standing.error, told.soundness, told.versions.system) == (None, "sound", platform.system())
    assert told.digests["user"][0] == 2
    assert "Zaharescu" not in told.wire()
    line = known(boss, dan)
    assert (line.diagnose_at, line.diagnosed_at is not None) == (None, True)
    before = len(dan.network.calls)
    dan.sync()
    assert dan.network.calls[before:] == ["pull"], "it is asked once"


def test_a_device_that_cannot_go_on_tells_why_although_it_is_paused(boss, dan):
    dan.sync()
    boss.desk.order_device(dan.id, "pause")
    dan.save("Hotel Bega")
    boss.desk.order_device(dan.id, "diagnose")
    for _ in range(2):
        assert isinstance(dan.sync().error, Busy)
    told = diagnosed(boss, dan)
    assert [(one.entity, one.state, one.n) for one in told.queue] == [("company", "inflight", 1)]
    assert "S503" in [one.error for one in told.states]


@pytest.mark.parametrize("lost", ["hello", "send_diagnostics", "pull"])
def test_an_answer_that_is_lost_on_the_way_costs_the_order_nothing(boss, dan, lost):
    for _ in range(2):
        dan.sync()
    boss.desk.order_device(dan.id, "diagnose")
    dan.network.lost_answers.append(lost)
    for _ in range(3):
        dan.sync()
    assert diagnosed(boss, dan).soundness == "sound"
    assert dan.sync().is_clean


def test_a_centre_that_does_not_take_them_stops_no_sync_and_asks_again_later(clock, boss, dan):
    for _ in range(2):
        dan.sync()
    boss.desk.order_device(dan.id, "diagnose")
    pk, send = dan.save("Hotel Bega"), dan.network.send_diagnostics

    def fail(found):
        raise Busy(ErrorCode.S502, "in this test")

    dan.network.send_diagnostics = fail
    assert dan.sync().is_clean
    assert dan.replica.waiting() == []
    dan.network.send_diagnostics = send
    assert dan.sync().is_clean
    assert diagnosed(boss, dan) is ErrorCode.S512
    clock.forward(seconds=660)
    assert dan.sync().is_clean
    assert diagnosed(boss, dan).digests["company"][0] == 1
    assert dan.replica.get("company", pk)["name"] == "Hotel Bega"


def test_a_device_that_does_not_know_the_order_goes_on_and_the_order_lapses(clock, boss, dan):
    for _ in range(2):
        dan.sync()
    boss.desk.order_device(dan.id, "diagnose")
    dan.network.send_diagnostics = lambda found: None  # as a device of an older version
    for _ in range(3):
        assert dan.sync().is_clean
    assert known(boss, dan).diagnose_at is not None
    clock.forward(days=7)
    assert known(boss, dan).diagnose_at is None
    calls = len(dan.network.calls)
    assert dan.sync().is_clean
    assert "hello" not in dan.network.calls[calls:]


def test_what_nobody_has_asked_for_is_not_taken(boss, dan):
    dan.sync()
    with pytest.raises(Refused) as refused:
        dan.desk.send_diagnostics(diagnose(dan.replica, "desktop"))
    assert refused.value.code is ErrorCode.S511


def test_a_device_keeps_its_newest_three_for_thirty_days(server, clock, boss, dan):
    dan.sync()
    arrivals = []
    for _ in range(4):
        boss.desk.order_device(dan.id, "diagnose")
        clock.forward(seconds=60)
        dan.sync()
        arrivals.append(boss.desk.diagnostics(dan.id).arrived_at)
    table = server.central.tables.diagnostics
    with server.central.store.read() as connection:
        kept = [one.arrived_at for one in connection.execute(table.select().order_by(table.c.arrived_at))]
    assert kept == sorted(set(arrivals))[1:]
    clock.forward(days=31)
    local = LocalTransport(server.central, Actor("boss", "boss", is_admin=True))
    with pytest.raises(Refused):
        local.diagnostics(dan.id)


def test_who_is_no_admin_reads_no_diagnostics(boss, dan):
    with pytest.raises(NeedsSignIn) as refused:
        dan.desk.diagnostics(dan.id)
    assert refused.value.code is ErrorCode.A105


def test_a_device_whose_file_is_damaged_says_so_with_what_can_still_be_read(boss, dan):
    for _ in range(2):
        dan.sync()
    with dan.replica.write(durable=False) as writing:
        writing.connection.execute("DROP TABLE _blob")
    boss.desk.order_device(dan.id, "diagnose")
    assert dan.sync().is_clean
    told = diagnosed(boss, dan)
    assert (told.trouble, told.standing.is_loaded, told.sizes.file > 0) == ("ReplicaDamaged", True, True)
