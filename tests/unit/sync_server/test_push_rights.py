"""What the centre takes from whom: rights at push, with today's rules, and losses of one's own making."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from shared_models.entities.reach import ContactPoint
from shared_models.errors import ErrorCode
from shared_models.ids import derived_id
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from sync_server.db import timeline
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.unit.sync_server.centre import NOW_US, Centre, archive, edit, new, open_centre, pk

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
ROOT = "root"
"""The admin's device."""


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre with Ana and Ion, who sell in the north, Dan in the south, and one person for every other profile."""
    made = open_centre(tmp_path)
    people = {
        "ana": "salesperson",
        "ion": "salesperson",
        "dan": "salesperson",
        "maria": "office",
        "geo": "guest",
        "acc": "accountant",
    }
    made.users = {name: derived_id("user", name) for name in (*people, ROOT)}
    found = [*shipped_profiles(), *(("team", {"id": team, "name": "T"}) for team in (NORTH, SOUTH))]
    for name, profile in people.items():
        team = SOUTH if name == "dan" else NORTH
        found.append(("user", {**_user(made, name), "team_id": team, "profile_id": profile_id(profile)}))
    found.append(("user", {**_user(made, ROOT), "is_admin": True}))
    with made.central.store.write() as connection:
        import_rows(connection, made.central, found, ImportedBy("setup", "setup"))
    yield made
    made.central.store.close()


def _user(made, name):
    return {"id": made.users[name], "name": name, "email": f"{name}@example.ro", "language": "ro", "time_zone": "UTC"}


def outcome(verdict):
    return verdict.v if verdict.error is None else verdict.error.code


def give(centre, n, to, team=NORTH, was="ana"):
    """Let the admin make a company another person's."""
    before = {"responsible_id": centre.users[was], "team_id": NORTH}
    return centre.save(ROOT, edit(n, 99, before, responsible_id=centre.users[to], team_id=team), admin=True)


def note(n, company):
    return new(n, "note", company_id=pk(company), body="said", written_at=NOW_US)


def mine(centre, n, device="ana", **values):
    return new(n, responsible_id=centre.users[device], team_id=NORTH, **values)


def account(n, company):
    return new(n, "bank_account", company_id=pk(company), iban="RO1")


def test_a_salesperson_writes_his_own_and_not_what_he_only_sees(centre):
    seq = centre.save("ana", mine(centre, 1), note(2, 1)).seq
    assert outcome(centre.save("ana", edit(1, seq, {"name": "Firma 1"}, name="N"))) == "applied"
    for ops in ([edit(1, 99, {"name": "N"}, name="M")], [note(3, 1)], [archive(1, 99)], [archive(2, 99, "note")]):
        assert outcome(centre.save("ion", *ops)) == ErrorCode.R305
        assert outcome(centre.save("dan", *ops)) == ErrorCode.R305
    assert centre.row("company", 1)["name"] == "N"
    assert outcome(centre.save("ana", archive(1, 99))) == "applied"


@pytest.mark.parametrize(
    ("device", "creates", "changes", "archives", "banks"),
    [
        ("ana", "applied", ErrorCode.R305, ErrorCode.R305, ErrorCode.R305),
        ("maria", "applied", "applied", ErrorCode.R305, "applied"),
        ("acc", ErrorCode.R305, "applied", ErrorCode.R305, "applied"),
        ("geo", ErrorCode.R305, ErrorCode.R305, ErrorCode.R305, ErrorCode.R305),
        (ROOT, "applied", "applied", "applied", "applied"),
        ("stranger", "applied", "applied", "applied", "applied"),
    ],
)
def test_each_profile_writes_what_it_may(centre, device, creates, changes, archives, banks):
    centre.save("dan", mine(centre, 1, "dan", language="ro"))
    admin = device == ROOT
    assert outcome(centre.save(device, new(2), admin=admin)) == creates
    assert outcome(centre.save(device, edit(1, 99, {"language": "ro"}, language="en"), admin=admin)) == changes
    assert outcome(centre.save(device, account(4, 1), admin=admin)) == banks
    assert outcome(centre.save(device, archive(1, 99), admin=admin)) == archives


