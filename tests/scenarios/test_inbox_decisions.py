"""What lands in the inbox, what a person reads there, and what each decision does, through the facade of the screens."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from client.app import make_crm
from client.events import SyncStatusChanged
from client.replica import meta
from client.sync.states import Event
from client.usecases.answers import Owner, Preferences
from client.usecases.form_answers import FormEnd
from shared_models.errors import ErrorCode, RecordInvalid, Refused
from tests.clients import held_account


@dataclass
class Rounds:
    """Notes what asks for a round of sync; the test runs the rounds."""

    events: list[Event] = field(default_factory=list)

    def notify(self, event: Event) -> None:
        self.events.append(event)


def crm_of(device):
    rounds = Rounds()
    folder = device.world.folder / f"{device.name}-files"
    folder.mkdir()
    crm = make_crm(device.replica, device.network, device.engine, rounds, folder, held_account(folder, device.replica))
    crm.now_ms = device.world.clock
    return SimpleNamespace(crm=crm, rounds=rounds, folder=folder, device=device)


@pytest.fixture
def ana(world):
    return crm_of(world.device("ana-laptop", "ana"))


@pytest.fixture
def dan(world, ana):
    return crm_of(world.device("dan-laptop", "dan"))


@pytest.fixture
def acme(ana, dan):
    pk = ana.device.save("company", name="Acme", description="one\ntwo", roles=["customer"])
    sync(ana, dan)
    return pk


def sync(*sides):
    for side in sides:
        assert side.device.sync().error is None


def clash(ana, dan, entity, pk, mine, theirs):
    """Ana is first with `theirs`, Dan types `mine` without knowing; both know of the card afterwards."""
    ana.device.edit(entity, pk, **theirs)
    dan.device.edit(entity, pk, **mine)
    sync(ana, dan, ana)


@pytest.mark.functions(142)
async def test_both_sides_read_who_wrote_what_and_where(ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [at_dan] = (await dan.crm.inbox()).cards
    [at_ana] = (await ana.crm.inbox()).cards
    assert (at_dan.kind, at_dan.entity, at_dan.record, at_dan.title, at_dan.unit) == (
        "value", "company", acme, "Acme by Ana", "name",
    )  # fmt: skip
    assert [side.values for side in (at_dan.before, at_dan.mine, at_dan.theirs)] == [
        {"name": "Acme"}, {"name": "Acme by Dan"}, {"name": "Acme by Ana"},
    ]  # fmt: skip
    assert (at_dan.mine.by, at_dan.mine.is_me, at_dan.mine.is_here) == ("Dan Radu", True, True)
    assert (at_dan.theirs.by, at_dan.theirs.is_me, at_dan.theirs.is_here) == ("Ana Pop", False, False)
    assert (at_ana.mine.is_me, at_ana.theirs.is_me, at_ana.theirs.is_here) == (False, True, True)
    assert not at_dan.can_keep_both
    assert (await dan.crm.status()).needs_you == 1


@pytest.mark.functions(142)
async def test_keeping_theirs_closes_the_card_for_both_and_changes_no_value(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    saved = await dan.crm.decide(card.id, "kept_theirs")
    assert saved.label == "Kept theirs: Acme by Ana"
    assert (await dan.crm.inbox()).count == 0
    world.rest()
    inbox = await ana.crm.inbox()
    assert (inbox.count, inbox.solved) == (0, 1)
    assert ana.device.get("company", acme)["name"] == "Acme by Ana"


@pytest.mark.functions(142)
async def test_restoring_mine_brings_it_to_everyone_and_is_named_in_the_readers_language(world, ana, dan, acme):
    await dan.crm.set_preferences(Preferences("ro"))
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    saved = await dan.crm.decide(card.id, "restored_mine")
    assert saved.label == "Restaurat al meu: Acme by Dan"
    assert [item.label for item in (await dan.crm.queue()).waiting] == [saved.label]
    world.rest()
    assert ana.device.get("company", acme)["name"] == "Acme by Dan"
    assert (await ana.crm.inbox()).count == 0


@pytest.mark.parametrize(
    ("decision", "label"),
    [
        ("kept_theirs", "Kept mine: Acme by Ana"),
        ("restored_mine", "Brought back: Acme by Dan"),
        ("kept_both", "Kept both: Acme by Ana"),
    ],
)
async def test_a_decision_is_named_by_the_value_that_it_keeps_in_the_words_of_who_decides(ana, dan, acme, decision, label):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await ana.crm.inbox()).cards
    assert (await ana.crm.decide(card.id, decision)).label == label


async def test_a_field_that_is_not_the_title_is_named_with_its_value(ana, dan, acme):
    clash(ana, dan, "company", acme, {"legal_name": "Acme SRL"}, {"legal_name": "Acme SA"})
    [card] = (await dan.crm.inbox()).cards
    assert (await dan.crm.decide(card.id, "restored_mine")).label == "Restored mine: Acme, Legal name Acme SRL"


async def test_a_decision_can_be_taken_back_while_it_waits(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    saved = await dan.crm.decide(card.id, "restored_mine")
    assert await dan.crm.undo(saved.tx)
    assert [one.id for one in (await dan.crm.inbox()).cards] == [card.id]
    assert dan.device.get("company", acme)["name"] == "Acme by Ana"
    world.rest()


@pytest.mark.functions(142)
@pytest.mark.parametrize("decision", ["kept_theirs", "restored_mine"])
async def test_a_decision_that_was_sent_is_taken_back_with_its_value_and_its_card_is_open_again(
    world, ana, dan, acme, decision
):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    saved = await dan.crm.decide(card.id, decision)
    world.rest()
    assert (await ana.crm.inbox()).cards == ()
    assert await dan.crm.undo(saved.tx)
    assert [one.id for one in (await dan.crm.inbox()).cards] == [card.id]
    world.rest()
    for person in (ana, dan):
        assert [one.id for one in (await person.crm.inbox()).cards] == [card.id]
        assert person.device.get("company", acme)["name"] == "Acme by Ana"
        assert person.device.get("sync_conflict", card.id)["decided_by"] is None
    await dan.crm.decide(card.id, "restored_mine")
    world.rest()
    assert (ana.device.get("company", acme)["name"], (await ana.crm.inbox()).cards) == ("Acme by Dan", ())


async def test_taking_a_decision_back_leaves_the_one_of_somebody_else_that_was_first(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    await ana.crm.decide(card.id, "kept_theirs")
    saved = await dan.crm.decide(card.id, "kept_theirs")
    sync(ana, dan)
    await dan.crm.undo(saved.tx)
    world.rest()
    for person in (ana, dan):
        found = person.device.get("sync_conflict", card.id)
        assert (found["state"], found["decided_by"]) == ("kept_theirs", ana.device.world.users["ana"])


@pytest.mark.functions(142)
async def test_both_texts_can_be_kept_where_they_stand_one_below_the_other(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"description": "ONE by Dan\ntwo"}, {"description": "ONE by Ana\ntwo"})
    [card] = (await dan.crm.inbox()).cards
    assert card.can_keep_both
    await dan.crm.decide(card.id, "kept_both")
    world.rest()
    text = ana.device.get("company", acme)["description"]
    assert "ONE by Dan" in text
    assert "ONE by Ana" in text


@pytest.mark.functions(142)
async def test_restoring_an_archive_that_an_edit_had_stopped_archives_it_now(world, ana, dan, acme):
    ana.device.edit("company", acme, name="Acme by Ana")
    await dan.crm.archive("company", acme)
    sync(ana, dan)
    [card] = (await dan.crm.inbox()).cards
    assert card.kind == "archived"
    saved = await dan.crm.decide(card.id, "restored_mine")
    world.rest()
    assert ana.device.get("company", acme)["archived_at"] is not None
    assert saved.label == "Archived: Acme by Ana"
    assert "archived.restored_mine" in [
        e.outcome.decision for e in (await dan.crm.timeline("company", acme)).entries if e.outcome
    ]


@pytest.mark.functions(142)
async def test_restoring_an_edit_over_an_archive_leaves_the_record_where_it_is(world, ana, dan, acme):
    await ana.crm.archive("company", acme)
    dan.device.edit("company", acme, name="Acme by Dan")
    sync(ana, dan, ana)
    [card] = (await ana.crm.inbox()).cards
    assert card.kind == "revived"
    await ana.crm.decide(card.id, "restored_mine")
    world.rest()
    assert dan.device.get("company", acme)["archived_at"] is None
    assert dan.device.get("company", acme)["name"] == "Acme by Dan"


@pytest.mark.functions(142)
async def test_a_record_that_an_edit_brought_back_can_be_archived_again(world, ana, dan, acme):
    await ana.crm.archive("company", acme)
    dan.device.edit("company", acme, name="Acme by Dan")
    sync(ana, dan, ana)
    [card] = (await ana.crm.inbox()).cards
    saved = await ana.crm.decide(card.id, "kept_theirs")
    world.rest()
    row = dan.device.get("company", acme)
    assert (row["archived_at"] is not None, row["name"]) == (True, "Acme by Dan")
    assert saved.label == "Archived again: Acme by Dan"
    assert "revived.kept_theirs" in [e.outcome.decision for e in (await ana.crm.timeline("company", acme)).entries if e.outcome]


@pytest.mark.functions(142)
async def test_a_card_about_a_code_names_the_company_that_has_it(world, ana, dan, acme):
    ana.device.edit("company", acme, code="C-7")
    brazi = dan.device.save("company", name="Brazi", code="C-7")
    sync(ana, dan, ana)
    [card] = (await dan.crm.inbox()).cards
    assert (card.kind, card.title, card.other, card.theirs.values["code"]) == ("code", "Brazi", "Acme", "C-7-2")
    assert (await dan.crm.decide(card.id, "kept_theirs")).label == "New code kept: Brazi"
    world.rest()
    assert (ana.device.get("company", brazi)["code"], (await dan.crm.inbox()).count) == ("C-7-2", 0)


@pytest.mark.functions(142)
async def test_choosing_another_parent_closes_the_card_about_a_circle(world, ana, dan, acme):
    brazi, group = ana.device.save("company", name="Brazi"), ana.device.save("company", name="Group")
    sync(ana, dan)
    ana.device.edit("company", brazi, parent_id=acme)
    dan.device.edit("company", acme, parent_id=brazi)
    sync(ana, dan, ana)
    [card] = (await dan.crm.inbox()).cards
    assert (card.kind, card.mine.shown["parent_id"], card.theirs.values["parent_id"]) == ("cycle", "Brazi", None)
    form = await dan.crm.decide_by_edit(card.id)
    await dan.crm.save(FormEnd(form, {"parent_id": group}))
    world.rest()
    assert (ana.device.get("company", acme)["parent_id"], (await dan.crm.inbox()).count) == (group, 0)
    assert "cycle.edited" in [e.outcome.decision for e in (await dan.crm.timeline("company", acme)).entries if e.outcome]


@pytest.mark.functions(4, 142)
async def test_an_edit_of_a_removed_phone_can_bring_the_phone_back_with_it(world, ana, dan, acme):
    form = await ana.crm.open_form("contact_point", None, Owner("company", acme))
    phone = (await ana.crm.save(FormEnd(form, {"kind": "phone", "value": "0722 000 001"}))).id
    sync(ana, dan)
    await ana.crm.archive("contact_point", phone)
    dan.device.edit("contact_point", phone, label="reception")
    sync(ana, dan)
    assert dan.device.get("contact_point", phone)["archived_at"] is not None
    [card] = (await dan.crm.inbox()).cards
    assert (card.kind, card.title, card.about) == ("link_removed", "0722 000 001", "Acme")
    assert card.mine.values == {"label": "reception"}
    await dan.crm.decide(card.id, "restored_mine")
    world.rest()
    row = ana.device.get("contact_point", phone)
    assert (row["archived_at"], row["label"]) == (None, "reception")


@pytest.mark.functions(142)
async def test_a_card_can_be_settled_by_a_third_value(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    form = await dan.crm.decide_by_edit(card.id)
    assert form.values["name"] == "Acme by Ana"
    await dan.crm.save(FormEnd(form, {"name": "Acme by both"}))
    world.rest()
    assert ana.device.get("company", acme)["name"] == "Acme by both"
    assert ana.device.get("sync_conflict", card.id)["state"] == "edited"
    assert (await ana.crm.inbox()).count == 0


@pytest.mark.functions(142)
async def test_a_card_stays_open_for_both_when_its_form_changed_something_else(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    await dan.crm.save(FormEnd(await dan.crm.decide_by_edit(card.id), {"email": "office@acme.example"}))
    world.rest()
    page = await ana.crm.record("company", acme)
    assert [point.value for point in page.points] == ["office@acme.example"]
    for person in (ana, dan):
        assert [one.id for one in (await person.crm.inbox()).cards] == [card.id]


async def test_the_first_of_two_decisions_stays(world, ana, dan, acme):
    clash(ana, dan, "company", acme, {"name": "Acme by Dan"}, {"name": "Acme by Ana"})
    [card] = (await dan.crm.inbox()).cards
    await ana.crm.decide(card.id, "kept_theirs")
    await dan.crm.decide(card.id, "restored_mine")
    sync(ana, dan)
    world.rest()
    assert ana.device.get("sync_conflict", card.id)["state"] == "kept_theirs"


async def test_a_card_that_is_gone_cannot_be_decided(ana):
    with pytest.raises(KeyError):
        await ana.crm.decide("0000", "kept_theirs")
    with pytest.raises(KeyError):
        await ana.crm.decide_by_edit("0000")


@pytest.fixture
def refused(ana, dan, acme):
    """Dan may not change a person's name: the centre refuses the save."""
    user = dan.device.world.users["ana"]
    tx = dan.device.edit("user", user, name="Ana Popescu")
    sync(dan)
    return SimpleNamespace(tx=tx, user=user)


