"""A save is one transaction of rows and ops, and every op says what its author had on the screen."""

import json

import pytest

from client.events import ChangeLogChanged, Events, RecordsChanged
from client.replica import change_log
from shared_models.errors import RecordInvalid
from shared_models.protocol import Op
from tests.clients import ANA, Heard, bring, central_row, make_replica

ACME = "018f1111-0000-7000-8000-000000000001"


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    yield opened
    opened.close()


def logged(replica) -> list[tuple[change_log.LoggedTx, list[Op]]]:
    with replica.reading() as reader:
        return [(tx, change_log.ops(reader, tx.n)) for tx in change_log.select(reader, "1")]


def save_two(replica, *names: str) -> None:
    with replica.edit("Two companies") as edit:
        for name in names:
            edit.insert("company", {"name": name})


def test_edit_made_offline_survives_a_restart(tmp_path):
    replica = make_replica(tmp_path)
    with replica.edit("New company") as edit:
        pk = edit.insert("company", {"name": "Acme", "roles": ["customer"]})
    replica.close()
    replica = make_replica(tmp_path)
    row = replica.get("company", pk)
    assert row is not None
    assert (row["name"], row["roles"], row["created_by"]) == ("Acme", ["customer"], ANA)
    assert [(tx.label, tx.state) for tx, _ in logged(replica)] == [("New company", "pending")]
    replica.close()


def test_failed_save_leaves_neither_row_nor_op(replica):
    with pytest.raises(RecordInvalid) as refused:
        save_two(replica, "Acme", "")
    assert refused.value.problems[0].field == "name"
    assert replica.count("company") == 0
    assert logged(replica) == []