def test_nobody_makes_a_record_that_is_out_of_his_own_reach(centre):
    assert outcome(centre.save("ana", mine(centre, 1, "ion"))) == ErrorCode.R305
    assert outcome(centre.save("maria", mine(centre, 1, "ion"))) == "applied"


def test_what_a_save_adds_it_may_fill(centre):
    tie = {"company_id": pk(1), "contact_id": pk(2)}
    link = {"t": "company_contact", "pk": natural_id(CRM.get("company_contact"), tie), "op": "i", "set": tie}
    assert outcome(centre.save("ana", new(1), new(2, "contact", last_name="L"), link, note(3, 1))) == "applied"


def test_a_tie_needs_both_ends_in_sight_and_one_in_hand(centre):
    centre.save("dan", mine(centre, 1, "dan"), new(2, "contact", last_name="D"))
    centre.save("ion", new(3, "contact", last_name="I"))
    centre.save("ana", mine(centre, 4))
    found = []
    for company, contact in ((4, 2), (4, 3), (1, 3)):
        tie = {"company_id": pk(company), "contact_id": pk(contact)}
        link = {"t": "company_contact", "pk": natural_id(CRM.get("company_contact"), tie), "op": "i", "set": tie}
        found.append(outcome(centre.save("ana", link)))
    assert found == [ErrorCode.R305, "applied", ErrorCode.R305]


def test_adding_a_record_under_a_known_id_is_a_change_of_what_is_there(centre):
    centre.save("ion", mine(centre, 1, "ion"))
    assert outcome(centre.save("ana", mine(centre, 1, name="Taken"))) == ErrorCode.R305
    centre.save("maria", account(2, 1))
    centre.save("ana", mine(centre, 3))
    assert outcome(centre.save("ana", account(2, 3))) == ErrorCode.R305
    assert centre.row("company", 1)["name"] == "Firma 1"


def test_a_confidential_field_is_written_by_whom_it_is_open_to(centre):
    segment = derived_id("pick_list_item", "price_segment", "premium")
    born = new(2, "contact", last_name="L", birth_date="1980-01-01")
    assert outcome(centre.save("maria", born)) == ErrorCode.R305
    assert outcome(centre.save("maria", new(2, "contact", last_name="L", birth_date=None))) == "applied"
    assert outcome(centre.save("maria", edit(2, 99, {"birth_date": None}, "contact", birth_date="--01-01"))) == ErrorCode.R305
    assert outcome(centre.save("maria", new(3, price_segment_id=segment))) == "applied"


def test_a_refused_edit_is_kept_with_its_content_for_the_manager(centre):
    centre.save("ana", mine(centre, 1))
    give(centre, 1, "dan", SOUTH)
    verdict = centre.save("ana", edit(1, 1, {"name": "Firma 1"}, name="Typed in the field"))
    assert (verdict.v, verdict.error.code, verdict.error.record) == ("rejected", ErrorCode.R305, pk(1))
    (letter,) = centre.rows("deadletter")
    assert "Typed in the field" in letter["body"]
    assert (letter["user"], letter["state"]) == (centre.users["ana"], "open")


def test_a_right_given_away_in_a_save_is_there_for_the_saves_that_stand_on_it(centre):
    seq = centre.save("ana", mine(centre, 1)).seq
    to = {"responsible_id": centre.users["dan"], "team_id": SOUTH}
    was = {"responsible_id": centre.users["ana"], "team_id": NORTH}
    assert outcome(centre.save("ana", edit(1, seq, was, **to), note(2, 1))) == "applied"
    later = [{"ops": [note(n, 1)], "after": ["ana-2"]} for n in (3, 4)]
    assert [outcome(one) for one in centre.send("ana", *later).verdicts] == ["applied", "applied"]
    assert outcome(centre.save("ana", note(5, 1))) == ErrorCode.R305


