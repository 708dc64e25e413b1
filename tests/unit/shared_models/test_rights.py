"""What every shipped profile may do with whose records, and what people, teams, managers and shares add."""

import pytest
from pydantic import ValidationError

from shared_models.entities.rights import RecordShare
from shared_models.registry import CRM
from shared_models.rights import Subject, decide, may_share, subject_of, view
from shared_models.rules import ACTIONS
from sync_server.services.shipped_profiles import profile_id
from tests.unit.shared_models.ruled import AT, PROFILES, company, contact, part, row, rules, share, user

OWNERS = {
    "own": ("me", "north"),
    "own, of another team": ("me", "south"),
    "of my report": ("below", "south"),
    "of my team": ("mate", "north"),
    "of a mate and no team": ("mate", None),
    "of another team": ("other", "south"),
    "of nobody": (None, None),
}
NONE, OWN = (), ("own", "own, of another team", "of my report")
TEAM = (*OWN, "of my team", "of a mate and no team")
ALL = tuple(OWNERS)
MATRIX = {
    ("admin", "company"): (ALL, ALL, ALL, ALL),
    ("admin", "contact"): (ALL, ALL, ALL, ALL),
    ("manager", "company"): (TEAM, TEAM, TEAM, TEAM),
    ("manager", "contact"): (TEAM, TEAM, TEAM, TEAM),
    ("salesperson", "company"): (TEAM, OWN, OWN, OWN),
    ("salesperson", "contact"): (TEAM, OWN, OWN, OWN),
    ("office", "company"): (ALL, ALL, ALL, NONE),
    ("office", "contact"): (ALL, ALL, ALL, NONE),
    ("accountant", "company"): (ALL, NONE, ALL, NONE),
    ("accountant", "contact"): (ALL, NONE, NONE, NONE),
    ("guest", "company"): (OWN, NONE, NONE, NONE),
    ("guest", "contact"): (OWN, NONE, NONE, NONE),
}
"""(profile, entity) -> whose records it sees, creates, changes, archives. Written by hand, not from the shipped rows."""


def organisation(profile=None, *more, **values):
    """Return the rules with "me" in the north, a mate there, one who reports to me in the south, and another in the south."""
    people = (
        user("me", profile, team_id="north", **values),
        user("mate", team_id="north"),
        user("below", team_id="south", manager_id="me"),
        user("other", team_id="south"),
        ("team", {"id": "north"}),
        ("team", {"id": "south"}),
    )
    return rules(*people, *more)


def may(found, subject, action="see", at=AT):
    return decide(found, "me", subject, action, at).allowed


@pytest.mark.functions(35)
@pytest.mark.parametrize("whose", OWNERS)
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("entity", ["company", "contact"])
@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_reaches_what_the_table_says(profile, entity, action, whose):
    owner, team = OWNERS[whose]
    expected = whose in MATRIX[profile, entity][ACTIONS.index(action)]
    assert may(organisation(profile), Subject(entity, "r", owner, team), action) is expected


@pytest.mark.parametrize(
    ("profile", "hidden"),
    [
        ("admin", set()),
        ("manager", set()),
        ("salesperson", {"bank"}),
        ("office", {"personal"}),
        ("accountant", {"personal"}),
        ("guest", {"bank", "personal", "price"}),
    ],
)
def test_each_profile_is_kept_from_these_confidential_fields(profile, hidden):
    found = organisation(profile)
    assert view(found, "me", AT).hidden == hidden
    account, relative = part("bank_account", company("me")), part("related_person", contact("me"))
    assert may(found, account) is ("bank" not in hidden)
    assert may(found, relative) is ("personal" not in hidden)
    assert view(found, "me", AT).sees(account) is ("bank" not in hidden)


def test_somebody_who_was_never_given_a_profile_is_not_limited():
    found = organisation()
    assert all(may(found, company("other", "south"), action) for action in ACTIONS)
    assert all(may(found, part("bank_account", company("other")), action) for action in ACTIONS)
    assert decide(found, "nobody", company("other"), "change", AT).why.key == "why.open"
    assert not may(found, Subject("pick_list", "l"), "change")


