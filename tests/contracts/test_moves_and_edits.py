"""A record changes hands while somebody edits a part of it: neither waits for what the other has, so nothing is done twice."""

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from shared_models.errors import ErrorCode
from shared_models.ids import derived_id
from shared_models.protocol import DigestRequest
from shared_models.registry import CRM
from sync_server.db import migrate, timeline
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services import cards, digest, push, setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from tests.model_device import digest_of, stored_rows, wanted
from tests.properties.test_scoped_pull import USERS, fill
from tests.unit.sync_server.centre import NOW_US, Centre, edit, new, pk

pytestmark = pytest.mark.functions(32, 33)
NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
WAITING = {
    "postgresql": "SELECT count(*) FROM pg_locks WHERE NOT granted",
    "mysql": "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
}
PATIENCE_S = 60
LOOK_S = 0.3
"""InnoDB tells what it told before to whoever asks again within 0.1 s."""


@pytest.fixture(
    params=[pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)]
)
def centre(request):
    """Companies of the north with parts, on a server that has more than one writer at a time."""
    url = request.getfixturevalue(f"{request.param}_url")
    migrate.upgrade(url)
    store = open_store(url)
    made = Centre(Central(store, tables_of(CRM), CRM, lambda: NOW_US))
    setup.start(made.central, lambda: "epoch")
    fill(made)
    parts: list[tuple[str, dict[str, Any]]] = [
        ("address", {"street": "S"}),
        ("note", {"body": "said", "written_at": NOW_US}),
        ("bank_account", {"iban": "RO1"}),
    ]
    for n in (10, 20):
        made.save("boss", new(n, team_id=NORTH), admin=True)
        for place, (kind, values) in enumerate(parts, 1):
            made.save("boss", new(n + place, kind, company_id=pk(n), **values), admin=True)
    yield made
    store.close()


class Meeting:
    """One request stops, before it takes the sequence or elsewhere, with its rows locked, until another one waits for something."""

    def __init__(self, centre, monkeypatch, module=timeline, name="take"):
        self.centre, self.stops, self.tries = centre, threading.Event(), []
        self.first = threading.get_ident()
        usual, carry_out = getattr(module, name), push._carry_out

        def stopping(*asked, **how):
            if threading.get_ident() == self.first and not self.stops.is_set():
                self.stops.set()
                self.wait_for_a_waiting_one()
            return usual(*asked, **how)

        def counted(*asked):
            self.tries.append(threading.get_ident())
            return carry_out(*asked)

        monkeypatch.setattr(module, name, stopping)
        monkeypatch.setattr(push, "_carry_out", counted)

    def wait_for_a_waiting_one(self):
        deadline = time.monotonic() + PATIENCE_S
        engine = self.centre.central.store.engine
        while time.monotonic() < deadline:
            with engine.connect() as other:
                if other.execute(sa.text(WAITING[self.centre.central.store.dialect])).scalar_one():
                    return
            time.sleep(LOOK_S)
        raise AssertionError("the other request waits for nothing")

    def hold(self, first, second):
        """Do one thing, and another when the first holds its rows; returns what came of them."""
        found = []

        def then():
            assert self.stops.wait(PATIENCE_S)
            found.append(second())

        thread = threading.Thread(target=then)
        thread.start()
        mine = first()
        thread.join(PATIENCE_S)
        return mine, *found


def give(centre, *companies):
    """Give companies of the north to the south, as one save."""
    return centre.save("boss", *(edit(n, 10**6, {"team_id": NORTH}, team_id=SOUTH) for n in companies), admin=True)


EDITS = {
    "address": lambda: edit(11, 10**6, {"opening_hours": None}, "address", opening_hours="9-17"),
    "note": lambda: edit(12, 10**6, {"is_pinned": False}, "note", is_pinned=True),
    "bank_account": lambda: edit(13, 10**6, {"is_default": False}, "bank_account", is_default=True),
    "clash": lambda: edit(11, 1, {"kind_id": pk(5)}, "address", kind_id=pk(6)),
}
"""The last one makes a card, for whoever is responsible for the company."""


@pytest.mark.parametrize("part", EDITS)
def test_a_company_is_given_away_while_a_part_of_it_is_edited(centre, monkeypatch, part):
    meeting = Meeting(centre, monkeypatch)
    edited, given = meeting.hold(lambda: centre.save("other", EDITS[part](), admin=True), lambda: give(centre, 10, 20))
    assert edited.v == ("conflict" if part == "clash" else "applied")
    assert given.v == "applied"
    assert len(meeting.tries) == 2, "one was done again"
    assert_all_is_in_its_place(centre)


def test_a_part_is_edited_while_its_company_is_given_away(centre, monkeypatch):
    meeting = Meeting(centre, monkeypatch)
    given, edited = meeting.hold(lambda: give(centre, 10), lambda: centre.save("other", EDITS["address"](), admin=True))
    assert (given.v, edited.v) == ("applied", "applied")
    assert len(meeting.tries) == 2, "one was done again"
    assert_all_is_in_its_place(centre)


def test_a_company_is_shared_first_while_a_part_of_it_is_edited(centre, monkeypatch):
    meeting = Meeting(centre, monkeypatch)
    share = {"record_type": "company", "record_id": pk(10), "user_id": USERS["geo"], "level": "see", "ends_at": NOW_US * 2}
    edited, shared = meeting.hold(
        lambda: centre.save("other", EDITS["note"](), admin=True),
        lambda: centre.save("boss", new(30, "record_share", **share), admin=True),
    )
    assert (edited.v, shared.v) == ("applied", "applied")
    assert len(meeting.tries) == 2, "one was done again"
    assert_all_is_in_its_place(centre)


def test_a_card_that_is_made_while_its_company_waits_to_be_given_away_goes_along(centre, monkeypatch):
    meeting = Meeting(centre, monkeypatch, cards, "_responsible")  # its part is locked, and the company is looked at
    meeting.hold(lambda: centre.save("other", EDITS["clash"](), admin=True), lambda: give(centre, 10))
    assert len(meeting.tries) == 2, "one was done again"
    assert len(centre.cards()) == 1
    assert_all_is_in_its_place(centre)


def assert_all_is_in_its_place(centre):
    """What each person sees by the cells is what `decide` lets him see of each record alone."""
    stored = stored_rows(centre.central)
    for user in USERS.values():
        found = digest.compare(centre.central, Actor(user, f"{user[:8]}-1"), DigestRequest(server_epoch="epoch", prefixes=[""]))
        assert found.entities == digest_of(wanted(stored, user, NOW_US))
    assert ErrorCode.S502 not in {row["verdict"] for row in centre.rows("deadletter")}
