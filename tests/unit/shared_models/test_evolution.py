"""Rows, ops, units and cards across versions: what an older device says means the same today, and back again."""

import json
from functools import cache
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import create_model

from conflict.overlay import Stamp, blank_row, overlay
from shared_models.base import Record, Text
from shared_models.card_versions import card_down, card_up
from shared_models.evolution import SUPPORTED, Added, Change, Dropped, Evolution, NewEntity, Renamed, Split
from shared_models.fields import Col
from shared_models.protocol import Op, Tx

PK = "018f0000-0000-7000-8000-000000000001"
NOW = Stamp(7, "ana")
FIRST = ("a", "b")
"""Fields of the first version."""
values = st.none() | st.text("xy z", max_size=5)


def apart(name, parts):
    """Return the words of a text in two fields: the first, and the rest."""
    first, _, rest = (name or "").partition(" ")
    return dict(zip(parts, (first or None, rest or None), strict=True))


def joined(found, parts):
    """Return the text of both."""
    first, rest = (found[part] or "" for part in parts)
    return f"{first} {rest}" if rest else first or None


def split(name, parts):
    return Split("stop", name, parts, lambda value: apart(value, parts), lambda found: joined(found, parts))


def sound(value):
    """Whether a text is made of words with one space between, so that its parts make it again."""
    return value is None or (value != "" and value == " ".join(value.split()))


@cache
def stop_of(*names):
    """Return an entity; few of them are made, as that is slow."""
    fields = {name: (Annotated[Text | None, Col()], None) for name in names}
    return create_model("Stop", __base__=Record, **fields)  # type: ignore[call-overload]  # fields by name


@st.composite
def chains(draw, *, drops=False):
    """Return an evolution of `stop`, and the fields that each version has."""
    steps: list[tuple[Change, ...]] = []
    names = [list(FIRST)]
    for n in range(draw(st.integers(1, SUPPORTED - 1))):
        now, changes = list(names[-1]), list[Change]()
        for i in range(draw(st.integers(0, 2))):
            kinds = ["added", *(["renamed", "split"] if now else []), *(["dropped"] if drops and now else [])]
            kind, new = draw(st.sampled_from(kinds)), f"f{n}{i}"
            old = "" if kind == "added" else draw(st.sampled_from(now))
            if kind == "added":
                changes.append(Added("stop", new))
                now.append(new)
                continue
            now.remove(old)
            if kind == "renamed":
                changes.append(Renamed("stop", old, new))
                now.append(new)
            elif kind == "split":
                changes.append(split(old, (f"{new}p", f"{new}q")))
                now += [f"{new}p", f"{new}q"]
            else:
                changes.append(Dropped("stop", old))
        steps.append((*changes, NewEntity(f"toll{n}")))
        names.append(now)
    return Evolution(steps=tuple(steps)), names


def rows_of(names):
    return st.fixed_dictionaries({name: values.filter(sound) for name in names})


@given(st.data())
def test_a_row_that_was_read_as_of_today_is_the_same_when_it_is_sent_back(data):
    evolution, names = data.draw(chains())
    version = data.draw(st.integers(1, evolution.newest))
    row = data.draw(rows_of(names[version - 1]))
    up = evolution.row_up("stop", row, version)
    assert set(up) <= set(names[-1])
    down = evolution.row_down("stop", {**dict.fromkeys(names[-1]), **up}, version)
    assert {name: down[name] for name in row} == row


@given(st.data())
def test_a_row_of_today_keeps_what_an_older_version_does_not_know_through_it(data):
    evolution, names = data.draw(chains())
    version = data.draw(st.integers(1, evolution.newest))
    row = data.draw(rows_of(names[-1]))
    once = evolution.row_up("stop", evolution.row_down("stop", row, version), version)
    assert evolution.row_down("stop", once, version) == evolution.row_down("stop", row, version)
    assert set(once) == set(row)


@given(st.data())
def test_an_edit_of_an_older_version_does_to_a_row_of_today_what_it_did_to_its_own(data):
    evolution, names = data.draw(chains())
    version = data.draw(st.integers(1, evolution.newest))
    old, new = stop_of(*names[version - 1]), stop_of(*names[-1])
    row = {**blank_row(old), "id": PK, **data.draw(rows_of(names[version - 1]))}
    changed = data.draw(st.sets(st.sampled_from(names[version - 1]))) if names[version - 1] else set()
    typed = data.draw(rows_of(sorted(changed)))
    op = Op(t="stop", pk=PK, op="u", set=typed, base={name: row[name] for name in typed}, bv=3)
    up = {**blank_row(new), **evolution.row_up("stop", row, version)}
    there = overlay(old, row, op, NOW)
    assert there is not None
    assert overlay(new, up, evolution.op_up(op, version), NOW) == {**blank_row(new), **evolution.row_up("stop", there, version)}


