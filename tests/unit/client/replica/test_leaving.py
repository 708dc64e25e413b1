"""What a person may no longer see leaves his replica with all that is a part of it; what he typed stays."""

import json

import pytest

from client.replica import digests, drafts, integrity
from client.replica.drafts import FormDraft
from client.replica.remote_page import Ack
from shared_models.registry import CRM
from tests.clients import ANA, bring, central_row, make_replica

pytestmark = pytest.mark.functions(34, 35)

ACME, BETA, ION, TIE, PHONE, STREET, BANK, WIFE = (f"018f0000-0000-7000-8000-0000000000{n:02}" for n in range(1, 9))
OF_ACME, OF_ION, CARD, SHARE, BANK_CARD = (f"018f0000-0000-7000-8000-0000000000{n}" for n in range(20, 25))


def card(pk: str, entity: str, record: str, unit: str = "name"):
    return central_row(
        "sync_conflict", pk, kind="value", record_type=entity, record_id=record, unit=unit, policy="FM", for_users=[ANA],
        mine=json.dumps({unit: "x"}),
    )  # fmt: skip


@pytest.fixture
def replica(tmp_path):
    """Acme, which Ion works for, with parts of every kind; and Beta, which stays."""
    opened = make_replica(tmp_path)
    bring(
        opened,
        (1, "company", central_row("company", ACME, name="Acme", price_segment_id="item-1", responsible_id=ANA)),
        (2, "company", central_row("company", BETA, name="Beta", price_segment_id="item-2")),
        (3, "contact", central_row("contact", ION, last_name="Pop", birth_date="1980-05-06")),
        (4, "company_contact", central_row("company_contact", TIE, company_id=ACME, contact_id=ION)),
        (5, "contact_point", central_row("contact_point", PHONE, contact_id=ION, kind="phone", value="0721")),
        (6, "address", central_row("address", STREET, company_id=ACME, city="Iași")),
        (7, "bank_account", central_row("bank_account", BANK, company_id=ACME, iban="RO49", currency="RON")),
        (8, "related_person", central_row("related_person", WIFE, contact_id=ION, kind="spouse", name="Ana")),
        (9, "note", central_row("note", OF_ACME, company_id=ACME, body="One")),
        (10, "note", central_row("note", OF_ION, contact_id=ION, body="Two")),
        (11, "sync_conflict", card(CARD, "address", STREET, "city")),
        (12, "record_share", central_row("record_share", SHARE, record_type="company", record_id=ACME, user_id=ANA)),
        (13, "sync_conflict", card(BANK_CARD, "bank_account", BANK, "account")),
        to=20,
    )
    yield opened
    opened.close()


def held(replica):
    """Return every id that is in the replica."""
    return {row["id"] for entity in CRM for row in replica.list_page(entity.entity_name, archived=None, limit=99).rows}


def proved(replica):
    """Whether the digests that are kept are those of the rows, and every row is its base with what waits laid over it."""
    with replica.reading() as reader:
        kept, found = digests.stored(reader), digests.recomputed(reader, replica.registry)
    return {k: v for k, v in kept.items() if v.rows} == {k: v for k, v in found.items() if v.rows} and integrity.check(
        replica
    ) == []


def test_a_company_leaves_with_its_parts_links_and_cards_and_a_contact_stays_without_the_link(replica):
    replica.used("company", ACME)
    replica.used("company", BETA)
    bring(replica, to=21, leaves=(("company", ACME),))
    assert held(replica) == {BETA, ION, PHONE, WIFE, OF_ION}
    assert [hit.pk for hit in replica.search("")] == [BETA]
    assert replica.search("Acme") == []
    assert proved(replica)


def test_a_link_leaves_with_either_end(replica):
    bring(replica, to=21, leaves=(("contact", ION),))
    assert held(replica) == {ACME, BETA, STREET, BANK, OF_ACME, CARD, SHARE, BANK_CARD}
    assert proved(replica)


def test_what_comes_back_is_whole_again_also_in_the_search(replica):
    bring(replica, to=21, leaves=(("company", ACME),))
    bring(replica, (1, "company", central_row("company", ACME, name="Acme")), to=22)
    assert [hit.pk for hit in replica.search("Acme")] == [ACME]
    assert proved(replica)


def test_an_unsent_edit_stays_in_the_log_and_its_refusal_shows_what_was_typed(replica):
    with replica.edit("Edit Acme") as edit:
        edit.update("company", ACME, {"name": "Acme SRL"})
    bring(replica, to=21, leaves=(("company", ACME),))
    assert replica.get("company", ACME) is None
    assert [one.tx_id for one in replica.waiting()] == [edit.tx_id]
    assert proved(replica)
    bring(replica, to=23, acks=(Ack(edit.tx_id, "rejected", 22, 1, "R305"),))
    (refused,) = replica.drafts()
    assert (refused.ops[0].set, refused.ops[0].base) == ({"name": "Acme SRL"}, {})
    assert proved(replica)


