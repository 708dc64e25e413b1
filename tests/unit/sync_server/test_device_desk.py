"""The admin's list of devices: what is known of each, of whom, and for whom it is."""

import json

import pytest
import sqlalchemy as sa

from shared_models.device_desk import MOST_ROWS, PAGE_DEVICES
from shared_models.device_report import DeviceReport
from shared_models.protocol import PATH
from shared_models.registry import SCHEMA_VERSION
from sync_server.db import devices
from sync_server.services.accounts import NewUser
from tests.servers import PASSWORD, Caller, ServerClock, company_tx, in_process, make_server, record_id

pytestmark = pytest.mark.functions(148)
ADMIN = f"{PATH}/admin/devices"


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, clock):
    server = make_server(tmp_path, clock=clock)
    server.accounts.create_user(NewUser("Dan Mureșan", "dan@example.ro", PASSWORD))
    return server


@pytest.fixture
def http(server):
    with in_process(server) as http:
        yield http


@pytest.fixture
def boss(http):
    boss = Caller(http, install="boss", device_epoch="boss")
    assert boss.sign_in().status_code == 200
    return boss


@pytest.fixture
def dan(http, clock):
    dan = Caller(http, install="dan", device_epoch="dan")
    assert dan.sign_in("dan@example.ro").status_code == 200
    dan.hello(clock=clock.now // 1000)
    return dan


def listed(boss, **query):
    answer = boss.http.get(ADMIN, params=query, headers=boss.headers)
    assert answer.status_code == 200
    return answer.json()


def line_of(boss, caller):
    return next(one for one in listed(boss)["devices"] if one["id"] == caller.tokens["device_id"])


def causes(line):
    return [one["cause"] for one in line["reasons"]]


def test_whoever_is_no_admin_hears_nothing_of_devices(http, dan):
    answer = http.get(ADMIN, headers=dan.headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "A105")


def test_a_line_says_whose_a_device_is_and_how_it_fares(boss, dan, clock):
    report = {"form": "phone", "size_bytes": 18_000_000, "proof": "equal", "proved_at": 5}
    dan.hello(clock=clock.now // 1000 + 2_000, pending={"n": 3, "oldest": 7}, app="fieldfare 0.1", report=report)
    line = line_of(boss, dan)
    assert (line["name"], line["person"], line["form"], line["standing"]) == ("laptop", "Dan Mureșan", "phone", "well")
    assert (line["pending"], line["oldest_pending_at"], line["app"], line["schema"]) == (3, 7, "fieldfare 0.1", SCHEMA_VERSION)
    assert (line["size_bytes"], line["proof"], line["proved_at"], line["days"][-1]) == (18_000_000, "equal", 5, 3)
    assert line["clock_offset_ms"] == 2_000
    assert line["last_seen_at"] == pytest.approx(clock.now, abs=1_000)


def test_every_request_counts_as_seen_and_is_written_at_most_once_a_minute(server, boss, dan, clock):
    with server.central.store.read() as connection:
        before = next(one for one in devices.every(connection, server.central.tables) if one["install"] == "dan")
    clock.forward(seconds=30)
    said = []
    sa.event.listen(server.central.store.engine, "before_cursor_execute", lambda *said_: said.append(said_[2]))
    assert dan.http.get(f"{PATH}/history", params={"t": "company", "r": record_id(1)}, headers=dan.headers).status_code == 200
    assert [one for one in said if "sync_device" in one and one.startswith(("UPDATE", "INSERT"))] == []
    server.central.sightings.write(server.central.store, server.central.tables)
    with server.central.store.read() as connection:
        after = next(one for one in devices.every(connection, server.central.tables) if one["install"] == "dan")
    assert after["last_seen_at"] >= before["last_seen_at"] + 30_000_000
    assert {**after, "last_seen_at": 0} == {**before, "last_seen_at": 0}


def test_what_was_noted_is_written_when_the_server_ends(server, clock):
    with in_process(server) as http:
        dan = Caller(http, install="dan")
        dan.sign_in("dan@example.ro")
        dan.hello()
        clock.forward(days=1)
        server.central.sightings.note(dan.tokens["device_id"], clock.now)
    with make_again(server).central.store.read() as connection:
        [found] = devices.every(connection, server.central.tables)
    assert found["last_seen_at"] == clock.now


def make_again(server):
    from sync_server.app import open_server

    return open_server(server.config)


def test_the_cursor_of_a_pull_is_where_the_device_stands_and_the_rest_is_its_lag(boss, dan):
    boss.hello()
    assert boss.push([company_tx(n, record_id(n)) for n in range(1, 4)]).status_code == 200
    assert line_of(boss, dan)["lag_rows"] is None, "it never said where it stands"
    first = json.loads(dan.pull(0).text.splitlines()[-1])["cursor"]
    dan.pull(first)
    assert line_of(boss, dan)["lag_rows"] == 0
    assert boss.push([company_tx(n, record_id(n)) for n in range(4, 6)]).status_code == 200
    assert line_of(boss, dan)["lag_rows"] == 2


def test_only_rows_of_the_persons_view_are_lag(server, boss, http, clock):
    from sync_server.services import setup
    from sync_server.services.shipped_profiles import profile_id

    setup.complete(server.central)
    seller = NewUser("Ina", "ina@example.ro", PASSWORD, profile_id=profile_id("salesperson"))
    server.accounts.create_user(seller)
    ina = Caller(http, install="ina", device_epoch="ina")
    ina.sign_in("ina@example.ro")
    ina.hello(clock=clock.now // 1000)
    first = json.loads(ina.pull(0).text.splitlines()[-1])["cursor"]
    ina.pull(first)
    boss.hello()
    assert boss.push([company_tx(n, record_id(n)) for n in range(1, 4)]).status_code == 200
    assert line_of(boss, ina)["lag_rows"] == 0, "the admin's companies are not hers"


def test_a_lag_is_counted_up_to_a_limit(server, boss, dan):
    first = json.loads(dan.pull(0).text.splitlines()[-1])["cursor"]
    dan.pull(first)
    boss.hello()
    numbers = range(1, MOST_ROWS + 101)
    for start in range(0, len(numbers), 500):
        assert boss.push([company_tx(n, record_id(n)) for n in numbers[start : start + 500]]).status_code == 200
    assert line_of(boss, dan)["lag_rows"] == MOST_ROWS


def test_a_report_may_come_with_a_pull(boss, dan):
    cursor = json.loads(dan.pull(0).text.splitlines()[-1])["cursor"]
    report = DeviceReport(works_offline=True, size_bytes=9)
    assert dan.pull(cursor, r=report.wire()).status_code == 204
    assert causes(line_of(boss, dan)) == ["works_offline"]
    assert dan.pull(cursor, r=DeviceReport(size_bytes=9).wire()).status_code == 204
    assert causes(line_of(boss, dan)) == ["well"]


@pytest.mark.parametrize("report", ["{", '{"x":1}', '{"isolated":-1}', "x" * 401])
def test_a_report_that_is_none_is_refused(dan, report):
    answer = dan.pull(0, r=report)
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "P201"


def test_a_device_of_an_older_version_reports_nothing_and_is_called_well(boss, dan, clock):
    cursor = json.loads(dan.pull(0).text.splitlines()[-1])["cursor"]
    dan.pull(cursor)
    line = line_of(boss, dan)
    assert (causes(line), line["size_bytes"], line["proof"]) == (["well"], None, "none")


def test_a_change_that_was_refused_is_a_letter_of_its_device(boss, dan):
    bad = {"id": "bad", "tx": 1, "hlc": 1, "ops": [{"t": "company", "pk": record_id(1), "op": "i", "set": {}}]}
    assert dan.push([bad]).json()["verdicts"][0]["v"] == "rejected"
    line = line_of(boss, dan)
    assert (line["letters"], causes(line), line["standing"]) == (1, ["refused_changes"], "need")


def test_signing_out_and_switching_an_account_off_are_seen_at_once(server, boss, dan):
    assert dan.http.post("/auth/sign-out", headers=dan.headers).status_code == 204
    assert causes(line_of(boss, dan)) == ["signed_out"]
    dan.sign_in("dan@example.ro")
    assert causes(line_of(boss, dan)) == ["well"]
    with server.central.store.write() as connection:
        user = server.central.tables.entities["user"]
        connection.execute(user.update().where(user.c.email == "dan@example.ro").values(is_active=False))
    assert causes(line_of(boss, dan)) == ["account_off"]


def test_those_that_need_somebody_come_first_and_can_be_asked_for_alone(boss, dan, clock):
    clock.forward(days=4)
    boss.sign_in()
    boss.hello(clock=clock.now // 1000)
    page = listed(boss)
    assert [one["standing"] for one in page["devices"]] == ["need", "well"]
    assert page["counts"] == {"need": 1, "behind": 0, "well": 1, "out": 0}
    alone = listed(boss, standing="well")
    assert [one["person"] for one in alone["devices"]] == ["Ana Pop"]
    assert alone["counts"] == page["counts"]


@pytest.mark.parametrize(
    ("text", "count"), [("muresan", 1), ("Dan laptop", 1), ("DAN@example", 1), ("nobody", 0), ("  ", 2), ("laptop", 2)]
)
def test_devices_are_found_by_their_name_and_by_their_person(boss, dan, text, count):
    found = listed(boss, q=text)
    assert (len(found["devices"]), sum(found["counts"].values())) == (count, count)


def test_many_devices_come_page_by_page(server, boss):
    with server.central.store.write() as connection:
        user = connection.execute(sa.select(server.central.tables.entities["user"].c.id)).scalars().first()
        for n in range(PAGE_DEVICES + 5):
            made = devices.NewDevice(f"device-{n:03}", user, f"phone {n}", None, server.central.now_us())
            devices.add(connection, server.central.tables, made)
    first, second = listed(boss), listed(boss, page=1)
    assert (len(first["devices"]), first["more"], len(second["devices"]), second["more"]) == (50, True, 6, False)
    assert not {one["id"] for one in first["devices"]} & {one["id"] for one in second["devices"]}


def test_the_days_keep_the_most_that_waited_and_forget_what_is_long_past(server, boss, dan, clock):
    dan.hello(clock=clock.now // 1000, pending={"n": 14, "oldest": 1})
    dan.hello(clock=clock.now // 1000, pending={"n": 0, "oldest": None})
    clock.forward(days=2)
    dan.sign_in("dan@example.ro")
    dan.hello(clock=clock.now // 1000, pending={"n": 2, "oldest": 1})
    boss.sign_in()
    assert line_of(boss, dan)["days"] == [0, 0, 0, 0, 0, 0, 14, 0, 2]
    clock.forward(days=40)
    dan.sign_in("dan@example.ro")
    dan.hello(clock=clock.now // 1000, pending={"n": 1, "oldest": 1})
    boss.sign_in()
    assert line_of(boss, dan)["days"] == [0] * 8 + [1]
    with server.central.store.read() as connection:
        found = connection.execute(sa.select(server.central.tables.device_day).where(
            server.central.tables.device_day.c.device == dan.tokens["device_id"])).all()  # fmt: skip
    assert len(found) == 1


def test_what_the_database_could_not_take_is_written_later(server, boss, dan, clock, monkeypatch):
    from sync_server.db.engine import StoreDown

    clock.forward(seconds=90)
    sightings = server.central.sightings
    sightings.note("unknown-device", clock.now)
    device = dan.tokens["device_id"]
    sightings.note(device, clock.now)
    with monkeypatch.context() as patch:
        patch.setattr(devices, "note_many", _down)
        with pytest.raises(StoreDown):
            sightings.write(server.central.store, server.central.tables)
    sightings.write(server.central.store, server.central.tables)
    with server.central.store.read() as connection:
        found = {one["id"]: one["last_seen_at"] for one in devices.every(connection, server.central.tables)}
    assert found[device] == clock.now


def test_what_another_process_heard_later_stays(server, boss, dan, clock):
    """This one noted a report, which the other wrote over before it was written."""
    device, at = dan.tokens["device_id"], clock.now + 30_000_000
    server.central.sightings.note(device, at, report=DeviceReport(works_offline=True))
    with server.central.store.write() as connection:
        later = {device: {"last_seen_at": at + 1, "works_offline": False}}
        devices.note_many(connection, server.central.tables, later)
    assert causes(line_of(boss, dan)) == ["well"]


def test_a_hello_is_not_undone_by_what_a_pull_said_before_it(boss, dan, clock):
    dan.pull(0, r=DeviceReport(works_offline=True).wire())
    dan.hello(clock=clock.now // 1000, cursor=1, report={"size_bytes": 5})
    assert causes(line_of(boss, dan)) == ["well"]


def _down(*_):
    from sync_server.db.engine import StoreDown

    raise StoreDown("no space in this test")
