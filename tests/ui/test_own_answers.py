"""Cards in which a general "keep theirs, restore mine" makes no sense: what happened, and the answers that fit."""

from dataclasses import replace

import pytest

from client.usecases.sync_answers import CardView, Inbox, RefusedChange, Side
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id
from tests.ui.fake_rights import person_id
from tests.ui.fake_state import TEAM

A, B = company_id(0), company_id(1)
ANA = Side({}, by="Ana Pop", is_me=True, at=ago(hours=3))
MARIA = Side({}, by="Maria Ilie", at=ago(hours=26))


def card(kind, unit, mine, theirs, **more):
    return CardView(
        "c-1", kind, "company", A, "Hotel Șapte Brazi", "", unit, "FM", Side({}), mine, theirs, "", ago(hours=1), **more
    )


def revived(mine=ANA, theirs=MARIA):
    return card("revived", "archived_at", mine, replace(theirs, values={"archived_at": theirs.at}))


def archived(mine=ANA, theirs=MARIA, **more):
    return card("archived", "archived_at", replace(mine, values={"archived_at": mine.at}), replace(theirs, values={}), **more)


def brought_back(mine=ANA, theirs=MARIA):
    return card("unarchived", "archived_at", replace(mine, values={"archived_at": None}), theirs)


def code():
    mine, theirs = replace(ANA, values={"code": "C-7"}), replace(ANA, values={"code": "C-7-2", "id": B})
    return card("code", "code", mine, theirs, other="Hotel Codlea")


def cycle(parent=None):
    mine = replace(ANA, values={"parent_id": B}, shown={"parent_id": "Hotel Codlea"})
    theirs = replace(MARIA, values={"parent_id": parent}, shown={"parent_id": "Grup Carpați"} if parent else {})
    return card("cycle", "parent_id", mine, theirs)


def crm_with(one):
    crm = believable_crm()
    crm.inbox_ = Inbox((one,))
    return crm


def general(ui):
    words = ("keep theirs", "restore mine", "keep what is used", "in use now · ", "take ", "păstrează al", "restaurează")
    return [text for text in ui.texts() if text.lower().startswith(words)]


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (ANA, MARIA, "Maria Ilie had archived Hotel Șapte Brazi"),
        (MARIA, ANA, "You archived Hotel Șapte Brazi"),
        (MARIA, replace(MARIA, by="Dan Rusu"), "Dan Rusu archived Hotel Șapte Brazi"),
        (ANA, ANA, "worked on it on another device"),
    ],
)
async def test_a_record_that_came_back_is_kept_or_archived_again(window, width, mine, theirs, told):
    crm = crm_with(revived(mine, theirs))
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(told)
    assert ui.shows("Keep it in use")
    assert ui.shows("Archive it again")
    assert general(ui) == []
    assert not ui.has("card.edit")
    await ui.key("e")
    await ui.key("3")
    assert crm.decided == []
    await ui.press("card.kept_theirs")
    assert crm.decided == [("c-1", "kept_theirs")]


async def test_the_first_key_leaves_a_record_that_came_back_as_it_is(window):
    crm = crm_with(revived())
    ui = await window("/inbox", crm)
    await ui.key("1")
    assert crm.decided == [("c-1", "restored_mine")]


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_code_that_was_taken_names_who_has_it_and_the_code_given_instead(window, width):
    crm = crm_with(code())
    ui = await window("/inbox", crm, width=width)
    assert ui.shows("The code C-7 belongs to Hotel Codlea already, so Hotel Șapte Brazi was given the code C-7-2.")
    assert ui.shows("Keep the new code")
    assert general(ui) == []
    await ui.key("2")
    assert crm.decided == []
    await ui.press("card.edit")
    assert ui.has("form.code") or ui.shows("Edit company")
    await ui.go("/inbox")
    await ui.key("1")
    assert crm.decided == [("c-1", "kept_theirs")]


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("parent", "told"), [(None, "It stays without a parent company."), (B, "It stays under Grup Carpați.")]
)
async def test_a_circle_says_where_the_company_stays_and_offers_another_parent(window, width, parent, told):
    crm = crm_with(cycle(parent))
    ui = await window("/inbox", crm, width=width)
    assert ui.shows("because Hotel Codlea itself stands below Hotel Șapte Brazi")
    assert ui.shows(told)
    assert ui.shows("Choose another parent company")
    assert general(ui) == []
    await ui.press("card.kept_theirs")
    assert crm.decided == [("c-1", "kept_theirs")]


