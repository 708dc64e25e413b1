"""What an update of the program makes of a file in which something waits, is asked, put aside or let go of (I10)."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Annotated, ClassVar

import pytest

from client.replica import change_log, drafts, integrity
from client.replica.drafts import FormDraft
from client.usecases import decided, news
from client.usecases.shown import Names
from shared_models.base import Id
from shared_models.errors import ErrorCode, ProtocolFault, Unreachable
from shared_models.evolution import Dropped, Evolution
from shared_models.fields import Col
from shared_models.registry import Registry
from shared_models.transport import PullRequest
from sync_server.services import pull, push
from sync_server.services.local_transport import LocalTransport
from tests.versioned import clients, organisation
from tests.versions import NEWEST, STEPS, VERSIONS, Stop5, Stop6

ION = {"title": "Han", "place": "Brad", "who": "Ion Pop"}


@pytest.fixture
def central(tmp_path):
    with organisation(tmp_path) as made:
        yield made


@pytest.fixture
def client(central, tmp_path):
    with clients(tmp_path, central) as start:
        yield start


@pytest.fixture
def known(client):
    """Two devices that hold one stop: of the first version, and of the newest."""
    old, new = client(1), client(NEWEST)
    pk = old.add(**ION)
    old.sync()
    new.sync()
    return old, new, pk


def logged(one):
    with one.replica.reading() as reader:
        return change_log.select(reader, "1 = 1")


def pushed(central, one, *txs):
    """Return the answer to a push of a device of the first version, as if it had no more than that."""
    facts = one.replica.facts()
    body = {"device_epoch": facts["device_epoch"], "server_epoch": "epoch", "schema": 1, "txs": txs}
    return push.accept(central, one.network.inner.actor, json.dumps(body).encode())


class Late:
    """A way on which one page was long under way."""

    def __init__(self, inner, page):
        self.inner, self.page = inner, page

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def pull(self, request):
        return iter(self.page)


class NoPush(Late):
    """A way on which no push gets through."""

    def push(self, body):
        raise Unreachable(None, "lost in this test")

    def pull(self, request):
        return self.inner.pull(request)


class InPieces(Late):
    """A way on which pages have few rows."""

    def pull(self, request):
        return pull.open_page(self.inner.central, self.inner.actor, request, 4)


def later(one, pk):
    with one.replica.reading() as reader:
        (text,) = reader.execute("SELECT _ext FROM stop WHERE id = ?", (pk,)).fetchone()
    return json.loads(text) if text else {}


def test_a_row_under_an_own_edit_is_its_base_plus_that_when_the_program_is_updated(known):
    old, new, pk = known
    old.change(pk, who="Ion Popa")
    new.change(pk, first_name="Ana", stars=3)
    new.sync()
    way, old.network.inner = old.network.inner, NoPush(old.network.inner, None)
    old.engine.run_once()
    old.network.inner, old.network.is_up = way, False
    assert old.shows(pk, who="Ion Popa")
    old.update_program()
    assert integrity.check(old.replica) == []
    assert old.shows(pk, first_name="Ana", last_name="Popa", stars=3)


def test_a_card_is_decided_without_contact_after_the_update(known):
    old, new, pk = known
    new.change(pk, town="Deva", last_name="Popescu")
    new.sync()
    old.change(pk, place="Simeria")
    old.change(pk, who="Ion Popa")
    for one in (old, new, old):
        one.sync()
    old.network.is_up = False
    old.update_program()
    cards = {card["unit"]: card for card in old.replica.cards()}
    assert json.loads(cards["town"]["mine"]) == {"town": "Simeria"}
    assert [json.loads(cards["last_name"][side]) for side in ("mine", "theirs")] == [
        {"last_name": "Popa"},
        {"last_name": "Popescu"},
    ]
    with old.replica.edit("Decide") as edit:
        edit.update("stop", pk, json.loads(cards["last_name"]["mine"]), old.replica.look_at_card(cards["last_name"]))
        edit.update("sync_conflict", cards["last_name"]["id"], {"state": "restored_mine"})
    assert integrity.check(old.replica) == []
    old.network.is_up = True
    old.sync()
    new.sync()
    assert new.shows(pk, first_name="Ion", last_name="Popa", town="Deva")
    assert [card["unit"] for card in new.replica.cards()] == ["town"]


def test_a_card_that_was_decided_before_the_update_is_decided_after_it(known):
    old, new, pk = known
    new.change(pk, town="Deva")
    new.sync()
    old.change(pk, place="Simeria")
    old.sync()
    (card,) = old.replica.cards()
    old.change(card["id"], "sync_conflict", state="kept_theirs")
    old.network.is_up = False
    old.update_program()
    assert old.replica.cards() == []
    assert integrity.check(old.replica) == []
    old.network.is_up = True
    old.sync()
    new.sync()
    assert new.replica.cards() == []


def test_an_old_version_restores_its_part_of_what_is_two_fields_now(known):
    old, new, pk = known
    new.change(pk, last_name="Popescu")
    new.sync()
    old.change(pk, who="Ion Popa")
    old.sync()
    (card,) = old.replica.cards()
    with old.replica.edit("Decide") as edit:
        edit.update("stop", pk, json.loads(card["mine"]), old.replica.look_at_card(card))
        edit.update("sync_conflict", card["id"], {"state": "restored_mine"})
    old.sync()
    new.sync()
    assert old.shows(pk, who="Ion Popa")
    assert new.shows(pk, first_name="Ion", last_name="Popa")
    assert new.replica.cards() == []


def test_a_card_about_what_an_old_version_does_not_know_waits_for_its_update(client):
    old, new, third = client(4), client(NEWEST), client(NEWEST)
    stop = new.add(title="Han")
    toll = new.add("toll", stop_id=stop, road="A1")
    for one in (new, old, third):
        one.sync()
    new.change(toll, "toll", road="A2")
    new.change(stop, reason_id="018f0000-0000-7000-8000-000000000001")
    new.sync()
    third.change(toll, "toll", road="A3")
    third.change(stop, reason_id="018f0000-0000-7000-8000-000000000002")
    for one in (third, old, new):
        one.sync()
    assert old.replica.cards() == []
    assert {card["unit"] for card in new.replica.cards()} == {"road", "reason_id"}
    for card in new.replica.cards():
        new.change(card["id"], "sync_conflict", state="kept_theirs")
    new.sync()
    old.sync()
    now_ms = old.clock.now
    assert decided.decided(old.replica, now_ms).rows == ()
    assert news.news(old.replica, Names(old.replica), now_ms) == ()
    old.update_program()
    old.sync()
    assert {card.unit for card in decided.decided(old.replica, now_ms).rows} == {"road", "reason_id"}


def test_a_backup_from_before_a_save_was_sent_is_put_back_after_the_update(known, tmp_path):
    old, new, pk = known
    old.change(pk, who="Ion Popa")
    file = tmp_path / f"{old.name}.db"
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(tmp_path / "copy")) as copy:
        one.backup(copy)
    old.sync()
    old.update_program()
    old.sync()
    old.replica.close()
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    (tmp_path / "copy").replace(file)
    old.update_program()
    old.sync()
    new.sync()
    assert old.replica.facts()["quarantined"] is False
    assert old.replica.waiting() == []
    assert new.shows(pk, last_name="Popa")


class Stop7(Stop5):
    """Without a number for faxes."""

    fax: ClassVar[None] = None  # type: ignore[misc]  # takes the field of the base away
    reason_id: Annotated[Id | None, Col(references="pick_list_item", choices="stop_reason")] = None


def later_registry(*more, stop=Stop6):
    """Return the newest version with further ones behind it."""
    entities = tuple(stop if kind is Stop6 else kind for kind in VERSIONS[NEWEST])
    return Registry(entities, Evolution(steps=(*STEPS, *more)))


def test_a_save_that_was_not_sent_while_its_version_was_supported_goes_in_the_form_of_today(client):
    one = client(1)
    one.add(**ION)
    one.update_program()
    with one.replica.reading() as reader:
        assert reader.execute("SELECT schema FROM _sync_tx").fetchall() == [(1,)]
    one.update_program(NEWEST + 1, later_registry(()))
    with one.replica.reading() as reader:
        assert reader.execute("SELECT schema, wire FROM _sync_tx").fetchall() == [(None, None)]
    (tx,) = logged(one)
    with one.replica.reading() as reader:
        assert change_log.ops(reader, tx.n)[0].set["town"] == "Brad"


@pytest.mark.parametrize("lost", ["answer", "push"])
def test_what_was_sent_by_a_version_that_is_supported_no_more_has_its_verdict_or_is_read_by_its_author(client, central, lost):
    one = client(1)
    pk = one.add(**ION)
    one.sync()
    one.change(pk, place="Deva")
    way = one.network.inner
    if lost == "answer":
        one.network.lost_answers.append("push")
    else:
        one.network.inner = NoPush(way, None)
    one.engine.run_once()
    newer = later_registry(())
    one.network.inner = LocalTransport(replace(central, registry=newer), way.actor)
    one.update_program(NEWEST + 1, newer)
    one.sync()
    assert one.replica.waiting() == []
    refused = one.replica.drafts()
    assert [draft.error["code"] for draft in refused] == ([] if lost == "answer" else [ErrorCode.P202])
    for draft in refused:
        assert draft.ops[0].set == {"town": "Deva"}
        one.replica.retry_draft(draft.tx_id)
        one.sync()
    assert one.replica.drafts() == []
    assert one.shows(pk, town="Deva")


def test_an_edit_of_a_field_that_is_gone_waits_for_its_refusal_and_stops_nothing(client):
    one = client(NEWEST)
    pk = one.add(title="Han")
    one.sync()
    one.change(pk, fax="0254 2", town="Deva")
    one.network.is_up = False
    one.update_program(NEWEST + 1, later_registry((Dropped("stop", "fax"),), stop=Stop7))
    assert one.shows(pk, title="Han", town="Deva")
    assert integrity.check(one.replica) == []
    with one.replica.reading() as reader:
        assert change_log.ops(reader, logged(one)[-1].n)[0].set == {"fax": "0254 2", "town": "Deva"}


def test_what_only_a_newer_version_knows_comes_with_a_long_pull(known):
    old, new, _ = known
    made = [new.add(title=f"Han {n}", stars=n) for n in range(12)]
    new.sync()
    old.network.inner = InPieces(old.network.inner, None)
    old.sync()
    assert old.network.calls.count("pull") > 2
    assert [later(old, pk)["stars"] for pk in made] == list(range(12))


def test_what_only_a_newer_version_knows_comes_with_a_row_that_is_sent_again(known):
    old, new, pk = known
    new.change(pk, stars=3)
    new.sync()
    old.sync()
    with old.replica.write(durable=False) as writing:
        writing.connection.execute("DELETE FROM stop")
    integrity.check(old.replica)
    old.engine.run_once()
    old.sync()
    assert old.shows(pk, place="Brad", who="Ion Pop")
    assert later(old, pk) == {"stars": 3, "reason_id": None}


def test_a_row_that_is_sent_again_keeps_what_was_typed_on_it(known):
    old, _, pk = known
    old.change(pk, place="Deva")
    with old.replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_base SET ver = 1000")
        writing.connection.execute("UPDATE stop SET _v = 1000")
    integrity.check(old.replica)
    old.network.lost_answers += ["push"]
    old.engine.run_once()
    old.sync()
    assert old.shows(pk, place="Deva", who="Ion Pop")


def test_a_page_that_was_asked_for_before_the_update_is_of_no_use_after_it(client):
    one, other = client(4), client(NEWEST)
    pk = other.add(title="Han")
    other.add("toll", stop_id=pk, road="A1")
    other.sync()
    one.network.lost_answers.append("pull")
    one.engine.run_once()
    facts = one.replica.facts()
    request = PullRequest(0, facts["server_epoch"], facts["device_epoch"], None)
    page = [line for line in one.network.inner.pull(request) if b'"t":"stop"' not in line]
    one.update_program()
    real = one.network.inner
    one.network.inner = Late(real, page)
    assert isinstance(one.engine.run_once().error, ProtocolFault)
    one.network.inner = real
    one.sync()
    assert [row["road"] for row in one.replica.list_page("toll").rows] == ["A1"]


def test_a_new_record_of_an_old_version_that_is_there_already_merges_field_by_field(known, central):
    old, new, pk = known
    new.change(pk, stars=4)
    new.sync()
    again = {"id": "again", "tx": 2, "hlc": 1, "ops": [{"t": "stop", "pk": pk, "op": "i", "set": {**ION, "place": "Deva"}}]}
    answer = pushed(central, old, again)
    assert answer.verdicts[0].v == "conflict"
    new.sync()
    assert new.shows(pk, town="Brad", first_name="Ion", last_name="Pop", stars=4)
    (card,) = new.replica.cards()
    assert json.loads(card["mine"]) == {"town": "Deva"}


@pytest.mark.parametrize("who", [5, ["Ion"], {"add": ["x"]}])
def test_what_no_version_can_have_sent_is_refused_by_its_verdict(known, central, who):
    old, _, pk = known
    bad = {"id": "bad", "tx": 2, "hlc": 1, "ops": [{"t": "stop", "pk": pk, "op": "u", "set": {"who": who}, "bv": 1}]}
    good = {"id": "good", "tx": 3, "hlc": 1, "ops": [{"t": "stop", "pk": pk, "op": "u", "set": {"who": "Ana"}, "bv": 9}]}
    assert [verdict.v for verdict in pushed(central, old, bad, good).verdicts] == ["rejected", "applied"]


def test_the_draft_of_a_note_is_no_draft_of_a_record(client):
    one = client(1)
    note = FormDraft("note:stop:1", "/stops/1", "Han", "form.note", {"text": "place"}, {}, {})
    with one.replica.write(durable=True) as writing:
        drafts.keep(writing.connection, "user", note)
    one.update_program()
    with one.replica.reading() as reader:
        kept = drafts.draft_of(reader, "user", note.form)
    assert kept is not None
    assert kept.typed == {"text": "place"}
