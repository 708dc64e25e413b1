"""Alarms: raised once, cleared once, told to every admin in his language."""

import pytest
import sqlalchemy as sa

from shared_models.alarms import AlarmRule
from shared_models.errors import ErrorCode
from sync_server.db import devices
from sync_server.services import alarms
from sync_server.services.accounts import NewUser
from sync_server.services.actor import Actor
from sync_server.services.refusals import Refusal
from tests.servers import PASSWORD, Caller, company_tx, in_process, make_server, record_id

DAY_US, HOUR_US = 86_400_000_000, 3_600_000_000


@pytest.fixture
def server(tmp_path):
    made = make_server(tmp_path)
    made.accounts.create_user(NewUser("Ion Radu", "ion@example.ro", PASSWORD, is_admin=True, language="ro"))
    made.accounts.create_user(NewUser("Dan Ilie", "dan@example.ro", PASSWORD))
    yield made
    made.central.store.close()


@pytest.fixture
def device(server):
    """The id of Dan's laptop, just signed in and seen."""
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in("dan@example.ro")
        caller.hello()
    return caller.tokens["device_id"]


def look(server, *, by_mail=True):
    alarms.look(server.central, server.ids.record_id, by_mail=by_mail)


def mails(server):
    table = server.central.tables.email_outbox
    with server.central.store.read() as connection:
        found = connection.execute(sa.select(table.c.recipient, table.c.subject, table.c.body).order_by(table.c.recipient))
        return [tuple(one) for one in found]


def shown(server):
    page = alarms.page(server.central, Actor("boss", "", is_admin=True), by_mail=True)
    return [(one.kind, one.device_name, one.n, one.cleared_at is None) for one in page.alarms], page.open


def note(server, device, **facts):
    with server.central.store.write() as connection:
        devices.note(connection, server.central.tables, device, facts)


@pytest.mark.functions(148)
def test_a_device_that_is_not_seen_for_three_days_is_told_once_to_every_admin_in_his_language(server, device):
    look(server)
    assert mails(server) == []
    server.central.now_us.forward(days=3.1)
    for _ in range(3):
        look(server)
    assert shown(server) == ([("silent", "laptop", 3, True)], 1)
    english, romanian = mails(server)
    assert (english[0], english[1]) == ("ana@example.ro", "Fieldfare: 1 device needs you")
    assert "- laptop (Dan Ilie): not seen for 3 days" in english[2]
    assert romanian[0] == "ion@example.ro"
    assert "- laptop (Dan Ilie): nu a mai fost văzut de 3 zile" in romanian[2]


def test_it_is_cleared_once_when_the_device_is_back_and_raised_anew_another_time(server, device):
    server.central.now_us.forward(days=4)
    look(server)
    note(server, device, last_seen_at=server.central.now_us())
    look(server)
    look(server)
    assert shown(server) == ([("silent", "laptop", 4, False)], 0)
    server.central.now_us.forward(days=4)
    look(server)
    assert shown(server)[1] == 1
    assert len(mails(server)) == 4


def test_what_comes_and_goes_is_mailed_once_a_day(server, device):
    for _ in range(3):
        note(server, device, proof="unequal")
        look(server)
        note(server, device, proof="equal")
        look(server)
    found, _ = shown(server)
    assert len(found) == 3, "each is in the list"
    assert len(mails(server)) == 2, "one for each of the two admins"


@pytest.mark.functions(148)
def test_a_queue_counts_by_the_clock_of_the_server(server, device):
    now = server.central.now_us()
    note(server, device, pending=2, oldest_pending_at=now - 20 * HOUR_US, clock_offset_ms=0, last_seen_at=now)
    look(server)
    assert shown(server) == ([], 0)
    note(server, device, clock_offset_ms=5 * 3_600_000, last_seen_at=now)  # it is five hours ahead: saved 25 hours ago
    look(server)
    assert shown(server) == ([("queue", "laptop", 25, True)], 1)