async def test_a_refused_change_says_what_it_wanted_and_why_it_was_refused(dan, refused):
    [change] = (await dan.crm.inbox()).refused
    assert (change.tx, change.code, change.entity, change.is_deferred) == (refused.tx, ErrorCode.R305, "user", False)
    assert [(one.field, one.before, one.after) for one in change.changes] == [("name", "Ana Pop", "Ana Popescu")]


async def test_a_refused_change_that_is_given_up_leaves_the_inbox(world, dan, refused):
    await dan.crm.discard(refused.tx)
    assert (await dan.crm.inbox()).count == 0
    with pytest.raises(KeyError):
        await dan.crm.open_refused(refused.tx)
    world.rest()


async def test_a_refused_change_that_is_sent_again_is_refused_again_as_a_new_one(dan, refused):
    await dan.crm.retry(refused.tx)
    assert (await dan.crm.inbox()).count == 0
    sync(dan)
    [again] = (await dan.crm.inbox()).refused
    assert again.tx != refused.tx


async def test_a_refused_change_opens_as_a_form_and_its_correction_closes_it(world, dan, refused):
    form = await dan.crm.open_refused(refused.tx)
    assert (form.id, form.values["name"], form.replaces) == (refused.user, "Ana Popescu", refused.tx)
    with pytest.raises(RecordInvalid):
        await dan.crm.save(FormEnd(form, {"name": ""}))
    assert (await dan.crm.inbox()).count == 1
    await dan.crm.save(FormEnd(form, {"name": "Ana Pop", "language": "ro"}))
    assert (await dan.crm.inbox()).refused == ()


