"""Whoever lacks a right gets nothing by any door: each operation of the OpenAPI document, tried as each profile, against `decide`.

Every field of every record holds a word that nothing else has (`tests/planted.py`), so a leak is a word in the bytes of an answer.
"""

import json
from dataclasses import dataclass

import httpx
import pytest

from shared_models.fields import ARCHIVED, units
from shared_models.registry import CRM
from sync_server.app import create_app
from sync_server.db import timeline
from sync_server.services.snapshots import Policy, Snapshots
from sync_server.serving import make_office
from tests.doors import OPEN, PLANS, Visitor, contents
from tests.planted import BYTES, PEOPLE, USERS, Planted, plant
from tests.servers import Caller, behind_socket, make_server

pytestmark = pytest.mark.functions(32, 33, 34, 35, 36)
FILES = ("announceFile", "filePlace", "sendFile", "fileBytes")
FOR_THE_LOST = ("hello", "push", "announceFile", "filePlace", "sendFile")
WHOLE_VIEW = ("pull", "fetch", "snapshotBytes")
"""Doors that give all that a person may see now."""
PAGES = {"/", "/metrics", "/app", "/app/sign-in", "/app/sign-out", "/schema", "/schema/openapi.json", "/schema/{path}"}
"""What is served beside the operations of the document: pages for browsers, figures for Prometheus, and the document."""


@dataclass
class House:
    """The planted server behind its socket, and a visitor of each name, each on a device of his own."""

    planted: Planted
    document: dict
    visitors: dict[str, Visitor]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    server = make_server(tmp_path_factory.mktemp("house"))
    policy = Policy(min_rows=1, min_rows_in_view=1)
    vars(server)["snapshots"] = Snapshots(server.central, server.config.folder / "snapshots", lambda build: build(), policy)
    with behind_socket(server) as address, httpx.Client(base_url=address, timeout=60) as http:
        planted = plant(server, Caller(http, install="boss", device_epoch="boss-epoch"))
        made = House(planted, http.get("/schema/openapi.json").json(), {})
        offers: set[str] = set()
        for name in ("ana", *PEOPLE, "revoked", "lost", "nobody"):
            made.visitors[name] = visitor(planted, http, name, offers)
        for name in ("ana", *PEOPLE):  # so that everybody knows everybody's snapshots
            assert list(PLANS["snapshot"](made.visitors[name]))
        server.accounts.revoke_device(made.visitors["revoked"].caller.tokens["device_id"])
        server.accounts.wipe_device(made.visitors["lost"].caller.tokens["device_id"])
        yield made


def visitor(planted, http, name, offers):
    """Return somebody with a device; the one that is revoked and the one that is lost are the admin's."""
    caller = Caller(http, install=name, device_epoch=f"{name}-epoch")
    if name == "nobody":
        caller.server_epoch = planted.boss.server_epoch
    else:
        email = f"{name}@example.ro" if name in PEOPLE else "ana@example.ro"
        assert caller.sign_in(email).status_code == caller.hello().status_code == 200
    with planted.server.central.store.read() as connection:
        seq = timeline.read(connection, planted.server.central.tables).seq
    stored = planted.stored()
    digests = [row["sha256"] for (entity, _), (_, row) in sorted(stored.items()) if entity == "document"]
    return Visitor(caller, f"{name}@example.ro", sorted(stored), seq, digests, offers)


FOR_ADMINS = ("devices", "orderDevice", "diagnostics", "alarms", "incidents", "setAlarmRule", "makeDeviceCode")
"""Operations that only an admin may use."""


def heard_by(house, who, operation):
    """Try a door, and return the words that came through it, and the answers."""
    answers = list(PLANS[operation](who))
    assert answers, operation
    assert {answer.status_code for answer in answers if answer.status_code >= 500} == set(), operation
    return {word for answer in answers for part in contents(answer) for word in house.planted.words.within(part)}, answers


def test_every_operation_and_every_other_address_is_known_here(house):
    operations = {one["operationId"] for path in house.document["paths"].values() for one in path.values()}
    assert operations == PLANS.keys(), "a new operation needs a plan in tests/doors.py"
    server = house.planted.server
    paths = {route.path_format for route in create_app(server, make_office(server)).routes}
    assert paths - house.document["paths"].keys() == PAGES, "a new page has to be looked at below"


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_hears_what_decide_lets_him_and_nothing_else(house, name):
    who, words = house.visitors[name], house.planted.words
    right = house.planted.right_of(name)
    opened, shown = words.open_to(right), words.shown(right)
    assert shown
    assert name == "admin" or words.places.keys() - opened
    for operation in PLANS:
        if operation == "signOut":
            continue
        heard, answers = heard_by(house, who, operation)
        assert heard <= opened, (operation, {word: words.places[word] for word in heard - opened})
        assert operation not in WHOLE_VIEW or shown <= heard, operation
        if operation == "history":
            assert before_now(house, right) <= heard
            assert told_units(answers) <= {(*key, name) for key, (_, row) in right.items() for name in units_in(key[0], row)}
        if operation == "digest":
            assert listed(answers) == set(right)
        if operation == "fileBytes":
            assert heard == files_of(house, right)
        if operation in FILES:
            found = codes_by_file(answers, right)
            assert {code for is_seen, code in found if not is_seen} <= {"R309"}, "as of a file that is not there"
            assert operation != "fileBytes" or {code for is_seen, code in found if is_seen} == {None}