@pytest.mark.functions(148)
def test_rules_are_changed_by_admins_and_hold_from_the_next_look(server, device):
    boss, dan = Actor("boss", "", is_admin=True), Actor("dan", "")
    server.central.now_us.forward(days=2)
    page = alarms.set_rule(server.central, boss, AlarmRule(kind="silent", is_on=True, threshold=1), by_mail=False)
    assert {one.kind: one.threshold for one in page.rules} == {"silent": 1, "queue": 24, "unequal": 0}
    look(server)
    assert shown(server)[1] == 1
    alarms.set_rule(server.central, boss, AlarmRule(kind="silent", is_on=False, threshold=1), by_mail=False)
    look(server)
    assert shown(server)[1] == 0
    with pytest.raises(Refusal) as refused:
        alarms.set_rule(server.central, boss, AlarmRule(kind="silent", is_on=True, threshold=0), by_mail=False)
    assert refused.value.code is ErrorCode.R303
    for asked in (
        lambda: alarms.page(server.central, dan, by_mail=False),
        lambda: alarms.set_rule(server.central, dan, page.rules[0], by_mail=False),
    ):
        with pytest.raises(Refusal) as refused:
            asked()
        assert refused.value.code is ErrorCode.A105


def test_a_difference_that_has_to_last_is_told_when_it_did(server, device):
    boss = Actor("boss", "", is_admin=True)
    alarms.set_rule(server.central, boss, AlarmRule(kind="unequal", is_on=True, threshold=2), by_mail=True)
    note(server, device, proof="unequal")
    look(server)
    assert shown(server) == ([], 0)
    server.central.now_us.forward(seconds=3 * 3600)
    note(server, device, last_seen_at=server.central.now_us())
    look(server)
    assert shown(server) == ([("unequal", "laptop", 0, True)], 1)


@pytest.mark.parametrize("out", ["revoke_device", "sign_device_out"])
def test_devices_out_of_use_are_nobodys_matter(server, device, out):
    getattr(server.accounts, out)(device)
    server.central.now_us.forward(days=30)
    look(server)
    assert shown(server) == ([], 0)


def test_without_a_mail_server_nothing_is_put_aside_for_later(server, device):
    server.central.now_us.forward(days=4)
    look(server, by_mail=False)
    assert shown(server)[1] == 1
    assert mails(server) == []


def test_two_processes_that_look_at_once_tell_once(server, device, monkeypatch):
    server.central.now_us.forward(days=4)
    real = alarms._Change.carry_out

    def other_first(change, *, by_mail):
        monkeypatch.setattr(alarms._Change, "carry_out", real)
        real(alarms._Change(change.central, change.connection, change.make_id, change.rules, change.found), by_mail=by_mail)
        real(change, by_mail=by_mail)

    monkeypatch.setattr(alarms._Change, "carry_out", other_first)
    look(server)
    assert shown(server)[1] == 1
    assert len(mails(server)) == 2


def test_a_killed_look_leaves_neither_alarm_nor_mail(server, device, monkeypatch):
    from sync_server.db import outbox

    server.central.now_us.forward(days=4)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "add", killed)
        with pytest.raises(KeyboardInterrupt):
            look(server)
    assert shown(server) == ([], 0)
    look(server)
    assert len(mails(server)) == 2


def test_a_mail_names_twenty_and_counts_the_rest(server):
    with server.central.store.write() as connection:
        for n in range(25):
            person = connection.execute(sa.select(server.central.tables.entities["user"].c.id)).scalars().first()
            new = devices.NewDevice(record_id(n), person, f"Laptop {n}", f"i{n}", 1)
            devices.add(connection, server.central.tables, new)
            devices.note(connection, server.central.tables, record_id(n), {"proof": "unequal"})
    with server.central.store.write() as connection:
        token = server.accounts.tables.device_token
        for n in range(25):
            connection.execute(token.insert().values(sha256=str(n), device=record_id(n), user_id="x", created_at=1))
    alarms.set_rule(
        server.central, Actor("b", "", is_admin=True), AlarmRule(kind="silent", is_on=False, threshold=3), by_mail=True
    )
    look(server)
    body = mails(server)[0][2]
    assert body.count("- Laptop") == 20
    assert "and 5 more" in body


def test_a_saved_company_raises_nothing(server, device):
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in("dan@example.ro")
        caller.hello()
        caller.push([company_tx(1, record_id(1))])
    look(server)
    assert shown(server) == ([], 0)