def leave(device, entity, pk):
    """Take a row out of a replica, as the end of a scope does."""
    with device.replica.write(durable=False) as writing:
        writing.connection.execute(f"DELETE FROM {entity} WHERE id = ?", (pk,))


async def test_what_was_typed_into_a_form_is_sent_although_its_record_left_the_device_meanwhile(world, ana, dan, acme):
    form = await dan.crm.open_form("company", acme)
    leave(dan.device, "company", acme)
    await dan.crm.save(FormEnd(form, {"name": "typed"}))
    sync(dan, ana)
    assert ana.device.get("company", acme)["name"] == "typed"


async def test_a_form_that_was_saved_is_not_saved_again_over_a_record_that_left(dan, acme):
    form = await dan.crm.open_form("company", acme)
    await dan.crm.save(FormEnd(form, {"name": "typed"}))
    sync(dan)
    leave(dan.device, "company", acme)
    with pytest.raises(Refused) as gone:
        await dan.crm.save(FormEnd(form, {"name": "typed twice"}))
    assert gone.value.code is ErrorCode.R304
    assert dan.device.replica.waiting() == []


async def test_the_switches_of_the_sync_page_hold_and_release_the_rounds(ana, acme):
    heard = []
    stop = ana.crm.listen(lambda event: heard.append(type(event)))
    await ana.crm.set_paused(True)
    assert ((await ana.crm.status()).link, ana.rounds.events) == ("paused", [])
    await ana.crm.set_paused(False)
    assert ((await ana.crm.status()).link, ana.rounds.events) == ("idle", [Event.SYNC_NOW])
    await ana.crm.set_work_offline(True)
    assert ((await ana.crm.status()).link, (await ana.crm.status()).next_attempt_at) == ("work_offline", None)
    await ana.crm.set_work_offline(False)
    assert ana.rounds.events == [Event.SYNC_NOW] * 2
    assert SyncStatusChanged in heard
    stop()
    heard.clear()
    await ana.crm.set_paused(True)
    assert heard == []


