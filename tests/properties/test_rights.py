"""Promises of rights over any organisation: both forms agree, a wider reach never sees less, what has ended never counts."""

from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared_models.cells import EVERYONE, Cell, cell_of, cell_within
from shared_models.registry import CRM
from shared_models.rights import Subject, decide, view
from shared_models.rules import ACTIONS, WIDTH, Action, Rules
from tests.unit.shared_models.ruled import rules

PEOPLE, TEAMS, PROFILES, RECORDS = ("a", "b", "c", "d"), ("s", "t"), ("p", "q"), ("1", "2")
ROOTS = ("company", "contact")
MANY = settings(max_examples=40, deadline=None)
reaches = st.sampled_from(list(WIDTH))
moments = st.integers(0, 6)


def maybe(values):
    return st.none() | st.sampled_from(values)


gone = st.sampled_from([*[None] * 7, 1])
"""When a row was archived, if it was."""


@st.composite
def organisations(draw) -> list[tuple[str, dict[str, Any]]]:
    """Rows of people, teams, profiles, rights and shares, some of them archived, some of them named and missing."""
    found: list[tuple[str, dict[str, Any]]] = []
    for pk in PEOPLE:
        ties = {
            "profile_id": draw(maybe([*PROFILES, "gone"])),
            "team_id": draw(maybe(TEAMS)),
            "manager_id": draw(maybe(PEOPLE)),
        }
        found.append(("user", {"id": pk, "is_admin": draw(st.integers(0, 15)) == 15, "archived_at": draw(gone), **ties}))
    for pk in TEAMS:
        ties = {"profile_id": draw(maybe(PROFILES)), "leader_id": draw(maybe(PEOPLE))}
        found.append(("team", {"id": pk, "archived_at": draw(gone), **ties}))
    for pk in PROFILES:
        groups = draw(st.lists(st.sampled_from(["bank", "personal", "price"]), unique=True))
        found.append(("profile", {"id": pk, "field_groups": groups, "archived_at": draw(gone)}))
    owners = [("profile_right", "profile_id", pk) for pk in PROFILES] + [("user_right", "user_id", pk) for pk in PEOPLE[:2]]
    for entity, field, owner in owners:
        for root in ROOTS:
            reach = {f"{action}_reach": draw(reaches) for action in ACTIONS}
            values = {"id": f"{owner}-{root}", field: owner, "record_type": root, "archived_at": draw(gone)}
            found.append((entity, {**values, **reach}))
    for _ in range(draw(st.integers(0, 3))):
        to = draw(st.sampled_from([("user_id", pk) for pk in PEOPLE] + [("team_id", pk) for pk in TEAMS]))
        what = {"record_type": draw(st.sampled_from(ROOTS)), "record_id": draw(st.sampled_from(RECORDS))}
        level = draw(st.sampled_from(["see", "change"]))
        share = {"id": f"s{len(found)}", **what, to[0]: to[1], "level": level, "ends_at": draw(moments)}
        found.append(("record_share", {**share, "archived_at": draw(gone)}))
    return found


SUBJECTS = [Subject(*one) for one in product(ROOTS, RECORDS, (None, *PEOPLE), (None, *TEAMS))]
PARTS = sorted(e.entity_name for e in CRM if e.entity_name not in Rules(CRM, {}).common | set(ROOTS))
SUBJECTS += [Subject(name, "x", "a", None, (one,)) for name, one in product(PARTS, SUBJECTS[::7])]
SUBJECTS += [Subject("company_contact", "x", "a", None, pair) for pair in zip(SUBJECTS[:30], SUBJECTS[31:61], strict=True)]
SUBJECTS += [Subject(name, "x", "a") for name in sorted(Rules(CRM, {}).common)]
EVERYBODY = (*PEOPLE, "nobody")


def allowed(found: Rules, action: Action, at: int) -> set[tuple[str, Subject]]:
    """Return every (person, subject) for which an action is allowed."""
    pairs = product(EVERYBODY, SUBJECTS)
    return {(person, subject) for person, subject in pairs if decide(found, person, subject, action, at).allowed}


@MANY
@given(organisations(), moments)
def test_a_record_is_in_the_view_exactly_when_its_person_may_see_it(rows, at):
    found = rules(*rows, shipped=False)
    views = {person: view(found, person, at) for person in EVERYBODY}
    shown = {(person, subject) for person, subject in product(EVERYBODY, SUBJECTS) if views[person].sees(subject)}
    assert shown == allowed(found, "see", at)


@MANY
@given(organisations(), moments)
def test_a_record_is_seen_exactly_when_its_cell_is(rows, at):
    found = rules(*rows, shipped=False)
    shared = {(row["record_type"], row["record_id"]) for entity, row in rows if entity == "record_share"}

    def cell(subject: Subject) -> Cell:
        if subject.entity in found.common:
            return EVERYONE
        if subject.parents or subject.entity not in ROOTS:
            return cell_within([cell(parent) for parent in subject.parents])
        return cell_of(subject, alone=(subject.entity, subject.pk) in shared)

    for person in EVERYBODY:
        seen = view(found, person, at)
        for subject in SUBJECTS:
            by_cell = subject.entity not in seen.unseen and cell(subject).is_shown(seen)
            assert by_cell == decide(found, person, subject, "see", at).allowed, (person, subject)


@MANY
@given(organisations(), moments, st.sampled_from(ACTIONS), st.data())
def test_a_wider_reach_never_allows_less(rows, at, action, data):
    places = [(i, f"{act}_reach") for i, (entity, _) in enumerate(rows) if entity.endswith("_right") for act in ACTIONS]
    i, name = data.draw(st.sampled_from(places))
    wider = [reach for reach, width in WIDTH.items() if width >= WIDTH[rows[i][1][name]]]
    widened = [*rows]
    widened[i] = (rows[i][0], {**rows[i][1], name: data.draw(st.sampled_from(wider))})
    before, after = rules(*rows, shipped=False), rules(*widened, shipped=False)
    assert allowed(before, action, at) <= allowed(after, action, at)


@MANY
@given(organisations(), moments, st.sampled_from(ACTIONS))
def test_shares_that_have_ended_or_are_archived_are_as_if_they_had_never_been(rows, at, action):
    def counts(entity, row):
        return entity != "record_share" or (row["archived_at"] is None and row["ends_at"] > at)

    with_all = rules(*rows, shipped=False)
    with_some = rules(*(one for one in rows if counts(*one)), shipped=False)
    assert allowed(with_all, action, at) == allowed(with_some, action, at)
    assert all(view(with_all, person, at) == view(with_some, person, at) for person in EVERYBODY)


@MANY
@given(organisations(), moments, st.sampled_from(["change", "archive"]))
def test_nobody_writes_what_he_may_not_see(rows, at, action):
    found = rules(*rows, shipped=False)
    assert allowed(found, action, at) <= allowed(found, "see", at)


@MANY
@given(organisations(), moments)
def test_a_manager_sees_all_that_he_would_see_alone(rows, at):
    alone = [(entity, {**row, "manager_id": None} if entity == "user" else row) for entity, row in rows]
    assert allowed(rules(*alone, shipped=False), "see", at) <= allowed(rules(*rows, shipped=False), "see", at)