def test_it_does_not_matter_how_saves_fall_into_requests(centre):
    seq = centre.save("ana", mine(centre, 1)).seq
    was = {"responsible_id": centre.users["ana"]}
    given = {"ops": [edit(1, seq, was, responsible_id=centre.users["dan"])]}
    away = {"ops": [edit(1, seq, {"team_id": NORTH}, team_id=SOUTH)], "after": ["ana-2"]}
    stands = {"ops": [note(2, 1)], "after": ["ana-2", "ana-3"]}
    answer = centre.send("ana", given, away, stands, {"ops": [note(3, 1)]})
    assert [outcome(one) for one in answer.verdicts] == ["applied", "applied", "applied", ErrorCode.R305]


def test_what_another_took_away_stays_away_whatever_the_save_stands_on(centre):
    seq = centre.save("ana", mine(centre, 1)).seq
    centre.save("ana", edit(1, seq, {"name": "Firma 1"}, name="N"))
    give(centre, 1, "dan", SOUTH)
    assert outcome(centre.save("ana", note(2, 1), after=["ana-1", "ana-2"])) == ErrorCode.R305


def test_the_past_of_a_record_is_read_once_for_all_that_is_written_about_it(centre):
    seq = centre.save("ana", mine(centre, 1)).seq
    was = {"responsible_id": centre.users["ana"], "team_id": NORTH}
    centre.save("ana", edit(1, seq, was, responsible_id=centre.users["dan"], team_id=SOUTH))
    said = []
    sa.event.listen(centre.central.store.engine, "before_cursor_execute", lambda *a: said.append(a[2]))
    many = {"ops": [note(n, 1) for n in range(2, 12)], "after": ["ana-2"]}
    answer = centre.send("ana", many, {"ops": [note(n, 1) for n in range(12, 22)]}, {"ops": [note(22, 1)], "after": ["ana-2"]})
    assert [outcome(one) for one in answer.verdicts] == ["applied", ErrorCode.R305, "applied"]
    assert len([one for one in said if "FROM history" in one]) == 1


@pytest.mark.parametrize(("team", "expected"), [(NORTH, "applied"), (SOUTH, ErrorCode.R305)])
def test_what_was_given_away_and_passed_on_was_lost_by_its_giver_unless_it_then_left_his_sight(centre, team, expected):
    seq = centre.save("ana", mine(centre, 1)).seq
    was = {"responsible_id": centre.users["ana"], "team_id": NORTH}
    centre.save("ana", edit(1, seq, was, responsible_id=centre.users["ion"], team_id=NORTH))
    give(centre, 1, "dan", team, was="ion")
    assert outcome(centre.save("ana", note(2, 1), after=["ana-2"])) == expected
    assert outcome(centre.save("ana", note(3, 1), after=["ana-1"])) == ErrorCode.R305


def test_a_manager_writes_what_his_people_own(centre):
    centre.save("dan", mine(centre, 1, "dan"))
    report = edit(1, 99, {"manager_id": None}, manager_id=centre.users["ion"])
    centre.save(ROOT, {**report, "t": "user", "pk": centre.users["dan"]}, admin=True)
    assert outcome(centre.save("ion", note(2, 1))) == "applied"
    assert outcome(centre.save("ana", note(3, 1))) == ErrorCode.R305


def test_a_change_of_rights_counts_from_the_next_save_of_the_same_request_on(centre):
    centre.save("dan", mine(centre, 1, "dan"))
    right = derived_id("user_right", centre.users["ana"], "company")
    values = {"user_id": centre.users["ana"], "record_type": "company", "see_reach": "all", "change_reach": "all"}
    assert outcome(centre.save("ana", note(2, 1))) == ErrorCode.R305
    centre.save(ROOT, {"t": "user_right", "pk": right, "op": "i", "set": values}, admin=True)
    assert outcome(centre.save("ana", note(3, 1))) == "applied"
    assert outcome(centre.save("ana", {"t": "user_right", "pk": right, "op": "d", "bv": 99})) == ErrorCode.R305
    down = {"t": "user", "pk": centre.users[ROOT], "op": "u", "bv": 99, "base": {"is_admin": True}, "set": {"is_admin": False}}
    given = {"t": "user_right", "pk": right, "op": "d", "bv": 99}
    centre.send(ROOT, {"ops": [given]}, {"ops": [down]}, admin=True)
    assert outcome(centre.save("ana", note(4, 1))) == ErrorCode.R305