async def test_the_sync_page_names_what_waits_and_what_went(ana, acme):
    saved = await ana.crm.add_note(Owner("company", acme), "Called.")
    queue = await ana.crm.queue()
    assert [(item.tx, item.label, item.entity, item.state) for item in queue.waiting] == [
        (saved.tx, "Note: Acme", "note", "pending")
    ]
    sync(ana)
    queue = await ana.crm.queue()
    assert queue.waiting == ()
    assert queue.sent[0].tx == saved.tx
    status = await ana.crm.status()
    assert (status.waiting, status.proof.differing, status.proof.rows["company"]) == (0, (), 1)


async def test_a_lost_connection_is_a_state_and_not_a_fault(ana, acme):
    ana.device.network.is_up = False
    ana.device.sync()
    status = await ana.crm.status()
    assert (status.link, status.cause) == ("offline", None)
    assert status.offline_since is not None
    assert status.next_attempt_at is not None


async def test_the_person_of_the_device_is_known_after_the_first_sync(ana, dan, acme):
    person = await dan.crm.person()
    assert (person.name, person.email, person.is_admin, person.is_office) == ("Dan Radu", "dan@example.ro", False, False)
    assert (await ana.crm.person()).is_admin


async def test_who_works_offline_sends_no_question_either(ana, dan, acme):
    ana.device.edit("company", acme, name="Acme SRL")
    sync(ana)
    assert (await ana.crm.timeline("company", acme)).has_history
    await ana.crm.set_work_offline(True)
    asked = []
    ana.crm.centre.history = lambda *question: asked.append(question)
    found = await ana.crm.timeline("company", acme)
    assert asked == []
    assert not found.has_history
    assert (await ana.crm.status()).link == "work_offline"


async def test_a_stopped_device_is_let_go_from_the_sync_page(ana, acme):
    with ana.device.replica.write(durable=True) as writing:
        meta.put(writing.connection, {"quarantined": True})
    ana.device.edit("company", acme, name="Acme SRL")
    assert ana.device.sync().state == "quarantined"
    assert (await ana.crm.status()).link == "quarantined"
    await ana.crm.lift_quarantine()
    assert ana.rounds.events == [Event.SYNC_NOW]
    sync(ana)
    assert (await ana.crm.status()).waiting == 0