def test_an_edit_that_was_taken_before_the_record_left_makes_no_row_of_it(replica):
    with replica.edit("Give Acme away") as edit:
        edit.update("company", ACME, {"responsible_id": BETA})
    with replica.edit("New, for another") as new:
        pk = new.insert("company", {"name": "Gamma"})
    acks = (Ack(edit.tx_id, "applied", 21, 1, None), Ack(new.tx_id, "applied", 22, 1, None))
    bring(replica, to=23, acks=acks, leaves=(("company", ACME), ("company", pk)))
    assert not held(replica) & {ACME, pk}
    assert replica.waiting() == []
    assert proved(replica)


def test_a_part_that_came_under_another_record_stays(replica):
    moved = central_row("note", OF_ACME, company_id=BETA, body="One")
    bring(replica, (21, "note", moved), to=22, leaves=(("company", ACME),))
    assert replica.get("note", OF_ACME)["company_id"] == BETA
    with replica.edit("Edit the phone") as edit:
        edit.update("contact_point", PHONE, {"label": "Mine"})
    phone = central_row("contact_point", PHONE, company_id=BETA, kind="phone", value="0721")
    bring(replica, (23, "contact_point", phone), to=24, leaves=(("contact", ION),))
    assert replica.get("contact_point", PHONE)["label"] == "Mine"
    assert proved(replica)


def test_a_record_that_left_while_a_long_pull_was_under_way_does_not_come_back_from_its_pages(replica):
    note = central_row("note", OF_ACME, company_id=ACME, body="Staged")
    bring(replica, (21, "note", note), to=22, commit=False, after="p1")
    bring(replica, to=23, leaves=(("company", ACME),))
    assert not held(replica) & {ACME, OF_ACME}
    assert proved(replica)


def test_a_hidden_group_is_emptied_and_what_is_made_of_it_goes(replica):
    with replica.edit("Edit Beta") as edit:
        edit.update("company", BETA, {"name": "Beta SRL"})
        edit.update("contact", ION, {"birth_date": "1981-05-06"})
    bring(replica, to=21, hidden=("price", "bank", "personal"))
    assert not held(replica) & {BANK, WIFE, BANK_CARD}
    assert [replica.get("company", pk)["price_segment_id"] for pk in (ACME, BETA)] == [None, None]
    assert replica.get("company", BETA)["name"] == "Beta SRL"
    assert replica.get("contact", ION)["birth_date"] == "1981-05-06"  # typed here and not sent
    with replica.reading() as reader:
        aside = [json.loads(data) for (data,) in reader.execute("SELECT data FROM _sync_base ORDER BY tbl")]
    assert [aside[0]["price_segment_id"], aside[1]["birth_date"]] == [None, None]
    assert proved(replica)


def test_a_group_that_is_not_hidden_stays(replica):
    bring(replica, to=21, hidden=("bank",))
    assert held(replica) >= {WIFE, CARD, STREET}
    assert replica.get("company", ACME)["price_segment_id"] == "item-1"


def test_a_draft_keeps_what_was_typed_and_nothing_of_what_stood_in_a_record_that_left(replica):
    forms = [
        FormDraft(f"company:{ACME}", "/a", "Acme", "form.edit.company", {"name": "A"}, {"name": "Acme"}, {}, 1),
        FormDraft(f"contact_point:@company:{ACME}", "/b", "Acme", "form.new.contact_point", {"value": "07"}, {}, {}, 2),
        FormDraft(f"note:company:{ACME}", "/c", "Acme", "note.body", {"body": "N"}, {}, {}, 3),
        FormDraft(f"company:{BETA}", "/d", "Beta", "form.edit.company", {"parent_id": ACME}, {"parent_id": None},
                  {"parent_id": "Acme"}, 4),
        FormDraft("company:", "/e", "", "form.new.company", {"name": "New"}, {"name": None}, {}, 5),
    ]  # fmt: skip
    with replica.write(durable=False) as writing:
        for form in forms:
            drafts.keep(writing.connection, ANA, form)
    bring(replica, to=21, leaves=(("company", ACME),))
    with replica.reading() as reader:
        found = {draft.at: draft for draft in drafts.drafts_of(reader, ANA)}
    assert [found[n].typed for n in range(1, 6)] == [form.typed for form in forms]
    assert [(found[n].title, dict(found[n].base), dict(found[n].names)) for n in (1, 2, 3)] == [("", {}, {})] * 3
    assert (found[4].title, dict(found[4].base), dict(found[4].names)) == ("Beta", {"parent_id": None}, {})
    assert found[5] == forms[4]


def test_a_draft_forgets_what_stood_in_a_field_that_is_hidden(replica):
    form = FormDraft(f"contact:{ION}", "/a", "Pop", "f", {"birth_date": "1", "last_name": "P"},
                     {"birth_date": "1980-05-06", "last_name": "Pop"}, {}, 1)  # fmt: skip
    with replica.write(durable=False) as writing:
        drafts.keep(writing.connection, ANA, form)
    bring(replica, to=21, hidden=("personal",))
    with replica.reading() as reader:
        (found,) = drafts.drafts_of(reader, ANA)
    assert found.base == {"last_name": "Pop"}
