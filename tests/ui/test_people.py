"""People and rights: an administrator chooses profile, team and manager; others are told why the screen is not for them."""

from dataclasses import replace

import pytest

from client.usecases.answers import Preferences
from client.usecases.causes import cause_of
from shared_models.errors import ReplicaDamaged
from tests.ui.fake_crm import believable_crm
from tests.ui.fake_rights import person_id, profile_pk

DAN, MARIA = person_id("Dan Rusu"), person_id("Maria Ilie")


def admin():
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_admin=True)
    return crm


@pytest.mark.functions(32)
@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_only_an_administrator_finds_the_way_and_an_address_that_was_typed_says_why(window, width):
    ui = await window("/settings", width=width)
    assert not ui.has("settings.people")
    await ui.go("/people")
    assert ui.shows("For administrators")
    assert not ui.has(f"person.{DAN}")
    ui = await window("/settings", admin(), width=width)
    await ui.press("settings.people")
    assert ui.has(f"person.{DAN}")


async def test_the_phone_has_the_way_under_more(window):
    ui = await window("/more", width=390)
    assert not ui.has("more.people")
    ui = await window("/more", admin(), width=390)
    await ui.press("more.people")
    assert ui.has(f"person.{DAN}")


@pytest.mark.functions(32, 33)
async def test_a_row_tells_profile_team_and_manager(window):
    ui = await window("/people", admin())
    assert ui.shows("Salesperson · Transilvania")
    assert ui.shows("under Maria Ilie")
    assert ui.shows("Inactive")
    await ui.type("people.search", "muntenia sales")
    assert ui.shows("Ileana Șerban")
    assert not ui.has(f"person.{DAN}")


@pytest.mark.functions(32, 33)
@pytest.mark.parametrize("width", [1280, 390])
async def test_profile_team_and_manager_are_chosen_on_the_page_and_each_can_be_taken_back(window, width):
    crm = admin()
    ui = await window(f"/people/{DAN}", crm, width=width)
    await ui.press(f"person.profile_id.{profile_pk('office')}")
    assert ui.shows("saved here")
    await ui.press("person.team_id.none")
    await ui.press("person.manager_id")
    await ui.type("person.manager_id.search", "tuca")
    await ui.press(f"person.manager_id.{person_id('Țuca Radu')}")
    assert [(field, bool(value)) for _, field, value in crm.rights.saved] == [
        ("profile_id", True),
        ("team_id", False),
        ("manager_id", True),
    ]
    await ui.press("snack.action")
    assert crm.undone == ["rights3"]


async def test_choosing_what_is_so_already_saves_nothing(window):
    crm = admin()
    ui = await window(f"/people/{DAN}", crm)
    await ui.press(f"person.profile_id.{profile_pk('salesperson')}")
    assert crm.rights.saved == []


async def test_a_page_shows_what_profile_and_team_come_to(window):
    ui = await window(f"/people/{DAN}", admin())
    assert ui.keyed("reach.company.see").value == "Team"
    assert ui.keyed("reach.contact.archive").value == "Own"
    await ui.go(f"/people/{person_id('Ana Pop')}")
    assert ui.shows("Administrators may do everything.")
    await ui.go(f"/people/{person_id('Vlad Înotescu')}")
    assert ui.keyed("person.free").value.startswith("Nobody gave this person a profile, so nothing is limited: ")


@pytest.mark.functions(32)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("language", "words", "mark"),
    [("en", "No profile: may do everything", "Not limited"), ("ro", "Fără profil: poate face orice", "Nelimitat")],
)
async def test_who_has_no_profile_is_said_to_be_allowed_everything(window, width, language, words, mark):
    crm, vlad = admin(), person_id("Vlad Înotescu")
    crm.preferences_ = Preferences(language, "light")
    ui = await window("/people", crm, width=width)
    assert {words, mark} <= set(ui.texts_of(f"person.{vlad}"))
    assert mark not in ui.texts_of(f"person.{DAN}")
    await ui.go(f"/people/{vlad}")
    assert {words, mark} <= set(ui.texts())


