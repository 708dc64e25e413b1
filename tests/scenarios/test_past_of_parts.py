"""Who changed which phone or address, told on another device by a real centre; and here before a save is sent, and once it was."""

import pytest

from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from shared_models.errors import Unreachable
from tests.scenarios.test_inbox_decisions import crm_of

pytestmark = pytest.mark.functions(13, 24)


@pytest.fixture
def ana(world):
    return crm_of(world.device("ana-laptop", "ana"))


@pytest.fixture
def dan(world, ana):
    return crm_of(world.device("dan-laptop", "dan"))


@pytest.fixture
def acme(ana, dan):
    pk = ana.device.save("company", name="Acme", roles=["customer"])
    ana.device.save("contact_point", company_id=pk, kind="mobile", value="0722 123 456", value_normalised="+40722123456")
    ana.device.save("address", company_id=pk, street="Lungă 5", city="Iași")
    sync(ana, dan)
    return pk


def sync(*people):
    for person in (*people, *people):
        assert person.device.sync().error is None


async def told(who, pk, entity="company"):
    """Return the saves in a timeline: state, kind, whether they are the reader's, and each part before and after."""
    named = ("value", "street", "body", "name")

    def name(part):
        return next(part.values[one] for one in named if part.values.get(one)) if part else ""

    return [
        (entry.state, entry.kind, entry.is_mine, [(one.verb, name(one.old), name(one.new)) for one in entry.parts])
        for entry in (await who.crm.timeline(entity, pk)).entries
        if entry.kind != "note"
    ]


FIRST = [
    ("added", [("added", "", "Lungă 5")]),
    ("added", [("added", "", "0722 123 456")]),
    ("created", []),
]


async def test_a_changed_phone_is_told_here_before_it_is_sent_and_then_to_everybody_once(ana, dan, acme):
    ana.device.network.is_up = False
    start = await ana.crm.open_form("company", acme)
    await ana.crm.save(FormEnd(start, {"phone": "0733 000 111", "legal_name": "Acme SRL"}))
    changed = [("changed", "0722 123 456", "0733 000 111")]
    first = [("sent", kind, True, parts) for kind, parts in FIRST]
    mine = ("waiting", "changed", True, changed)
    assert await told(ana, acme) == [mine, *first], "what she made before is told although nobody can be asked"
    ana.device.network.is_up = True
    assert await told(ana, acme) == [mine, *first], "the centre is in reach, but the save is not sent yet"
    sync(ana, dan)
    assert await told(ana, acme) == [("sent", "changed", True, changed), *first]
    assert await told(dan, acme) == [
        ("sent", "changed", False, changed),
        *(("sent", kind, False, parts) for kind, parts in FIRST),
    ]
    [newest, *_] = (await dan.crm.timeline("company", acme)).entries
    assert [change.field for change in newest.changes] == ["legal_name"]


async def test_what_was_sent_since_the_last_look_is_told_while_the_centre_is_out_of_reach(ana, dan, acme):
    start = await ana.crm.open_form("company", acme)
    await ana.crm.save(FormEnd(start, {"phone": "0733 000 111", "legal_name": "Acme SRL"}))
    sync(ana, dan)
    ana.device.network.is_up = False
    offline = await ana.crm.timeline("company", acme)
    ana.device.network.is_up = True
    online = await ana.crm.timeline("company", acme)
    assert (offline.has_history, online.has_history) == (False, True)
    assert [entry.id for entry in offline.entries] == [entry.id for entry in online.entries]
    assert [(entry.kind, entry.changes, entry.by) for entry in offline.entries] == [
        (entry.kind, entry.changes, entry.by) for entry in online.entries
    ]
    dan.device.network.is_up = False
    assert await told(dan, acme) == [], "of what others did the device knows what it is now, not what it was"


async def test_a_phone_that_two_people_changed_offline_is_told_to_both_with_both_new_numbers(ana, dan, acme):
    for person, number in ((ana, "0733 000 111"), (dan, "0744 000 222")):
        start = await person.crm.open_form("company", acme)
        await person.crm.save(FormEnd(start, {"phone": number}))
    sync(ana, dan)
    for reader in (ana, dan):
        newest, before, *_ = (await reader.crm.timeline("company", acme)).entries
        told = [(entry.kind, [(one.verb, one.old.values["value"], one.new.values["value"], one.is_beside) for one in entry.parts])
                for entry in (newest, before)]  # fmt: skip
        assert told == [
            ("merged", [("changed", "0722 123 456", "0744 000 222", True)]),
            ("changed", [("changed", "0722 123 456", "0733 000 111", False)]),
        ]
        assert {point.value for point in (await reader.crm.record("company", acme)).points} == {"0733 000 111", "0744 000 222"}


async def test_a_save_whose_answer_was_lost_is_told_once(ana, dan, acme, monkeypatch):
    await ana.crm.archive("address", next(part.id for part in (await ana.crm.record("company", acme)).parts))
    push = ana.device.network.push
    monkeypatch.setattr(ana.device.network, "push", lambda body: _lost(push, body))
    monkeypatch.setattr(ana.device.network, "pull", lambda _request: _lost(lambda _: None, b""))
    assert ana.device.sync().error is not None
    assert ana.device.replica.waiting()
    removed = ("sent", "removed", True, [("removed", "Lungă 5", "")])
    assert (await told(ana, acme))[0] == removed
    monkeypatch.undo()
    sync(ana, dan)
    assert [one[1] for one in await told(ana, acme)] == ["removed", "added", "added", "created"]
    assert (await told(dan, acme))[0] == ("sent", "removed", False, removed[3])


def _lost(push, body):
    push(body)
    raise Unreachable(None, "the answer was lost")


async def test_a_note_that_was_removed_by_another_is_told_and_a_new_one_stands_once(ana, dan, acme):
    note = ana.device.save("note", company_id=acme, body="Sună luni", written_at=1)
    sync(ana, dan)
    found = (await dan.crm.timeline("company", acme)).entries
    assert [
        entry.kind for entry in found if entry.entity == "note" or (entry.parts and entry.parts[0].new.entity == "note")
    ] == ["note"]
    with dan.device.replica.edit("No note") as edit:
        edit.archive("note", note)
    sync(dan, ana)
    assert (await told(ana, acme))[0] == ("sent", "removed", False, [("removed", "Sună luni", "")])


@pytest.mark.functions(135)
async def test_a_file_that_was_added_and_called_anew_is_told_to_everybody_and_its_way_to_the_centre_to_nobody(
    ana, dan, acme, tmp_path
):
    (tmp_path / "offer.pdf").write_bytes(b"%PDF")
    saved = await ana.crm.documents.attach(
        Owner("company", acme), tmp_path / "offer.pdf", "offer.pdf", lambda had: True, move=False
    )
    assert (await told(ana, acme))[0] == ("waiting", "added", True, [("added", "", "offer.pdf")])
    sync(ana, dan)
    ana.device.move_files()
    start = await ana.crm.open_form("document", saved.id)
    await ana.crm.save(FormEnd(start, {"name": "Offer 2026.pdf"}))
    sync(ana, dan)
    changes = [
        ("sent", "changed", [("changed", "offer.pdf", "Offer 2026.pdf")]),
        ("sent", "added", [("added", "", "offer.pdf")]),
    ]
    for who in (ana, dan):
        found = await told(who, acme)
        assert [(state, kind, parts) for state, kind, _, parts in found[:2]] == changes
        assert len(found) == len(FIRST) + 2
    assert (await dan.crm.record("company", acme)).files == 1