def removed(mine=ANA, theirs=MARIA, **values):
    mine, theirs = replace(mine, values=values or {"label": "recepție"}), replace(theirs, values={"archived_at": theirs.at})
    one = replace(card("link_removed", "label", mine, theirs), entity="contact_point", record="p-1", title="0368 000 120")
    return replace(one, about="Hotel Șapte Brazi", owner=("company", A))


@pytest.mark.functions(4, 142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (ANA, MARIA, "Maria Ilie had removed 0368 000 120 yesterday. You did not know that and changed it today"),
        (MARIA, ANA, "You removed 0368 000 120 today. Maria Ilie did not know that"),
        (MARIA, replace(MARIA, by="Dan Rusu"), "Dan Rusu removed 0368 000 120 yesterday. Maria Ilie did not know that"),
        (ANA, ANA, "and changed it on another device today; it is still removed."),
    ],
)
async def test_a_part_that_was_removed_and_changed_says_what_each_did_and_is_left_so_or_brought_back(
    window, width, mine, theirs, told
):
    crm = crm_with(removed(mine, theirs))
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(told)
    assert {"Changed it", "Label: recepție", "Removed it", "Leave it removed", "Bring it back"} <= set(ui.texts())
    assert general(ui) == []
    await ui.key("2")
    assert crm.decided == [("c-1", "restored_mine")]


async def test_a_value_that_was_emptied_in_a_part_that_was_removed_is_told_as_empty(window):
    ui = await window("/inbox", crm_with(removed(label=None)))
    assert ui.shows("Label: empty")


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", {"Changed: Name, Language", "New: Note"}), ("ro", {"Modificat: Nume, Limbă", "Nou: Notă"})],
)
@pytest.mark.parametrize("kind", ["archived", "revived"])
async def test_work_on_a_record_that_the_other_one_archived_is_named_where_the_centre_named_it(window, kind, language, words):
    done = {"archived_at": None, "changed": ["name", "language", "of a newer version"], "added": ["note", "tender"]}
    one = archived() if kind == "archived" else revived()
    one = (
        replace(one, theirs=replace(MARIA, values=done)) if kind == "archived" else replace(one, mine=replace(ANA, values=done))
    )
    crm = crm_with(one)
    crm.preferences_ = replace(crm.preferences_, language=language)
    ui = await window("/inbox", crm)
    assert words <= set(ui.texts())


@pytest.mark.parametrize("make", [revived, archived, brought_back, code, cycle, removed])
async def test_romanian_has_words_of_its_own_for_each(window, make):
    crm = crm_with(make())
    crm.preferences_ = replace(crm.preferences_, language="ro")
    ui = await window("/inbox", crm)
    assert ui.shows(
        {
            revived: "Las-o în uz",
            archived: "Las-o în uz",
            brought_back: "Las-o arhivată",
            code: "Păstrează codul nou",
            cycle: "Las-o acolo",
            removed: "Păstrează eliminarea",
        }[make]
    )
    assert general(ui) == []


@pytest.mark.parametrize(
    ("make", "state", "words"),
    [
        (revived, "kept_theirs", "Archived it again"),
        (revived, "restored_mine", "Kept it in use"),
        (archived, "kept_theirs", "Kept it in use"),
        (archived, "restored_mine", "Archived it"),
        (brought_back, "restored_mine", "Brought it back"),
        (code, "kept_theirs", "Kept the new code"),
        (code, "edited", "Chose another code"),
        (cycle, "kept_theirs", "Left it where it was"),
        (removed, "kept_theirs", "Left it removed"),
        (removed, "restored_mine", "Brought it back"),
    ],
)
async def test_the_decision_is_told_in_the_same_words_afterwards(window, make, state, words):
    crm = believable_crm()
    crm.decided_ = (replace(make(), state=state, decided_by="Ana Pop", decided_by_me=True, decided_at=ago(hours=1)),)
    ui = await window("/inbox/resolved", crm)
    assert ui.shows(words)


def circle_of_people(manager=None):
    dan = person_id("Dan Rusu")
    mine = replace(ANA, values={"manager_id": dan}, shown={"manager_id": "Dan Rusu"})
    theirs = replace(MARIA, values={"manager_id": manager}, shown={"manager_id": "Vlad Înotescu"} if manager else {})
    made = card("cycle", "manager_id", mine, theirs, owner=("user", person_id("Maria Ilie")))
    return replace(made, entity="user", record=person_id("Maria Ilie"), title="Maria Ilie")