@given(st.data())
def test_a_new_record_of_an_older_version_is_the_same_record_today(data):
    evolution, names = data.draw(chains())
    version = data.draw(st.integers(1, evolution.newest))
    old, new = stop_of(*names[version - 1]), stop_of(*names[-1])
    op = Op(t="stop", pk=PK, op="i", set=data.draw(rows_of(names[version - 1])))
    there = overlay(old, None, op, NOW)
    assert there is not None
    assert overlay(new, None, evolution.op_up(op, version), NOW) == {
        **blank_row(new),
        **evolution.row_up("stop", there, version),
    }


@given(st.data())
def test_an_op_is_read_the_same_in_one_step_or_version_by_version(data):
    evolution, names = data.draw(chains(drops=True))
    version = data.draw(st.integers(1, evolution.newest))
    fields = names[version - 1]
    typed = data.draw(rows_of(data.draw(st.lists(st.sampled_from(fields), unique=True)) if fields else []))
    base = data.draw(rows_of(fields))
    op = Op(t="stop", pk=PK, op="u", set=typed, base={name: base[name] for name in typed}, bvx=dict.fromkeys(typed, 4))
    slowly = op
    for one in range(version, evolution.newest):
        slowly = Evolution(first=one, steps=evolution.steps[one - 1 : one]).op_up(slowly, one)
    assert evolution.op_up(op, version) == slowly


@given(st.data())
def test_units_go_with_their_fields(data):
    evolution, names = data.draw(chains())
    version = data.draw(st.integers(1, evolution.newest))
    for name in names[version - 1]:
        now = evolution.unit_up("stop", name, version)
        assert set(now) == set(evolution.row_up("stop", {name: "x y"}, version))
        assert {evolution.unit_down("stop", one, version) for one in now} == {name}


@given(st.data())
def test_every_row_that_an_older_version_is_sent_has_all_of_its_fields(data):
    evolution, names = data.draw(chains(drops=True))
    version = data.draw(st.integers(1, evolution.newest))
    row = data.draw(rows_of(names[-1]))
    assert set(names[version - 1]) <= set(evolution.row_down("stop", row, version))


WHO = split("who", ("first_name", "last_name"))
TODAY = Evolution(steps=((Added("stop", "stars"),), (Renamed("stop", "place", "town"),), (WHO,), (Dropped("stop", "fax"),)))


def test_an_edit_of_one_part_of_what_is_two_fields_now_sets_that_part():
    op = Op(t="stop", pk=PK, op="u", set={"who": "Ion Popa"}, base={"who": "Ion Pop"}, bv=3, bvx={"who": 2})
    up = TODAY.op_up(op, 1)
    assert (up.set, up.base) == ({"last_name": "Popa"}, {"last_name": "Pop"})
    assert up.bvx == {"first_name": 2, "last_name": 2}


def test_an_edit_that_makes_the_same_parts_sets_them_all():
    op = Op(t="stop", pk=PK, op="u", set={"who": "Ion Pop"}, base={"who": "Ion Pop"})
    assert TODAY.op_up(op, 1).set == {"first_name": "Ion", "last_name": "Pop"}


def test_an_edit_without_what_was_on_the_screen_sets_all_parts():
    assert TODAY.op_up(Op(t="stop", pk=PK, op="u", set={"who": "Ion"}), 1).set == {"first_name": "Ion", "last_name": None}


def test_a_past_value_of_one_part_is_said_of_the_whole_and_of_no_other_field():
    assert TODAY.part_down("stop", {"first_name": "Ana"}, 1) == {"who": "Ana"}
    assert TODAY.part_down("stop", {"town": "Deva"}, 1) == {"place": "Deva"}
    assert TODAY.part_down("stop", {"archived_at": 5}, 4) == {"archived_at": 5}


def test_a_gone_field_is_as_in_a_new_record_and_an_edit_of_it_keeps_its_value():
    assert TODAY.row_down("stop", {"title": "x"}, 4) == {"title": "x", "fax": None}
    assert TODAY.op_up(Op(t="stop", pk=PK, op="u", set={"fax": "1"}), 1).set == {"fax": "1"}


def test_a_name_that_has_another_meaning_later_is_not_taken_for_the_older_one():
    again = Evolution(steps=((Renamed("stop", "place", "town"),), (Added("stop", "place"),)))
    assert again.row_down("stop", {"town": "Deva", "place": "new"}, 1) == {"place": "Deva"}
    assert again.row_up("stop", {"place": "Deva"}, 1) == {"town": "Deva"}