def test_the_number_of_the_rules_is_raised_with_a_change_of_rights_and_by_nothing_else(centre):
    def number():
        with centre.central.store.read() as connection:
            return timeline.read(connection, centre.central.tables).rules

    first = number()
    centre.save("ana", mine(centre, 1))
    assert number() == first
    give(centre, 1, "dan", SOUTH)
    assert number() == first
    language = {"t": "user", "pk": centre.users["ana"], "op": "u", "bv": 99, "set": {"language": "en"}}
    assert outcome(centre.save("ana", language)) == "applied"
    assert number() == first + 1


def test_the_rules_are_read_once_for_one_number_and_whoever_reaches_all_has_no_record_looked_at(centre):
    said: list[str] = []
    sa.event.listen(centre.central.store.engine, "before_cursor_execute", lambda *a: said.append(a[2]))

    def statements(device, n):
        said.clear()
        centre.save(device, note(n, 1))
        return len(said)

    centre.save("maria", mine(centre, 1))
    centre.save("stranger", note(6, 1))
    centre.central.rulebook.kept = None
    first = statements("stranger", 2)
    assert first == statements("stranger", 3) + 6
    assert statements("maria", 4) == statements("stranger", 5)


def test_parents_of_many_parts_are_read_at_once(centre):
    for n in range(1, 6):
        centre.save("ana", mine(centre, n), note(100 + n, n))
    said: list[str] = []
    sa.event.listen(centre.central.store.engine, "before_cursor_execute", lambda *a: said.append(a[2]))

    def statements(*places):
        said.clear()
        pinned = [{"ops": [edit(100 + n, 99, {"is_pinned": False}, "note", is_pinned=True)]} for n in places]
        assert {outcome(one) for one in centre.send("ana", *pinned).verdicts} == {"applied"}
        return len(said)

    statements(1)
    assert statements(2) == statements(3, 4, 5)


def share(centre, n, to, level="see", ends_at=NOW_US + 1000, company=1):
    values = {
        "record_type": "company",
        "record_id": pk(company),
        "user_id": centre.users[to],
        "level": level,
        "ends_at": ends_at,
    }
    return new(n, "record_share", **values)


def test_a_share_opens_a_record_until_it_ends_or_is_ended_by_its_giver(centre):
    centre.save("dan", mine(centre, 1, "dan"))
    assert outcome(centre.save("ana", share(centre, 2, "ana", "change"))) == ErrorCode.R305
    assert outcome(centre.save("dan", share(centre, 2, "ana", "change"))) == "applied"
    assert outcome(centre.save("ana", note(3, 1))) == "applied"
    assert outcome(centre.save("ana", share(centre, 4, "geo", "change", NOW_US + 1001))) == ErrorCode.R305
    assert outcome(centre.save("ana", share(centre, 4, "geo", "change"))) == "applied"
    longer = edit(4, 99, {"ends_at": NOW_US + 1000}, "record_share", ends_at=NOW_US + 5000)
    assert outcome(centre.save("ana", longer)) == ErrorCode.R305
    assert outcome(centre.save("geo", archive(2, 99, "record_share"))) == "applied"  # may change the record
    assert outcome(centre.save("ana", archive(4, 99, "record_share"))) == "applied"  # gave it
    assert outcome(centre.save("ana", note(5, 1))) == ErrorCode.R305
    assert outcome(centre.save("dan", share(centre, 6, "ana", "change", NOW_US - 1))) == "applied"
    assert outcome(centre.save("ana", note(7, 1))) == ErrorCode.R305
    assert outcome(centre.save("ana", new(8), share(centre, 9, "geo", company=8))) == "applied"


def test_a_card_is_closed_by_those_whom_it_is_for_and_by_those_who_may_change_its_record(centre):
    centre.save("ana", mine(centre, 1))
    centre.save("maria", edit(1, 99, {"name": "Firma 1"}, name="M"))
    (card,) = centre.save("ana", edit(1, 1, {"name": "Firma 1"}, name="A")).conflicts
    decision = {"t": "sync_conflict", "pk": card, "op": "u", "bv": 99, "set": {"state": "kept_theirs"}}
    assert outcome(centre.save("geo", decision)) == ErrorCode.R305
    give(centre, 1, "ion")
    assert outcome(centre.save("ana", note(2, 1))) == ErrorCode.R305
    assert outcome(centre.save("ana", decision)) == "applied"
    assert outcome(centre.save("acc", decision)) == "merged"