def test_an_archived_or_missing_profile_gives_nothing():
    gone = ("profile", {"id": profile_id("office"), "archived_at": 1})
    assert not may(organisation("office", gone), company("me"))
    assert not may(rules(user("me", "office"), shipped=False), company("me"))


def test_an_archived_right_and_an_archived_team_give_nothing():
    right = {"profile_id": "p", "record_type": "company", "see_reach": "all", "archived_at": 1}
    found = rules(("profile", {"id": "p"}), ("profile_right", {"id": "r", **right}), ("user", {"id": "me", "profile_id": "p"}))
    assert not may(found, company("me"))
    gone = ("team", {"id": "north", "archived_at": 1})
    assert not may(organisation("salesperson", gone), company("mate", "north"))


def test_an_admin_may_do_everything_whatever_his_profile():
    found = organisation("guest", is_admin=True)
    assert all(may(found, company("other"), action) for action in ACTIONS)
    assert may(found, Subject("profile", "p"), "change")
    assert view(found, "me", AT).hidden == frozenset()


def test_the_profile_of_a_team_adds_to_ones_own():
    office = ("team", {"id": "north", "profile_id": profile_id("office")})
    found = organisation("salesperson", office)
    assert may(found, company("other", "south"), "change")
    assert decide(found, "me", company("other", "south"), "change", AT).why.parts["of_team"] == "north"
    assert may(found, company("me"), "archive")
    assert view(found, "me", AT).hidden == frozenset()


def test_the_leader_of_a_team_is_in_it():
    south = ("team", {"id": "south", "leader_id": "me"})
    assert may(organisation("salesperson", south), company("other", "south"))


def test_a_right_of_ones_own_adds_and_never_takes_away():
    wide = ("user_right", {"id": "r", "user_id": "me", "record_type": "company", "change_reach": "all", "see_reach": "all"})
    narrow = ("user_right", {"id": "r", "user_id": "me", "record_type": "company"})
    assert may(organisation("salesperson", wide), company("other"), "change")
    assert decide(organisation("guest", wide), "me", company("other"), "change", AT).why.parts["source"] == "person"
    assert may(organisation("salesperson", narrow), company("me"), "change")


def test_a_right_to_change_without_one_to_see_gives_neither():
    blind = ("user_right", {"id": "r", "user_id": "me", "record_type": "company", "change_reach": "all"})
    assert not may(organisation("guest", blind), company("other"), "change")


def test_a_manager_owns_what_everyone_below_him_owns():
    deep = (user("deep", "salesperson", manager_id="below"), user("archived", manager_id="me", archived_at=1))
    found = organisation("salesperson", *deep)
    assert may(found, company("deep", "south"), "change")
    assert not may(found, company("archived", "south"), "see")
    assert not decide(found, "deep", company("me"), "see", AT).allowed


def test_a_circle_of_managers_ends():
    found = organisation("salesperson", user("me", "salesperson", manager_id="below", team_id="north"))
    assert may(found, company("below", "south"), "change")


def test_a_share_counts_until_its_end():
    shared = share("s", "company", "c", user_id="me", ends_at=AT + 10)
    found = organisation("guest", shared)
    assert [may(found, company("other"), "see", at) for at in (AT, AT + 9, AT + 10)] == [True, True, False]
    assert [bool(view(found, "me", at).sees(company("other"))) for at in (AT, AT + 9, AT + 10)] == [True, True, False]
    assert not may(found, company("other", pk="another"))


def test_a_share_to_change_opens_no_archive_and_one_to_see_no_change():
    change = organisation("guest", share("s", "company", "c", user_id="me", level="change"))
    assert [may(change, company("other"), action) for action in ACTIONS] == [True, False, True, False]
    see = organisation("guest", share("s", "company", "c", team_id="north"))
    assert [may(see, company("other"), action) for action in ACTIONS] == [True, False, False, False]