@pytest.mark.functions(33, 142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("manager", "told"), [(None, "still reports to nobody"), (person_id("Vlad Înotescu"), "still reports to Vlad Înotescu")]
)
async def test_a_circle_of_people_is_told_as_such_and_changed_on_the_page_of_the_person(window, width, manager, told):
    crm = crm_with(circle_of_people(manager))
    crm.person_ = replace(crm.person_, is_admin=True)
    ui = await window("/inbox/c-1", crm, width=width)
    assert ui.shows(told)
    assert ui.shows("Leave it so")
    assert [text for text in ui.texts() if "company" in text] == ["New company"]  # of the frame
    assert not ui.has("card.edit")  # there is no form of a person
    if width == 1280:
        await ui.press("card.open")
        assert ui.keyed("person.name").value == "Maria Ilie"


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        (ANA, MARIA, "You archived Hotel Șapte Brazi today. You did not know that Maria Ilie worked on it"),
        (MARIA, ANA, "Maria Ilie archived Hotel Șapte Brazi yesterday without knowing that you worked on it"),
        (MARIA, replace(MARIA, by="Dan Rusu"), "without knowing that Dan Rusu worked on it yesterday, so it is still in use."),
        (ANA, ANA, "and worked on it on another device"),
    ],
)
async def test_an_archive_that_work_stopped_says_what_each_did_and_is_answered_in_words_of_its_own(
    window, width, mine, theirs, told
):
    crm = crm_with(archived(mine, theirs))
    ui = await window("/inbox", crm, width=width)
    assert ui.shows(told)
    assert {"Archived it", "Worked on it", "Keep it in use", "Archive it"} <= set(ui.texts())
    assert not {"Before", "empty", "Yours"} & set(ui.texts())
    assert general(ui) == []
    assert ui.has("card.kept_theirs")
    await ui.key("2")
    assert crm.decided == [("c-1", "restored_mine")]


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    ("one", "told", "acts"),
    [
        (
            archived(theirs=Side({})),
            "You archived Hotel Șapte Brazi today. It is still in use",
            {"Keep it in use", "Archive it"},
        ),
        (archived(MARIA, Side({})), "Maria Ilie archived Hotel Șapte Brazi yesterday. It is still in use", {"Archive it"}),
        (brought_back(), "You brought Hotel Șapte Brazi back today. It stays archived", {"Leave it archived", "Bring it back"}),
        (brought_back(MARIA, Side({})), "Maria Ilie brought Hotel Șapte Brazi back yesterday.", {"Bring it back"}),
    ],
    ids=["nobody worked", "nobody worked, another's", "brought back", "another's brought back"],
)
async def test_what_the_centre_held_back_of_an_archive_is_told_without_work_that_nobody_did(window, one, told, acts):
    ui = await window("/inbox", crm_with(one))
    assert ui.shows(told)
    assert acts <= set(ui.texts())
    assert not ui.shows("Worked on it")
    assert general(ui) == []


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("kind", ["archived", "link_removed"])
async def test_a_record_of_which_it_is_open_whether_it_stays_has_nothing_to_edit(window, width, kind):
    ui = await window("/inbox", crm_with(replace(archived(), kind=kind)), width=width)
    assert not ui.has("card.edit")
    await ui.key("e")
    assert not ui.shows("Edit company")


@pytest.mark.functions(32, 142)
async def test_the_archive_of_a_team_is_decided_and_leads_to_its_page(window):
    mine = replace(ANA, values={"archived_at": ANA.at})
    one = card("archived", "archived_at", mine, replace(MARIA, values={}), owner=("team", TEAM))
    crm = crm_with(replace(one, entity="team", record=TEAM, title="Transilvania", policy="SV"))
    crm.person_ = replace(crm.person_, is_admin=True)
    ui = await window("/inbox/c-1", crm)
    assert ui.has("card.restored_mine")
    assert not ui.has("card.edit")
    await ui.press("card.open")
    assert ui.keyed("team.title").value == "Transilvania"


@pytest.mark.functions(32, 142)
async def test_a_refused_change_of_a_person_offers_no_form_that_there_is_not(window):
    crm = believable_crm()
    refused = RefusedChange("tx-1", "Dan Rusu: Team", "user", person_id("Dan Rusu"), "Dan Rusu", ago(hours=1), "R305")
    crm.inbox_ = Inbox((), (refused,))
    ui = await window("/inbox/tx-1", crm)
    assert ui.has("refused.retry")
    assert not ui.has("refused.edit")