def test_each_change_names_the_fields_that_it_touches():
    touched = {name for version in range(1, 5) for change in TODAY.changes("stop", version) for name in change.fields}
    assert touched == {"stars", "place", "town", "who", "first_name", "last_name", "fax"}


def test_a_part_of_which_nothing_is_known_stays_away():
    assert WHO.up({"title": "x"}) == WHO.down({"title": "x"}) == WHO.part_down({"title": "x"}) == {"title": "x"}


def test_other_entities_stay_as_they_are():
    op = Op(t="user", pk=PK, op="u", set={"place": "x"})
    assert TODAY.op_up(op, 1) == op
    assert TODAY.unit_up("user", "who", 1) == ("who",)


def test_a_tx_keeps_the_version_that_it_came_in():
    tx = Tx(id="t", tx=1, hlc=1, ops=[Op(t="stop", pk=PK, op="u", set={"place": "x"})])
    up = TODAY.tx_up(tx, 2)
    assert (up.schema_version, up.ops[0].set) == (2, {"town": "x"})


@pytest.mark.parametrize(("version", "is_supported"), [(0, False), (2, False), (3, True), (8, True), (9, False)])
def test_the_last_six_versions_are_supported(version, is_supported):
    assert Evolution(steps=((),) * 7).supports(version) is is_supported


def test_an_entity_is_known_from_its_version_on():
    evolution = Evolution(first=3, steps=((NewEntity("toll"),), (NewEntity("road"),)))
    known = [[evolution.knows(name, version) for name in ("stop", "toll", "road")] for version in range(2, 6)]
    assert known == [[True, False, False], [True, False, False], [True, True, False], [True, True, True]]


def card(unit, before, mine, theirs):
    sides = {"before": before, "mine": mine, "theirs": theirs}
    return {"record_type": "stop", "unit": unit, **{k: v if v is None else json.dumps(v) for k, v in sides.items()}}


def said(found):
    return found["unit"], *(found[side] and json.loads(found[side]) for side in ("before", "mine", "theirs"))


def test_a_card_is_read_in_the_names_of_each_version():
    now = card("town", None, {"town": "Deva"}, {"town": "Brad"})
    old = card("place", None, {"place": "Deva"}, {"place": "Brad"})
    assert said(card_down(TODAY, now, 1)) == said(old)
    assert said(card_up(TODAY, old, 1)) == said(now)


def test_a_card_about_one_part_is_about_the_whole_for_an_older_version_and_back():
    now = card("last_name", {"last_name": "Pop"}, {"last_name": "Popa"}, {"last_name": "Popescu"})
    old = card_down(TODAY, now, 3)
    assert said(old) == ("who", {"who": " Pop"}, {"who": " Popa"}, {"who": " Popescu"})
    assert said(card_up(TODAY, old, 3)) == said(now)


def test_a_card_about_a_whole_that_is_several_now_is_about_what_differs():
    old = card("who", {"who": "Ion Pop"}, {"who": "Ana Popa"}, {"who": "Ana Popescu"})
    assert said(card_up(TODAY, old, 3)) == ("last_name", {"last_name": "Pop"}, {"last_name": "Popa"}, {"last_name": "Popescu"})
    same = card("who", None, {"who": "Ana Pop"}, {"who": "Ana Pop"})
    assert said(card_up(TODAY, same, 3))[0] == "first_name"


def test_a_card_about_an_archived_record_names_what_was_changed_in_each_version():
    now = card(
        "archived_at", None, {"archived_at": 5}, {"archived_at": None, "changed": ["last_name", "town"], "added": ["note"]}
    )
    old = card_down(TODAY, now, 1)
    assert said(old)[3] == {"archived_at": None, "changed": ["who", "place"], "added": ["note"]}
    assert said(card_up(TODAY, old, 1))[3]["changed"] == ["first_name", "last_name", "town"]


def test_a_card_does_not_name_parts_of_a_kind_that_an_older_version_has_not():
    tolls = Evolution(steps=((NewEntity("toll"),),))
    now = card("archived_at", None, {"archived_at": 5}, {"archived_at": None, "added": ["note", "toll"]})
    assert said(card_down(tolls, now, 1))[3] == {"archived_at": None, "added": ["note"]}
    alone = card("archived_at", None, {"archived_at": 5}, {"archived_at": None, "added": ["toll"]})
    assert said(card_down(tolls, alone, 1))[3] == {"archived_at": None}
