"""What an admin does with refused changes: sees why, takes them in, or settles them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_models.errors import ErrorCode
from sync_server.services import letters
from sync_server.services.actor import Actor
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import Centre, edit, new, open_centre, pk

ADMIN = Actor("boss", "desk", is_admin=True)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    yield made
    made.central.store.close()


def list_change(n: int, bv: int, was: str, name: str) -> dict:
    """A change of administered data, which only an admin may make."""
    return edit(n, bv, {"name": was}, "team", name=name)


def refused(centre: Centre, **values: str) -> letters.Letter:
    """Have a change of a team refused and return its letter."""
    centre.save("root", new(1, "team", name="North"), admin=True)
    verdict = centre.save("a", list_change(1, 1, "North", values.get("name", "Far north")))
    assert verdict.v == "rejected"
    return letters.listed(centre.central)[0]


def test_one_poisoned_change_among_a_thousand_stops_no_other_and_is_in_the_admins_list_with_its_reason(centre):
    centre.save("root", new(1, "team", name="North"), admin=True)
    txs = [{"ops": [new(100 + n)]} for n in range(999)]
    txs.insert(500, {"ops": [list_change(1, 1, "North", "Far north")]})
    verdicts = centre.send("a", *txs).verdicts
    assert [one.v for one in verdicts].count("applied") == 999
    (letter,) = letters.listed(centre.central)
    assert (letter.tx_id, letter.error.code, letter.device) == (verdicts[500].id, ErrorCode.R305, "a")
    assert letter.ops[0].set == {"name": "Far north"}


def test_letters_page_from_the_newest_on(centre):
    centre.save("root", new(1, "team", name="North"), admin=True)
    for n in range(5):
        centre.save("a", list_change(1, 1, "North", f"North {n}"))
    first = letters.listed(centre.central, limit=3)
    rest = letters.listed(centre.central, before=first[-1].seq, limit=3)
    assert [one.ops[0].set["name"] for one in first + rest] == [f"North {n}" for n in (4, 3, 2, 1, 0)]


def test_an_admin_takes_a_letter_in_as_his_own_change(centre):
    letter = refused(centre)
    verdict = letters.take_in(centre.central, letter.tx_id, ADMIN, "new-1")
    assert verdict.v == "applied"
    assert centre.row("team", 1)["name"] == "Far north"
    assert centre.row("team", 1)["updated_by"] == "boss"
    assert letters.listed(centre.central) == []
    with pytest.raises(Refusal, match="reissued"):
        letters.take_in(centre.central, letter.tx_id, ADMIN, "new-2")


def test_what_others_changed_meanwhile_is_not_overwritten(centre):
    centre.save("a", edit(7, 1, {"name": "Popas"}, name="Popas Nou"))
    (letter,) = letters.listed(centre.central)
    centre.save("b", new(7))
    verdict = letters.take_in(centre.central, letter.tx_id, ADMIN, "new-1")
    assert verdict.v == "conflict"
    assert centre.row("company", 7)["name"] == "Firma 7"
    assert [card["mine"] for card in centre.cards()] == ['{"name":"Popas Nou"}']


def test_what_is_refused_again_stays_with_its_author_and_makes_no_second_letter(centre):
    centre.save("a", edit(7, 1, {"name": "x"}, name="y"))  # a record that the centre does not have
    (letter,) = letters.listed(centre.central)
    verdict = letters.take_in(centre.central, letter.tx_id, ADMIN, "new-1")
    assert verdict.error is not None
    assert letters.listed(centre.central) == [letter]


def test_a_correction_of_the_author_that_comes_first_closes_the_letter(centre):
    centre.save("a", edit(7, 1, {"name": "x"}, name="y"))
    (letter,) = letters.listed(centre.central)
    centre.save("b", new(7))
    centre.save("a", edit(7, 9, {"name": "Firma 7"}, name="y"), origin=letter.origin)
    assert letters.find(centre.central, letter.tx_id).state == "reissued"


def test_a_discarded_letter_is_settled_and_still_readable(centre):
    letter = refused(centre)
    assert letters.discard(centre.central, letter.tx_id)
    assert not letters.discard(centre.central, letter.tx_id)
    assert letters.listed(centre.central) == []
    assert letters.find(centre.central, letter.tx_id).ops[0].set == {"name": "Far north"}
    assert centre.row("team", 1)["name"] == "North"


def test_a_letter_that_stood_on_others_is_taken_in_with_them(centre):
    letter = refused(centre)
    centre.save("a", list_change(1, 1, "North", "Farther"), after=[letter.origin])
    second = letters.listed(centre.central)[0]
    assert second.after_origins == (letter.origin,)
    letters.take_in(centre.central, letter.tx_id, ADMIN, "new-1")
    assert letters.take_in(centre.central, second.tx_id, ADMIN, "new-2").v == "applied"
    assert centre.row("team", 1)["name"] == "Farther"


def test_an_unknown_letter_is_said_to_be_unknown(centre):
    with pytest.raises(Refusal) as refusal:
        letters.find(centre.central, pk(1))
    assert refusal.value.code == ErrorCode.P207