def files_of(house, right):
    """Return the words in the bytes of the files that a person may see."""
    seen = {pk for name, pk in right if name == "document"}
    return {word for word, place in house.planted.words.places.items() if place and place[1] in seen and place[2] == BYTES}


def codes_by_file(answers, right):
    """Return (whether a row of the file is in view, code of the answer, if it is none of success)."""
    seen = {row["sha256"] for (name, _), (_, row) in right.items() if name == "document"}
    told = set()
    for answer in answers:
        sha256 = answer.request.url.path.rpartition("/")[2]
        code = answer.json()["code"] if answer.content and answer.status_code >= 400 else None
        if answer.status_code == 404:
            code = "R309"
        told.add((sha256 in seen, code))
    return told


def before_now(house, right):
    """Return the first words of what a person may see, which others have replaced since."""
    fields = {(*key, name) for key, (_, row) in right.items() for name in row}
    first = dict[tuple, str]()
    for word, place in house.planted.words.places.items():
        first.setdefault(place, word)
    return {word for place, word in first.items() if place in fields}


def told_units(answers):
    """Return the units whose past is told, even if their values are not: (entity, record, unit)."""
    entries = [one for answer in answers if answer.status_code == 200 for one in answer.json()["entries"]]
    return {(one["entity"], one["record"], one["unit"]) for one in entries}


def units_in(entity, row):
    """Return the units of which a row has a field, and what stands for the whole record."""
    return {"*", ARCHIVED, *(name for name, unit in units(CRM.get(entity)).items() if row.keys() & unit.fields)}


def listed(answers):
    """Return the records that digests name."""
    kinds = {}
    for answer in answers:
        asked = json.loads(answer.request.content)
        for part in answer.json()["parts"].values():
            kinds.setdefault(asked["entity"], set()).update(pk for pk, *_ in part["rows"] or ())
    return {(name, pk) for name, pks in kinds.items() for pk in pks}


def test_an_admin_hears_everything(house):
    """Else the test could not fail: the words are there, and the doors give them."""
    words = house.planted.words
    for operation in WHOLE_VIEW:
        heard, _ = heard_by(house, house.visitors["ana"], operation)
        assert heard == words.shown(house.planted.stored()), operation
    assert heard_by(house, house.visitors["ana"], "push")[0], "what is newer comes with the answer"
    past, _ = heard_by(house, house.visitors["ana"], "history")
    assert len(past | heard) > 0.95 * len(words.places)


@pytest.mark.parametrize("name", ["nobody", "revoked", "lost"])
def test_nobody_without_a_good_token_hears_anything(house, name):
    who = house.visitors[name]
    for operation in PLANS:
        if (name, operation) == ("lost", "signOut"):
            continue
        heard, answers = heard_by(house, who, operation)
        assert heard == set(), operation
        if operation not in OPEN and (name, operation) not in [("lost", one) for one in FOR_THE_LOST]:
            wanted = 403 if name == "lost" else 401
            assert {answer.status_code for answer in answers} == {wanted}, operation


def test_only_an_admin_hears_of_devices_and_orders_something_for_them(house):
    for name in PEOPLE:
        answers = [answer for door in FOR_ADMINS for answer in PLANS[door](house.visitors[name])]
        assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "A105")}, name
    assert {answer.status_code for answer in PLANS["devices"](house.visitors["ana"])} == {200}


def test_whoever_has_signed_out_hears_nothing_any_more(house):
    who = visitor(house.planted, house.visitors["ana"].caller.http, "manager", house.visitors["ana"].offers)
    assert [answer.status_code for answer in PLANS["signOut"](who)] == [204]
    for operation in ("pull", "history", "digest", "fetch", "snapshot", "snapshotBytes", "devices", "orderDevice", *FILES):
        heard, answers = heard_by(house, who, operation)
        assert (heard, {answer.status_code for answer in answers}) == (set(), {401}), operation


def test_the_table_of_rights_is_the_one_that_the_profiles_promise(house):
    """What `decide` says is what `functions.md` 32-36 promise: by hand, for the records of this organisation."""
    seen = {name: {key[0] for key in house.planted.right_of(name)} for name in PEOPLE}
    count = {name: sum(key[0] == "company" for key in house.planted.right_of(name)) for name in PEOPLE}
    assert count == {"admin": 6, "manager": 2, "salesperson": 2, "office": 6, "accountant": 6, "guest": 2, "stranger": 2}
    assert {name for name in PEOPLE if "bank_account" in seen[name]} == {"admin", "manager", "office", "accountant"}
    assert {name for name in PEOPLE if "related_person" in seen[name]} == {"admin", "manager", "salesperson", "stranger"}
    segments = {
        n: "price_segment_id" in r for n in PEOPLE for k, (_, r) in house.planted.right_of(n).items() if k[0] == "company"
    }
    assert {name for name, is_sent in segments.items() if not is_sent} == {"guest"}
    assert all({"user", "team", "profile"} <= found for found in seen.values())
    assert CRM.by_name.keys() >= set().union(*seen.values())
    assert set(USERS) == set(PEOPLE)