def test_empty_save_writes_nothing(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme")), to=5)
    with replica.edit("Nothing") as edit:
        assert not edit.update("company", ACME, {"name": "Acme"})
    assert logged(replica) == []


def test_group_is_sent_whole_with_what_was_on_the_screen(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme", fiscal_code="RO1", vat_country="RO")), to=5)
    with replica.edit("Fiscal code") as edit:
        edit.update("company", ACME, {"fiscal_code": "RO2"})
    [(_, [op])] = logged(replica)
    expected = {"fiscal_code": "RO2", "vat_country": "RO", "is_vat_payer": None, "trade_register_no": None}
    assert (op.set, op.base, op.bv, op.bvx) == (expected, {**expected, "fiscal_code": "RO1"}, 5, {})


def test_set_is_sent_as_what_was_added_and_removed(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme", roles=["customer", "partner"])), to=5)
    with replica.edit("Roles") as edit:
        edit.update("company", ACME, {"roles": ["customer", "supplier"]})
    [(_, [op])] = logged(replica)
    assert op.set == {"roles": {"add": ["supplier"], "remove": ["partner"]}}
    assert replica.get("company", ACME)["roles"] == ["customer", "supplier"]


def test_second_edit_of_a_field_keeps_the_base_version_of_the_first_when_a_pull_came_between(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme")), to=5)
    with replica.edit("Mine") as edit:
        edit.update("company", ACME, {"name": "Acme One"})
    bring(replica, (9, "company", central_row("company", ACME, name="Theirs", legal_name="Theirs SRL")), to=9)
    assert replica.get("company", ACME)["name"] == "Acme One"
    assert replica.get("company", ACME)["legal_name"] == "Theirs SRL"
    with replica.edit("Again") as edit:
        edit.update("company", ACME, {"name": "Acme Two", "legal_name": "Acme SRL"})
    (first, [one]), (second, [two]) = logged(replica)
    assert (one.bv, one.bvx) == (5, {})
    assert (two.bv, two.bvx, two.base["name"]) == (9, {"name": 5}, "Acme One")
    assert second.after == (first.id,)


def test_form_drawn_before_a_pull_sends_what_it_showed(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme", legal_name="A")), to=5)
    form = replica.look("company", ACME)
    bring(replica, (9, "company", central_row("company", ACME, name="Theirs", legal_name="A")), to=9)
    with replica.edit("From an open form") as edit:
        edit.update("company", ACME, {"name": "Mine", "legal_name": "A"}, seen=form)
    [(_, [op])] = logged(replica)
    assert (op.set, op.base, op.bv) == ({"name": "Mine"}, {"name": "Acme"}, 5)


def test_form_drawn_before_an_own_save_does_not_claim_to_have_seen_it(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme")), to=5)
    form = replica.look("company", ACME)
    with replica.edit("Elsewhere") as edit:
        edit.update("company", ACME, {"name": "Other window"})
    with replica.edit("From the form") as edit:
        edit.update("company", ACME, {"name": "This window"}, seen=form)
    assert [tx.after for tx, _ in logged(replica)] == [(), ()]


def test_child_names_the_version_of_its_parent_and_stands_on_the_saves_of_it(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme")), to=5)
    with replica.edit("Rename") as edit:
        edit.update("company", ACME, {"name": "Acme One"})
    with replica.edit("Note") as edit:
        edit.insert("note", {"company_id": ACME, "body": "Called", "written_at": 1})
    (rename, _), (note, [op]) = logged(replica)
    assert (op.bv, op.bvx, note.after) == (0, {"company_id": 5}, (rename.id,))


def test_archive_stands_on_own_unsettled_children_and_what_they_stood_on(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme")), to=5)
    with replica.edit("Rename") as edit:
        edit.update("company", ACME, {"name": "Acme One"})
    with replica.edit("Address") as edit:
        address = edit.insert("address", {"company_id": ACME, "city": "Cluj"})
    with replica.edit("Elsewhere") as edit:
        edit.insert("company", {"name": "Another"})
    with replica.edit("Street") as edit:
        edit.update("address", address, {"street": "Horea"})
    with replica.edit("Archive") as edit:
        edit.archive("company", ACME)
    txs = {tx.label: tx for tx, _ in logged(replica)}
    assert txs["Archive"].after == tuple(txs[label].id for label in ("Rename", "Address", "Street"))
    assert replica.get("company", ACME)["archived_at"] is not None


def test_two_adds_of_one_phone_make_one_row(replica):
    point = {"company_id": ACME, "kind": "phone", "value": "0721 000 001", "value_normalised": "+40721000001"}
    with replica.edit("Phone") as edit:
        first = edit.insert("contact_point", point)
    with replica.edit("Mobile") as edit:
        second = edit.insert("contact_point", {**point, "kind": "mobile", "value": "0721000001"})
    assert first == second
    assert replica.count("contact_point") == 1


@pytest.mark.functions(4)
def test_adding_a_removed_link_brings_it_back_by_an_insert(replica):
    point = {"company_id": ACME, "kind": "phone", "value": "0721000001", "value_normalised": "+40721000001"}
    with replica.edit("Add") as edit:
        pk = edit.insert("contact_point", point)
    with replica.edit("Remove") as edit:
        edit.archive("contact_point", pk)
    assert replica.children_of("contact_point", "company_id", ACME) == []
    with replica.edit("Add again") as edit:
        assert edit.insert("contact_point", point) == pk
    assert [row["id"] for row in replica.children_of("contact_point", "company_id", ACME)] == [pk]
    assert [op.op for _, ops in logged(replica) for op in ops] == ["i", "d", "i"]


def test_value_that_is_written_once_cannot_be_edited(replica):
    with replica.edit("Add") as edit:
        pk = edit.insert("note", {"company_id": ACME, "body": "Called", "written_at": 1})
    with pytest.raises(RecordInvalid), replica.edit("Edit") as edit:
        edit.update("note", pk, {"body": "Never called"})


def test_restore_on_a_card_sends_the_version_that_the_card_showed(replica):
    card_id = "018f2222-0000-7000-8000-000000000001"
    card = central_row(
        "sync_conflict", card_id, kind="value", record_type="company", record_id=ACME, unit="name", policy="FM",
        mine=json.dumps({"name": "Mine"}), theirs=json.dumps({"name": "Theirs"}), theirs_version=7, server_epoch="server-epoch-1",
        for_users=[ANA],
    )  # fmt: skip
    bring(replica, (7, "company", central_row("company", ACME, name="Theirs")), (7, "sync_conflict", card), to=7)
    bring(replica, (9, "company", central_row("company", ACME, name="Newer")), to=9)
    [open_card] = replica.cards()
    with replica.edit("Restore mine") as edit:
        edit.update("company", ACME, {"name": "Mine"}, seen=replica.look_at_card(open_card))
        edit.update("sync_conflict", card_id, {"state": "restored_mine"})
    [(_, [restore, close])] = logged(replica)
    assert (restore.set, restore.base, restore.bv) == ({"name": "Mine"}, {"name": "Theirs"}, 7)
    assert (close.t, close.set, close.bv) == ("sync_conflict", {"state": "restored_mine"}, 7)
    assert replica.cards() == []


def test_screens_hear_of_a_save_after_its_commit(tmp_path):
    heard, events = Heard(), Events()
    replica = make_replica(tmp_path, events=events)
    events.subscribe(heard)
    with replica.edit("New") as edit:
        pk = edit.insert("company", {"name": "Acme"})
        assert heard.events == []
    assert heard.events == [RecordsChanged({"company": frozenset({pk})}), ChangeLogChanged()]
    replica.close()


def test_insert_carries_groups_whole_as_well(replica):
    with replica.edit("New") as edit:
        edit.insert("company", {"name": "Acme", "fiscal_code": "RO1"})
    [(_, [op])] = logged(replica)
    assert op.set == {
        "name": "Acme", "fiscal_code": "RO1", "vat_country": None, "is_vat_payer": None, "trade_register_no": None,
    }  # fmt: skip


def test_set_may_be_given_as_what_is_added_and_removed(replica):
    bring(replica, (5, "company", central_row("company", ACME, name="Acme", roles=["customer", "partner"])), to=5)
    with replica.edit("From a card") as edit:
        edit.update("company", ACME, {"roles": {"add": ["supplier"], "remove": ["partner", "prospect"]}})
    [(_, [op])] = logged(replica)
    assert op.set == {"roles": {"add": ["supplier"], "remove": ["partner"]}}
    assert replica.titles("company", [ACME]) == {ACME: "Acme"}
