"""Delete against edit, and links that are added and removed by people who do not see each other."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_models.ids import derived_id
from tests.unit.sync_server.centre import NOW_US, Centre, archive, edit, new, open_centre, pk

LINK = derived_id("company_contact", pk(1), pk(2))


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    yield made
    made.central.store.close()


def link(**more):
    return {"t": "company_contact", "pk": LINK, "op": "i", "set": {"company_id": pk(1), "contact_id": pk(2)}, **more}


def unlink(bv: int, **more):
    return {"t": "company_contact", "pk": LINK, "op": "d", "bv": bv, **more}


def linked(centre: Centre) -> int:
    return centre.save("ana", new(1), new(2, "contact", last_name="Pop"), link()).seq


def is_live(centre: Centre) -> bool:
    return centre.rows("company_contact")[0]["archived_at"] is None


def test_an_archive_by_someone_who_had_seen_everything_applies(centre):
    seq = centre.save("ana", new(1)).seq
    assert centre.save("ion", archive(1, seq)).v == "applied"
    assert centre.row("company", 1)["archived_at"] == NOW_US


def test_an_archive_that_did_not_see_an_edit_or_a_new_child_asks(centre):
    seq = centre.save("ana", new(1), new(2)).seq
    centre.save("ana", edit(1, seq, {"language": None}, language="ro"))
    centre.save("ana", {"t": "note", "pk": pk(8), "op": "i", "set": {"company_id": pk(2), "body": "b", "written_at": 1}})
    assert [centre.save("ion", archive(n, seq)).v for n in (1, 2)] == ["conflict", "conflict"]
    assert [centre.row("company", n)["archived_at"] for n in (1, 2)] == [None, None]
    assert [card["kind"] for card in centre.cards()] == ["archived", "archived"]
    done = [json.loads(card["theirs"]) for card in sorted(centre.cards(), key=lambda card: card["record_id"])]
    assert done == [{"archived_at": None, "changed": ["language"]}, {"archived_at": None, "added": ["note"]}]


def test_the_card_of_an_archive_names_only_the_newest_work_and_nothing_confidential(centre):
    seq = centre.save("ana", new(1), new(2, "contact", last_name="Pop")).seq
    centre.save("ana", edit(1, seq, {"language": None}, language="ro"))
    centre.save("ana", edit(1, seq, {"name": "C1", "legal_name": None}, name="N", legal_name="N SRL"))
    centre.save("ana", edit(2, seq, {"birth_date": None}, "contact", birth_date="1985-03"))
    centre.save("ion", archive(1, seq))
    centre.save("ion", archive(2, seq, "contact"))
    told = {card["record_type"]: json.loads(card["theirs"]) for card in centre.cards()}
    assert told == {"company": {"archived_at": None, "changed": ["legal_name", "name"]}, "contact": {"archived_at": None}}


def test_an_edit_brings_back_what_was_archived_unseen_and_tells_who_archived(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    centre.save("ion", archive(1, seq))
    assert centre.save("ana", edit(1, seq, {"name": "N"}, name="N2")).v == "conflict"
    assert (centre.row("company", 1)["archived_at"], centre.row("company", 1)["name"]) == (None, "N2")
    (card,) = centre.cards(kind="revived")
    assert json.loads(card["for_users"]) == ["user-ana", "user-ion"]
    assert json.loads(card["mine"]) == {"archived_at": None, "changed": ["name"]}


def test_an_edit_of_what_its_author_knew_to_be_archived_leaves_it_archived(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    seen = centre.save("ion", archive(1, seq)).seq
    assert centre.save("ana", edit(1, seen, {"name": "N"}, name="N2")).v == "applied"
    assert centre.row("company", 1)["archived_at"] is not None


def test_a_losing_edit_brings_nothing_back(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    newer = centre.save("ion", edit(1, seq, {"name": "N"}, name="N2")).seq
    centre.save("ion", archive(1, newer))
    assert centre.save("ana", edit(1, seq, {"name": "N"}, name="N3")).v == "conflict"
    assert centre.row("company", 1)["archived_at"] is not None


def test_a_new_child_brings_back_its_parent(centre):
    seq = centre.save("ana", new(1)).seq
    centre.save("ion", archive(1, seq))
    note = {"t": "note", "pk": pk(8), "op": "i", "set": {"company_id": pk(1), "body": "b", "written_at": 1}}
    assert centre.save("ana", note).v == "conflict"
    assert centre.row("company", 1)["archived_at"] is None


def test_a_link_added_again_unseen_survives_a_remove(centre):
    seq = linked(centre)
    centre.save("ion", link())
    assert centre.save("ana", unlink(seq)).v == "merged"
    assert is_live(centre)


def test_a_remove_of_every_add_that_was_seen_or_own_removes_the_link(centre):
    seq = linked(centre)
    centre.save("ana", link(), id="again")
    assert centre.save("ana", unlink(seq), after=["again"]).v == "applied"
    assert not is_live(centre)


def test_an_edit_of_a_link_that_was_removed_unseen_loses_and_asks(centre):
    seq = linked(centre)
    centre.save("ion", unlink(seq))
    change = {
        "t": "company_contact",
        "pk": LINK,
        "op": "u",
        "set": {"is_primary": True},
        "base": {"is_primary": False},
        "bv": seq,
    }
    assert centre.save("ana", change).v == "conflict"
    assert not is_live(centre)
    assert [json.loads(card["mine"]) for card in centre.cards(kind="link_removed")] == [{"is_primary": True}]


def test_a_link_with_an_id_that_does_not_follow_from_its_ends_is_refused(centre):
    linked(centre)
    refused = centre.save("ana", link(pk=pk(7)))
    assert refused.error is not None
    assert refused.error.code == "R306"


def test_a_further_lost_edit_of_the_same_person_continues_his_open_card_and_one_that_is_taken_closes_it(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    newer = centre.save("ion", edit(1, seq, {"name": "N"}, name="theirs")).seq
    centre.save("ana", edit(1, seq, {"name": "N"}, name="mine"), id="first")
    centre.save("ana", edit(1, seq, {"name": "mine"}, name="mine too"), id="second", after=["first"])
    (card,) = centre.cards()
    assert (json.loads(card["before"]), json.loads(card["mine"])) == ({"name": "N"}, {"name": "mine too"})
    centre.save("ana", edit(1, newer, {"name": "theirs"}, name="taken"), after=["second"])
    assert [card["state"] for card in centre.cards()] == ["edited"]


@pytest.mark.parametrize(("typed", "state"), [("mine", "restored_mine"), ("theirs", "kept_theirs"), ("a third", "edited")])
def test_a_card_that_a_later_value_of_its_author_closes_says_which_of_both_it_is(centre, typed, state):
    seq = centre.save("ana", new(1, name="N")).seq
    newer = centre.save("ion", edit(1, seq, {"name": "N"}, name="theirs")).seq
    centre.save("ana", edit(1, seq, {"name": "N"}, name="mine"), id="first")
    centre.save("ana", edit(1, newer, {"name": "theirs"}, name=typed), after=["first"])
    assert [card["state"] for card in centre.cards()] == [state]


def test_the_card_of_an_archive_names_who_wrote_what_its_author_had_not_seen(centre):
    seq = centre.save("ana", new(1)).seq
    centre.save("ana", {"t": "note", "pk": pk(8), "op": "i", "set": {"company_id": pk(1), "body": "b", "written_at": 1}})
    centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"), id="own")
    assert centre.save("ion", archive(1, seq), after=["own"]).v == "conflict"
    (card,) = centre.cards(kind="archived")
    assert (card["mine_by"], card["theirs_by"]) == ("user-ion", "user-ana")
