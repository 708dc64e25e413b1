"""What the centre does with records that meet: beyond the single unit, which `tests/unit/conflict` decides."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared_models.errors import ErrorCode
from sync_server.services import reconcile
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import Centre, archive, edit, new, open_centre, pk

FISCAL: dict[str, Any] = {"fiscal_code": "RO1", "vat_country": "RO", "is_vat_payer": True, "trade_register_no": "J1"}


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    yield made
    made.central.store.close()


def test_the_old_code_of_a_company_stays_as_an_alias_and_with_its_company(centre):
    seq = centre.save("ana", new(1, code="A-1")).seq
    assert centre.save("ana", edit(1, seq, {"code": "A-1"}, code="B-1")).v == "applied"
    assert [(row["company_id"], row["alias"]) for row in centre.rows("company_alias")] == [(pk(1), "A-1")]
    assert centre.save("ion", new(2, code="a -1")).v == "merged"
    assert centre.row("company", 2)["code"] == "a -1-2"


def test_a_code_that_only_changes_its_case_makes_no_alias(centre):
    seq = centre.save("ana", new(1, code="A-1")).seq
    centre.save("ana", edit(1, seq, {"code": "A-1"}, code="a-1"))
    assert centre.rows("company_alias") == []


def test_an_insert_that_meets_a_record_brings_its_groups_whole(centre):
    centre.save("ana", new(1, name="Firma", **FISCAL))
    assert centre.save("ion", new(1, name="Firma", fiscal_code="BG9")).v == "conflict"
    (card,) = centre.cards(unit="fiscal")
    assert json.loads(card["mine"]) == {
        "fiscal_code": "BG9",
        "vat_country": None,
        "is_vat_payer": None,
        "trade_register_no": None,
    }
    assert {name: centre.row("company", 1)[name] for name in FISCAL} == FISCAL


def test_a_new_record_cannot_close_a_circle_through_one_that_already_named_it(centre):
    seq = centre.save("ana", new(1)).seq
    centre.save("ana", edit(1, seq, {"parent_id": None}, parent_id=pk(2)))
    assert centre.save("ana", new(2, parent_id=pk(1))).v == "conflict"
    assert centre.row("company", 2)["parent_id"] is None
    assert [json.loads(card["mine"]) for card in centre.cards(kind="cycle")] == [{"parent_id": pk(1)}]


def test_a_company_is_not_its_own_parent(centre):
    assert centre.save("ana", new(1, parent_id=pk(1))).v == "conflict"
    assert centre.row("company", 1)["parent_id"] is None


def test_an_all_or_nothing_save_with_a_new_record_goes_back_whole_and_keeps_no_code(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"))
    verdict = centre.save("ana", new(2, code="ZZ"), edit(1, seq, {"name": "N"}, name="N3"), atomic=True)
    assert verdict.error is not None
    assert (verdict.v, verdict.error.code) == ("rejected", ErrorCode.R308)
    assert centre.rows("company", id=pk(2)) == []
    assert "ZZ" in centre.rows("deadletter")[0]["body"]
    centre.save("ion", new(3, code="ZZ"))
    assert centre.row("company", 3)["code"] == "ZZ"


def test_an_all_or_nothing_save_of_edits_is_undone_and_every_unit_asks(centre):
    seq = centre.send("ana", {"ops": [new(1, name="N", language="ro"), new(2, name="M")]}).verdicts[0].seq
    newest = centre.save("ion", edit(1, seq, {"name": "N"}, name="N2")).seq
    verdict = centre.save(
        "ana",
        edit(1, seq, {"name": "N", "language": "ro"}, name="N3", language="en"),
        archive(2, seq),
        atomic=True,
    )
    assert (verdict.v, len(verdict.conflicts)) == ("conflict", 3)
    assert centre.row("company", 1)["language"] == "ro"
    assert centre.row("company", 2)["archived_at"] is None
    assert sorted(card["unit"] for card in centre.cards()) == ["archived_at", "language", "name"]
    assert newest < verdict.seq


def test_a_value_of_an_undone_save_that_is_stored_already_leaves_its_line_of_history(centre):
    seq = centre.save("ana", new(1, name="N", language="ro")).seq
    centre.save("ion", edit(1, seq, {"name": "N", "language": "ro"}, name="N2", language="en"))
    values = {"name": "N", "language": "ro"}
    verdict = centre.save("ana", edit(1, seq, values, name="N3", language="en"), atomic=True)
    assert (verdict.v, [card["unit"] for card in centre.cards()]) == ("conflict", ["name"])
    (line,) = centre.rows("history", seq=verdict.seq)
    assert (line["unit"], line["after"], line["kind"]) == ("language", '{"language":"en"}', "applied")


def test_a_fiscal_code_is_flagged_while_two_companies_have_it_and_not_after_a_correction(centre):
    seq = centre.save("ana", new(1, **FISCAL)).seq
    assert centre.save("ion", new(2, **{**FISCAL, "fiscal_code": "1"})).v == "applied"
    assert len(centre.cards(kind="duplicate")) == 1
    centre.save("ana", edit(1, seq, FISCAL, **{**FISCAL, "fiscal_code": "RO2"}))
    centre.save("ana", new(3, **{**FISCAL, "fiscal_code": "RO2"}))
    assert len(centre.cards(kind="duplicate")) == 2
    seq = centre.save("ana", new(4, **{**FISCAL, "fiscal_code": "RO4"})).seq
    centre.save("ana", edit(4, seq, {**FISCAL, "fiscal_code": "RO4"}, **{**FISCAL, "fiscal_code": "RO5"}))
    centre.save("ion", new(5, **{**FISCAL, "fiscal_code": "RO4"}))
    assert len(centre.cards(kind="duplicate")) == 2


def test_a_card_is_decided_and_never_opened_again_by_hand(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"))
    (card,) = centre.save("ana", edit(1, seq, {"name": "N"}, name="N3")).conflicts
    decision = {"t": "sync_conflict", "pk": card, "op": "u", "bv": 1}
    refused = centre.save("ana", {**decision, "set": {"state": "open"}})
    assert refused.error is not None
    assert (refused.v, refused.error.code) == ("rejected", ErrorCode.R303)
    assert centre.save("ana", {**decision, "set": {"state": "kept_theirs"}}).v == "applied"
    assert centre.save("ion", {**decision, "set": {"state": "restored_mine"}}).v == "merged"
    assert [(row["state"], row["decided_by"]) for row in centre.cards()] == [("kept_theirs", "user-ana")]


def test_a_decision_is_taken_back_only_by_its_author_and_only_while_it_stands(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"))
    (card,) = centre.save("ana", edit(1, seq, {"name": "N"}, name="N3")).conflicts
    decision = {"t": "sync_conflict", "pk": card, "op": "u", "bv": 1}
    centre.save("ana", {**decision, "set": {"state": "kept_theirs"}})
    for author, taken, stands in (
        ("ion", "kept_theirs", ("kept_theirs", "user-ana")),
        ("ana", "edited", ("kept_theirs", "user-ana")),
        ("ana", "kept_theirs", ("open", None)),
        ("ana", "kept_theirs", ("open", None)),
    ):
        verdict = centre.save(author, {**decision, "set": {"state": "open"}, "base": {"state": taken}})
        [row] = centre.cards()
        assert (row["state"], row["decided_by"], verdict.v in ("applied", "merged")) == (*stands, True)
    assert centre.save("ion", {**decision, "set": {"state": "restored_mine"}}).v == "applied"


def test_a_card_tells_who_decided_it_otherwise_later_but_not_who_decided_it_alike(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"))
    (card,) = centre.save("ana", edit(1, seq, {"name": "N"}, name="N3")).conflicts
    decision = {"t": "sync_conflict", "pk": card, "op": "u", "bv": 1}
    for author, state, last in (
        ("ana", "kept_theirs", "user-ana"),
        ("ion", "kept_theirs", "user-ana"),
        ("ion", "edited", "user-ion"),
    ):
        centre.save(author, {**decision, "set": {"state": state}})
        [row] = centre.cards()
        assert (row["state"], row["decided_by"], row["updated_by"]) == ("kept_theirs", "user-ana", last)


def test_a_request_that_names_one_tx_twice_is_refused_whole(centre):
    with pytest.raises(Refusal) as refused:
        centre.send_raw("ana", [{"id": "same", "tx": n, "hlc": 1, "ops": [new(n)]} for n in (1, 2)])
    assert refused.value.code is ErrorCode.P201
    assert centre.rows("company") == []


def test_a_tx_that_fails_in_an_unforeseen_way_is_refused_alone(centre, monkeypatch):
    original = reconcile.apply

    def apply(work, checked):
        if work.tx.id == "ana-2":
            raise KeyError("a fault of ours")
        return original(work, checked)

    monkeypatch.setattr(reconcile, "apply", apply)
    answer = centre.send("ana", *({"ops": [new(n)]} for n in (1, 2, 3)))
    assert [(verdict.v, verdict.seq) for verdict in answer.verdicts] == [("applied", 1), ("rejected", 2), ("applied", 3)]
    assert [row["id"] for row in centre.rows("company")] == [pk(1), pk(3)]
    assert len(centre.rows("deadletter")) == 1


def test_a_set_edit_that_adds_and_removes_one_member_is_refused(centre):
    seq = centre.save("ana", new(1)).seq
    refused = centre.save("ana", edit(1, seq, {}, roles={"add": ["customer"], "remove": ["customer"]}))
    assert refused.error is not None
    assert refused.error.code is ErrorCode.R303


def test_a_remove_takes_away_only_the_adds_of_a_member_that_its_author_saw(centre):
    seq = centre.save("ana", new(1, roles=["customer", "partner"])).seq
    centre.save("ion", edit(1, seq, {}, roles={"add": ["customer"]}))
    assert centre.save("ana", edit(1, seq, {}, roles={"remove": ["customer", "partner"]})).v == "merged"
    assert centre.row("company", 1)["roles"] == '["customer"]'


def test_a_remove_that_leaves_a_member_sends_the_row_to_its_own_device(centre):
    seq = centre.save("ana", new(1, roles=["customer"])).seq
    seen = centre.save("ion", edit(1, seq, {}, roles={"add": ["customer"]})).seq
    centre.save("ana", edit(1, seq, {}, roles={"remove": ["customer"]}))
    assert [line["t"] for line in centre.pulled("ana", seen) if line["k"] == "rows"] == ["company"]


def test_an_edit_that_is_stored_as_sent_is_acknowledged_in_place_of_its_row(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    done = centre.save("ana", edit(1, seq, {"name": "N"}, name="N2"))
    lines = centre.pulled("ana", seq)
    assert [line["k"] for line in lines] == ["begin", "ack", "end"]
    assert lines[1]["tx"][0][:3] == [done.id, "applied", done.seq]
    assert [line["k"] for line in centre.pulled("ion", seq)] == ["begin", "rows", "end"]


@pytest.mark.functions(36)
@pytest.mark.parametrize(("on", "told"), [(1, "They owe us"), (2, None)])
def test_a_card_tells_the_note_of_its_save_only_if_whoever_sees_the_card_sees_the_note(centre, on, told):
    address = new(3, "address", company_id=pk(1), street="Here")
    seq = centre.send("ana", {"ops": [new(1), new(2), address]}).verdicts[0].seq
    centre.save(
        "ana", edit(1, seq, {"name": "Firma 1"}, name="Hers"), edit(3, seq, {"kind_id": None}, "address", kind_id=pk(8))
    )
    note = new(4, "note", company_id=pk(on), body="They owe us", written_at=1)
    theirs = edit(3, seq, {"kind_id": None}, "address", kind_id=pk(9))
    centre.save("ion", note, edit(1, seq, {"name": "Firma 1"}, name="His"), theirs)
    assert [(card["record_type"], card["note"]) for card in centre.cards()] == [("company", told), ("address", told)]