def test_an_archived_share_has_ended():
    assert not may(organisation("guest", share("s", "company", "c", user_id="me", archived_at=1)), company("other"))


def test_one_may_share_as_much_and_as_long_as_ones_own_right():
    found = organisation("salesperson", share("s", "company", "c", user_id="me", ends_at=AT + 10))
    lent, mine, mates = company("other", "south"), company("me", pk="m"), company("mate", "north", pk="n")
    assert may_share(found, "me", lent, "see", AT + 10, AT)
    assert not may_share(found, "me", lent, "see", AT + 11, AT)
    assert not may_share(found, "me", lent, "change", AT + 5, AT)
    assert may_share(found, "me", mine, "change", AT + 10**15, AT)
    assert may_share(found, "me", mates, "see", AT + 10**15, AT)
    assert not may_share(found, "me", mates, "change", AT + 10**15, AT)
    assert not may_share(found, "me", part("note", mine), "see", AT + 5, AT)


def test_a_part_is_seen_with_all_of_its_parents_and_written_with_one():
    found = organisation("salesperson")
    tie = part("company_contact", company("me"), contact("mate"))
    assert all(may(found, tie, action) for action in ACTIONS)
    assert not may(found, part("company_contact", company("me"), contact("other")))
    assert not may(found, part("company_contact", company("me"), contact("other")), "change")
    theirs = part("company_contact", company("mate", "north"), contact("mate"))
    assert [may(found, theirs, action) for action in ACTIONS] == [True, False, False, False]


def test_only_an_admin_writes_what_the_server_or_an_admin_writes():
    found = organisation("office")
    alias = part("company_alias", company("me"))
    assert [may(found, alias, action) for action in ACTIONS] == [True, False, False, False]
    assert [may(found, Subject("user", "u"), action) for action in ACTIONS] == [True, False, False, False]


def test_a_record_belongs_to_its_responsible_person_or_to_whoever_made_it():
    given = row("company", id="c", responsible_id="a", team_id="t", created_by="b")
    assert subject_of(CRM.get("company"), given) == Subject("company", "c", "a", "t")
    assert subject_of(CRM.get("contact"), row("contact", id="p", created_by="b")) == Subject("contact", "p", "b", None)
    assert subject_of(CRM.get("note"), row("note", id="n", created_by="b")).owner == "b"


@pytest.mark.parametrize(
    ("subject", "action", "key", "parts"),
    [
        (company("me"), "change", "why.own", {"profile": profile_id("salesperson"), "owner": "me"}),
        (company("below"), "change", "why.reports", {"owner": "below"}),
        (company("mate", "north"), "see", "why.team", {"source": "profile", "team": "north", "do": "see"}),
        (company("mate"), "see", "why.mate", {"owner": "mate"}),
        (company("other", pk="shared"), "see", "why.share", {"by": "boss", "until": str(AT + 10)}),
        (company("other"), "see", "why.none", {"do": "see", "record": "c"}),
        (company("mate", "north"), "archive", "why.none", {"do": "archive"}),
        (part("bank_account", company("me")), "see", "why.confidential", {"group": "bank"}),
        (Subject("pick_list", "l"), "see", "why.common", {}),
        (Subject("pick_list", "l"), "change", "why.admin_only", {}),
    ],
)
def test_the_answer_names_its_rule(subject, action, key, parts):
    found = organisation("salesperson", share("s", "company", "shared", user_id="me"))
    why = decide(found, "me", subject, action, AT).why
    assert (why.key, {**why.parts, **parts}) == (key, why.parts)


def test_all_is_named_as_such():
    assert decide(organisation("office"), "me", company("other"), "see", AT).why.key == "why.all"


@pytest.mark.parametrize("receivers", [{}, {"user_id": "a1", "team_id": "b2"}], ids=["nobody", "both"])
def test_a_share_is_for_one_person_or_for_one_team(receivers):
    with pytest.raises(ValidationError, match="for one person or for one team"):
        RecordShare(id="5", record_type="company", record_id="c0", ends_at=AT, **receivers)