def test_a_phone_that_is_there_follows_its_own_company(centre):
    point = {"company_id": pk(1), "kind": "phone", "value": "1", "value_normalised": "1"}
    centre.save("dan", mine(centre, 1, "dan"))
    added = {"t": "contact_point", "pk": natural_id(ContactPoint, {"contact_id": None, **point}), "op": "i", "set": point}
    assert outcome(centre.save("dan", added)) == "applied"
    assert outcome(centre.save("ana", added)) == ErrorCode.R305
    changed = {**added, "op": "u", "set": {"label": "x"}, "base": {"label": None}, "bv": 99}
    assert outcome(centre.save("ana", changed)) == ErrorCode.R305
    assert outcome(centre.save("dan", changed)) == "applied"


def test_a_card_about_a_part_is_closed_by_whom_its_company_lets_write(centre):
    centre.save("ana", mine(centre, 1), new(2, "address", company_id=pk(1), city="Cluj"))
    centre.save("maria", edit(1, 99, {"name": "Firma 1"}, name="M"))
    group = {"street": None, "city": "Cluj", "county": None, "postcode": None, "country": None}
    centre.save("maria", edit(2, 99, group, "address", **{**group, "city": "Dej"}))
    (card,) = centre.save("ana", edit(2, 1, group, "address", **{**group, "city": "Turda"})).conflicts
    decision = {"t": "sync_conflict", "pk": card, "op": "u", "bv": 99, "set": {"state": "kept_theirs"}}
    assert outcome(centre.save("dan", decision)) == ErrorCode.R305
    assert outcome(centre.save("acc", decision)) == "applied"


def test_what_one_made_for_another_is_still_open_to_the_saves_that_stand_on_it(centre):
    right = {"user_id": centre.users["ana"], "record_type": "company", "create_reach": "all"}
    pk_right = derived_id("user_right", centre.users["ana"], "company")
    centre.save(ROOT, {"t": "user_right", "pk": pk_right, "op": "i", "set": right}, admin=True)
    answer = centre.send(
        "ana",
        {"ops": [new(1, responsible_id=centre.users["dan"], team_id=SOUTH)]},
        {"ops": [edit(1, 0, {"language": None}, language="ro")], "after": ["ana-1"]},
        {"ops": [note(2, 1)], "after": ["ana-1", "ana-2"]},
        {"ops": [note(3, 1)]},
    )
    assert [outcome(one) for one in answer.verdicts] == ["applied", "applied", "applied", ErrorCode.R305]
    assert outcome(centre.save("ana", note(4, 1), after=["ana-1"])) == "applied"


def test_a_reassignment_that_was_refused_is_no_loss_of_ones_own(centre):
    seq = centre.save("ana", mine(centre, 1)).seq
    late = {"ops": [edit(1, seq, {"responsible_id": centre.users["ana"]}, responsible_id=centre.users["ion"])], "hlc": 1}
    give(centre, 1, "dan")
    assert outcome(centre.send("ana", late).verdicts[0]) == ErrorCode.R305
    assert outcome(centre.save("ana", note(2, 1), after=["ana-2"])) == ErrorCode.R305


def test_a_share_of_what_does_not_exist_is_refused(centre):
    assert outcome(centre.save("ana", share(centre, 2, "geo", company=77))) == ErrorCode.R305
    missing = {**share(centre, 3, "geo", company=77), "set": {**share(centre, 3, "geo")["set"], "record_type": "nothing"}}
    assert outcome(centre.save("ana", missing)) == ErrorCode.R305
    assert outcome(centre.save(ROOT, share(centre, 4, "geo", company=77), admin=True)) == ErrorCode.R304
    assert outcome(centre.save(ROOT, {**missing, "pk": pk(5)}, admin=True)) == ErrorCode.R303
    assert outcome(centre.save(ROOT, new(77), share(centre, 6, "geo", company=77), admin=True)) == "applied"
