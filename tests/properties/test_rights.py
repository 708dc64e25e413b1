"""Promises of rights over any organisation: both forms agree, a wider reach never sees less, what has ended never counts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared_models.entities.rights import Reach
from shared_models.registry import CRM
from shared_models.rights import Subject, decide, view
from shared_models.rules import ACTIONS, WIDTH, Rules
from tests.unit.shared_models.ruled import rules

PEOPLE, TEAMS, PROFILES, RECORDS = ("a", "b", "c", "d"), ("s", "t"), ("p", "q"), ("1", "2")
ROOTS = ("company", "contact")
reaches = st.sampled_from(list(WIDTH))
moments = st.integers(0, 6)


def maybe(values):
    return st.none() | st.sampled_from(values)


gone = st.sampled_from([None, None, None, 1])
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
        found.append(("user", {"id": pk, "is_admin": draw(st.integers(0, 9)) == 9, "archived_at": draw(gone), **ties}))
    for pk in TEAMS:
        ties = {"profile_id": draw(maybe(PROFILES)), "leader_id": draw(maybe(PEOPLE))}
        found.append(("team", {"id": pk, "archived_at": draw(gone), **ties}))
    for pk in PROFILES:
        groups = draw(st.lists(st.sampled_from(["bank", "personal", "price"]), unique=True))
        found.append(("profile", {"id": pk, "field_groups": groups, "archived_at": draw(gone)}))
    owners = [("profile_right", "profile_id", pk) for pk in PROFILES] + [("user_right", "user_id", pk) for pk in PEOPLE]
    for entity, field, owner in draw(st.lists(st.sampled_from(owners), max_size=5)):
        reach = {f"{action}_reach": draw(reaches) for action in ACTIONS}
        values = {"id": f"r{len(found)}", field: owner, "record_type": draw(st.sampled_from(ROOTS)), "archived_at": draw(gone)}
        found.append((entity, {**values, **reach}))
    for _ in range(draw(st.integers(0, 3))):
        to = draw(st.sampled_from([("user_id", pk) for pk in PEOPLE] + [("team_id", pk) for pk in TEAMS]))
        what = {"record_type": draw(st.sampled_from(ROOTS)), "record_id": draw(st.sampled_from(RECORDS))}
        level = draw(st.sampled_from(["see", "change"]))
        share = {"id": f"s{len(found)}", **what, to[0]: to[1], "level": level, "ends_at": draw(moments)}
        found.append(("record_share", {**share, "archived_at": draw(gone)}))
    return found


roots = st.builds(Subject, st.sampled_from(ROOTS), st.sampled_from(RECORDS), maybe(PEOPLE), maybe(TEAMS))
commons = st.builds(Subject, st.sampled_from(["user", "team", "profile", "pick_list"]), st.just("x"), maybe(PEOPLE))
PARTS = [e.entity_name for e in CRM if e.entity_name not in Rules(CRM, {}).common | set(ROOTS)]
parts = st.builds(
    Subject, st.sampled_from(PARTS), st.just("x"), maybe(PEOPLE), st.none(), st.lists(roots, min_size=1, max_size=2).map(tuple)
)
subjects = roots | parts | commons
people = st.sampled_from([*PEOPLE, "nobody"])


def sees(found: Rules, person: str, subject: Subject, at: int) -> bool:
    return decide(found, person, subject, "see", at).allowed


@given(organisations(), people, subjects, moments)
def test_a_record_is_in_the_view_exactly_when_its_person_may_see_it(rows, person, subject, at):
    found = rules(*rows, shipped=False)
    assert view(found, person, at).sees(subject) is sees(found, person, subject, at)


@given(organisations(), people, subjects, moments, st.sampled_from(ACTIONS), st.data())
def test_a_wider_reach_never_allows_less(rows, person, subject, at, action, data):
    places = [(i, f"{act}_reach") for i, (entity, _) in enumerate(rows) if entity.endswith("_right") for act in ACTIONS]
    if not places:
        return
    i, name = data.draw(st.sampled_from(places))
    wider: list[Reach] = [reach for reach, width in WIDTH.items() if width >= WIDTH[rows[i][1][name]]]
    widened = [*rows]
    widened[i] = (rows[i][0], {**rows[i][1], name: data.draw(st.sampled_from(wider))})
    before, after = rules(*rows, shipped=False), rules(*widened, shipped=False)
    assert not decide(before, person, subject, action, at).allowed or decide(after, person, subject, action, at).allowed
    assert view(before, person, at).scopes <= view(after, person, at).scopes


@given(organisations(), people, subjects, moments, st.sampled_from(ACTIONS))
def test_shares_that_have_ended_or_are_archived_are_as_if_they_had_never_been(rows, person, subject, at, action):
    def counts(entity, row):
        return entity != "record_share" or (row["archived_at"] is None and row["ends_at"] > at)

    with_all = rules(*rows, shipped=False)
    with_some = rules(*(one for one in rows if counts(*one)), shipped=False)
    assert decide(with_all, person, subject, action, at) == decide(with_some, person, subject, action, at)
    assert view(with_all, person, at) == view(with_some, person, at)


@given(organisations(), people, subjects, moments, st.sampled_from(["change", "archive"]))
def test_nobody_writes_what_he_may_not_see(rows, person, subject, at, action):
    found = rules(*rows, shipped=False)
    assert not decide(found, person, subject, action, at).allowed or sees(found, person, subject, at)


@given(organisations(), st.sampled_from(PEOPLE), roots, moments)
def test_a_manager_sees_what_somebody_with_his_rights_alone_would_see_and_more(rows, person, subject, at):
    found = rules(*rows, shipped=False)
    alone = rules(*((e, {**r, "manager_id": None} if e == "user" else r) for e, r in rows), shipped=False)
    assert not sees(alone, person, subject, at) or sees(found, person, subject, at)