async def test_who_has_only_the_profile_of_the_team_is_not_said_to_be_free(window):
    crm, vlad = admin(), person_id("Vlad Înotescu")
    crm.rights.people_[vlad] = replace(crm.rights.people_[vlad], team="Moldova")
    ui = await window(f"/people/{vlad}", crm)
    assert ui.shows("No profile of their own")
    for untrue in ("Not limited", "No profile: may do everything", "so nothing is limited"):
        assert not ui.shows(untrue), untrue


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_a_right_of_his_own_is_told_beside_what_the_profile_gives_and_is_taken_back(window, width):
    crm = admin()
    ui = await window(f"/people/{DAN}", crm, width=width)
    await ui.press("reach.company.see.all")
    assert ui.keyed("reach.company.see").value == "All"
    assert ui.keyed("reach.company.see.profile").value.endswith("profile: Team")
    await ui.press("reach.company.see.all")
    assert crm.rights.saved == [(DAN, "company", "see", "all")]  # it is so already
    await ui.press("snack.action")
    assert crm.undone == ["rights1"]
    assert ui.shows("As the profile: Team")
    await ui.press("reach.company.see.none")
    assert ui.keyed("reach.company.see").value == "Team"
    assert "reach.company.see.profile" not in {getattr(one.key, "value", one.key) for one in ui.controls()}
    await ui.press("reach.company.see.none")
    assert len(crm.rights.saved) == 2


@pytest.mark.functions(34)
async def test_where_the_profile_gives_all_there_is_nothing_to_add(window):
    ui = await window(f"/people/{person_id('Ioana Lazăr')}", admin())
    assert not ui.has("reach.company.see")
    assert ui.has("reach.company.archive")


@pytest.mark.functions(33)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_manager_who_reports_to_the_person_is_told_in_words(window, width):
    crm = admin()
    ui = await window(f"/people/{MARIA}", crm, width=width)
    await ui.press("person.manager_id")
    assert not ui.has(f"person.manager_id.{DAN}")
    await ui.type("person.manager_id.search", "dan")
    assert ui.shows("reports to Maria Ilie")
    await ui.press(f"person.manager_id.{DAN}")
    assert ui.keyed("person.manager_id.message").value == "Dan Rusu reports to Maria Ilie already. That would close a circle."
    assert crm.rights.saved == []
    await ui.press("person.manager_id")
    assert not ui.shows("circle")
    await ui.go(f"/people/{person_id('Ana Pop')}")
    assert ui.keyed("person.is_me").value.startswith("You cannot switch yourself off.")


@pytest.mark.functions(32)
@pytest.mark.parametrize("width", [1280, 390])
async def test_who_has_left_is_switched_off_and_back_on(window, width):
    crm = admin()
    ui = await window(f"/people/{DAN}", crm, width=width)
    await ui.press("person.is_active")
    assert ui.shows("Inactive")
    assert crm.rights.saved == [(DAN, "left")]
    await ui.press("person.is_active")
    assert crm.rights.saved[1:] == [(DAN, "active")]


@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_the_list_says_where_a_new_person_is_added(window, width):
    ui = await window("/people", admin(), width=width)
    assert ui.keyed("people.add").value == "fieldfare server user add"
    await ui.type("people.search", "dan")
    assert not ui.shows("fieldfare server user add")


@pytest.mark.functions(32)
async def test_the_palette_leads_an_administrator_there_and_nobody_else(window):
    ui = await window("/companies")
    await ui.key("K", ctrl=True)
    await ui.type("palette.text", "people")
    assert not ui.has("action.people")
    ui = await window("/companies", admin())
    for typed, id in (("rights", "people"), ("teams", "teams"), ("profiles", "profiles")):
        await ui.key("K", ctrl=True)
        await ui.type("palette.text", typed)
        await ui.press(f"action.{id}")
        assert ui.page.route == {"people": "/people"}.get(id, f"/people/{id}")


async def test_keys_go_through_the_list_and_back(window):
    ui = await window("/people", admin())
    await ui.key("J")
    assert ui.keyed("person.name").value != ""
    ui = await window(f"/people/{DAN}", admin(), width=390)
    await ui.key("Escape")
    assert ui.has(f"person.{MARIA}")


async def test_a_list_that_cannot_be_read_says_so_and_is_read_again(window):
    crm = admin()
    crm.rights.fail = ReplicaDamaged()
    ui = await window("/people", crm, width=390)
    assert ui.shows("People cannot be read")
    assert cause_of(crm.rights.fail)
    crm.rights.fail = None
    await ui.press("people.again")
    assert ui.has(f"person.{DAN}")


async def test_a_person_who_is_not_here_is_said_to_be_so(window):
    ui = await window("/people/018f0000-0000-7000-8000-000000000001", admin())
    assert ui.shows("This person is not here")
