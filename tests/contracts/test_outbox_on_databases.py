"""Mails to a real SMTP server, from the outbox of every database: each goes once, and what cannot go says why."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from sync_server.app import Server
from sync_server.config import MailConfig, mail_of
from sync_server.db import outbox
from sync_server.db.outbox import Mail
from sync_server.services import posting
from tests.ports import free_port
from tests.servers import in_process, make_server


@dataclass
class PostOffice:
    """An SMTP server that says what a test wants, and keeps what it took."""

    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    """What is answered to the next contents, instead of taking them."""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data:
            return self.data.pop(0)
        self.taken += [(to, envelope.content) for to in envelope.rcpt_tos]
        self.came.set()
        return "250 OK"


@contextmanager
def post_office():
    handler = PostOffice()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, MailConfig("127.0.0.1", port, "Fieldfare <crm@firma.ro>")
    finally:
        controller.stop()


@pytest.fixture
def server(tmp_path, central_url):
    made = make_server(tmp_path, central_url)
    yield made
    made.central.store.close()


@pytest.fixture
def sqlite_server(tmp_path):
    made = make_server(tmp_path)
    yield made
    made.central.store.close()


def mail(recipient: str = "ana@example.ro", ref: str = "1", body: str = "Ștefan așteaptă.\n") -> Mail:
    return Mail("test", ref, recipient, "Două dispozitive – ș ț", body)


def put(server: Server, *mails: Mail) -> None:
    with server.central.store.write() as connection:
        made = [(server.ids.record_id(), one) for one in mails]
        outbox.add(connection, server.central.tables, made, server.central.now_us())


def post(server: Server, config: MailConfig) -> None:
    async def all_due() -> None:
        while await posting.post_due(server.central, config):
            pass

    asyncio.run(all_due())


def states(server: Server) -> dict[str, tuple[str, int, str | None]]:
    table = server.central.tables.email_outbox
    with server.central.store.read() as connection:
        found = connection.execute(sa.select(table.c.recipient, table.c.state, table.c.attempts, table.c.error))
        return {recipient: (state, attempts, error) for recipient, state, attempts, error in found}


def test_a_mail_is_not_held_up_by_a_clock_that_was_years_ahead_when_it_was_written_or_taken_up(sqlite_server):
    central = sqlite_server.central
    now, later = central.now_us(), central.now_us() + 5 * 365 * 86_400_000_000
    with central.store.write() as connection:
        outbox.add(connection, central.tables, [("m", mail())], later)
        [taken] = outbox.claim(connection, central.tables, now, posting.LEASE_US, 5)
        assert outbox.claim(connection, central.tables, now, posting.LEASE_US, 5) == []
        outbox.put_off(connection, central.tables, taken.id, later, "no connection")
        assert len(outbox.claim(connection, central.tables, later, posting.LEASE_US, 5)) == 1
        assert len(outbox.claim(connection, central.tables, now, posting.LEASE_US, 5)) == 1, "its sender's clock was wrong"


@pytest.mark.functions(148)
def test_a_mail_goes_once_and_reads_as_it_was_written(server):
    from email import message_from_bytes, policy

    put(server, mail(), mail())
    put(server, mail())
    with post_office() as (office, config):
        post(server, config)
        post(server, config)
    [(recipient, content)] = office.taken
    made = message_from_bytes(content, policy=policy.default)
    assert (recipient, made["Subject"], made["From"]) == (
        "ana@example.ro",
        "Două dispozitive – ș ț",
        "Fieldfare <crm@firma.ro>",
    )
    assert made.get_content().replace("\r\n", "\n") == "Ștefan așteaptă.\n"
    assert made["Auto-Submitted"] == "auto-generated"
    assert states(server) == {"ana@example.ro": ("sent", 1, None)}


def test_an_address_that_is_refused_for_good_bounces_and_holds_up_no_other(server):
    put(server, mail("nobody@example.ro"), mail("dan@example.ro"))
    with post_office() as (office, config):
        office.rcpt["nobody@example.ro"] = "550 5.1.1 No such user"
        post(server, config)
    assert [to for to, _ in office.taken] == ["dan@example.ro"]
    assert states(server)["nobody@example.ro"] == ("bounced", 1, "550 5.1.1 No such user")


def test_what_is_refused_for_now_is_tried_again_later_and_later(sqlite_server):
    server = sqlite_server
    put(server, mail("busy@example.ro"))
    with post_office() as (office, config):
        office.rcpt["busy@example.ro"] = "451 4.7.1 Come later"
        waits = []
        for _ in range(3):
            post(server, config)
            table = server.central.tables.email_outbox
            with server.central.store.read() as connection:
                waits.append(connection.execute(sa.select(table.c.not_before)).scalar_one() - server.central.now_us())
            server.central.now_us.forward(seconds=waits[-1] / 1e6 + 1)
        assert [round(one / 60e6) for one in waits] == [1, 2, 4]
        office.rcpt.clear()
        post(server, config)
    assert states(server)["busy@example.ro"] == ("sent", 4, None)
    assert len(office.taken) == 1


def test_a_content_that_is_refused_for_now_goes_later(sqlite_server):
    put(sqlite_server, mail())
    with post_office() as (office, config):
        office.data.append("452 4.3.1 No space")
        post(sqlite_server, config)
        assert states(sqlite_server)["ana@example.ro"][0] == "waiting"
        sqlite_server.central.now_us.forward(seconds=61)
        post(sqlite_server, config)
    assert len(office.taken) == 1


def test_without_a_mail_server_everything_waits_and_goes_when_it_is_back(sqlite_server):
    put(sqlite_server, mail(), mail("dan@example.ro"))
    nobody = MailConfig("127.0.0.1", free_port(), "crm@firma.ro")
    post(sqlite_server, nobody)
    assert {state for state, _, _ in states(sqlite_server).values()} == {"waiting"}
    sqlite_server.central.now_us.forward(seconds=61)
    with post_office() as (office, config):
        post(sqlite_server, config)
    assert sorted(to for to, _ in office.taken) == ["ana@example.ro", "dan@example.ro"]


def test_a_mail_that_nobody_takes_for_days_is_given_up(sqlite_server):
    put(sqlite_server, mail())
    sqlite_server.central.now_us.forward(days=4)
    post(sqlite_server, MailConfig("127.0.0.1", free_port(), "crm@firma.ro"))
    assert states(sqlite_server)["ana@example.ro"][0] == "given up"


def test_a_sender_that_is_killed_in_mid_send_leaves_its_mails_to_the_next_under_the_same_name(sqlite_server):
    server = sqlite_server
    put(server, mail())
    with post_office() as (office, config):
        first = posting._claim(server.central)
        assert asyncio.run(posting.post_due(server.central, config)) == 0, "its lease lasts"
        server.central.now_us.forward(seconds=601)
        post(server, config)
    [(_, content)] = office.taken
    assert posting.message_id(first[0], config.sender).encode() in content
    assert states(server)["ana@example.ro"] == ("sent", 2, None)


def test_the_server_sends_what_waits_as_soon_as_it_runs_and_nobody_has_to_ask(sqlite_server):
    put(sqlite_server, mail())
    with post_office() as (office, config):
        server = replace(sqlite_server, config=replace(sqlite_server.config, mail=config))
        with in_process(server):
            assert office.came.wait(30)
    assert [to for to, _ in office.taken] == ["ana@example.ro"]


def test_two_senders_never_take_the_same_mail(server):
    put(server, *(mail(f"n{n}@example.ro") for n in range(40)))
    with ThreadPoolExecutor(4) as pool:
        found = [one.id for part in pool.map(lambda _: posting._claim(server.central), range(8)) for one in part]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail.ro", "a@b.ro"),
        ("smtp://", "a@b.ro"),
        ("smtp://mail.ro", "nobody"),
        ("smtp://mail.ro:x", "a@b.ro"),
        ("", "a@b.ro"),
    ],
)
def test_settings_that_can_be_none_are_told_without_what_was_given(url, sender):
    with pytest.raises(ValueError, match=r"FIELDFARE_(SMTP|MAIL_FROM)"):
        mail_of(url, sender)


def test_settings_name_server_port_and_person():
    assert mail_of("", "") is None
    assert mail_of("smtps://ana%40firma.ro:p%3Aw@mail.firma.ro", "crm@firma.ro") == MailConfig(
        "mail.firma.ro", 465, "crm@firma.ro", "ana@firma.ro", "p:w", is_tls=True
    )
