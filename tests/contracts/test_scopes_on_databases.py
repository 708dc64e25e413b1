"""Who sees what is the same on every engine: a random life of an organisation, and every door that gives records away."""

import json
from random import Random

import pytest

from shared_models.errors import ErrorCode
from shared_models.fields import columns
from shared_models.protocol import DigestRequest, FetchRequest
from shared_models.registry import CRM
from sync_server.db import migrate
from sync_server.db.engine import open_store
from sync_server.services import digest, history, setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal
from tests.model_device import digest_of, stored_rows, wanted
from tests.properties.test_scoped_pull import PEOPLE, TABLES, USERS, Story, fill
from tests.unit.sync_server.centre import NOW_US, Centre

pytestmark = pytest.mark.functions(14, 32, 33, 34, 35)


@pytest.fixture
def story(central_url):
    """An organisation that has lived for a while."""
    migrate.upgrade(central_url)
    clock = [NOW_US]
    store = open_store(central_url, synchronous="OFF")
    made = Story(Centre(Central(store, TABLES, CRM, lambda: clock[0])), clock)
    setup.start(made.centre.central, lambda: "epoch")
    fill(made.centre)
    made.live(Random(7), 110)
    yield made
    store.close()


def may_hear(central, actor, entity, pk, others) -> set[str] | None:
    """Return the fields that somebody's history of a record tells of; None where he is refused. others: what it tells of besides."""
    try:
        entries = history.page(central, actor, entity, pk, None).entries
    except Refusal as refusal:
        return None if refusal.code is ErrorCode.R305 else {refusal.code}
    others |= {(entry.entity, entry.record) for entry in entries}
    told = [entry for entry in entries if (entry.entity, entry.record) == (entity, pk)]
    return {name for entry in told for values in (entry.before, entry.after) for name in values or ()}


def test_every_door_gives_each_person_what_decide_lets_him_see(story):
    central, stored = story.centre.central, stored_rows(story.centre.central)
    for name in PEOPLE:
        right = wanted(stored, USERS[name], story.clock[0])
        actor = Actor(USERS[name], f"{name}-1", story.is_admin(USERS[name]))
        whole = digest.compare(central, actor, DigestRequest(server_epoch="epoch", prefixes=[""]))
        assert whole.entities == digest_of(right), name
        for entity in CRM:
            kind, mine = entity.entity_name, {pk for of, pk in right if of == entity.entity_name}
            asked = DigestRequest(server_epoch="epoch", entity=kind, prefixes=[""])
            assert {pk for pk, _, _ in digest.compare(central, actor, asked).parts[""].rows or ()} == mine, (name, kind)
            pks = [pk for of, pk in stored if of == kind]
            for line in digest.fetch(central, actor, FetchRequest(server_epoch="epoch", t=kind, pks=pks)) if pks else ():
                if b'"k":"rows"' in line:
                    check_rows(line, kind, right, mine)
            hidden = {column.name for column in columns(entity)} - set(next((right[kind, pk][1] for pk in mine), ()))
            for pk in pks:
                told = set[tuple[str, str]]()
                heard = may_hear(central, actor, kind, pk, told)
                assert told <= right.keys() or story.is_free(USERS[name]), (name, kind)
                assert (heard is not None) == (pk in mine or story.is_free(USERS[name])), (name, kind)
                assert not (heard or set()) & hidden or not mine, (name, kind)


def check_rows(line, kind, right, mine):
    """The rows of a line are all that a person is to hold of an entity, without the fields that are kept from him."""
    told = json.loads(line)
    rows = [dict(zip(told["cols"], row, strict=True)) for row in told["rows"]]
    assert {row["id"] for row in rows} == mine
    assert all(row == right[kind, row["id"]][1] for row in rows)
