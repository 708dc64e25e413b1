"""Profiles: their tables are changed cell by cell, their names in both languages, and a new one begins as another."""

import pytest

from tests.ui.fake_rights import profile_pk
from tests.ui.fake_state import TEAM
from tests.ui.test_people import admin

SALES = profile_pk("salesperson")


@pytest.mark.functions(32, 35)
@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_the_shipped_profiles_are_listed_and_opened(window, width):
    ui = await window("/people", admin(), width=width)
    await ui.press("people.part.profiles")
    for words in ("Accountant", "4 people", "Nobody has it"):
        assert ui.shows(words)
    await ui.press(f"profile.{SALES}")
    assert ui.keyed("profile.name").value == "Salesperson"
    assert ui.keyed("reach.company.see").value == "Team"


@pytest.mark.functions(32)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_cell_offers_the_four_reaches_and_each_choice_is_a_save(window, width):
    crm = admin()
    ui = await window(f"/people/profiles/{SALES}", crm, width=width)
    await ui.press("reach.company.change.team")
    assert ui.keyed("reach.company.change").value == "Team"
    assert crm.rights.saved == [(SALES, "company", "change", "team")]
    await ui.press("snack.action")
    assert crm.undone == ["rights1"]
    await ui.press("reach.company.change.team")
    assert len(crm.rights.saved) == 1  # it is so already


@pytest.mark.functions(36)
async def test_confidential_groups_are_chips(window):
    crm = admin()
    ui = await window(f"/people/profiles/{SALES}", crm)
    await ui.press("group.bank")
    await ui.press("group.price")
    assert crm.rights.saved == [(SALES, "bank", "on"), (SALES, "price", "off")]


async def test_a_profile_is_renamed_in_both_languages(window):
    crm = admin()
    ui = await window(f"/people/profiles/{SALES}", crm)
    await ui.press("profile.rename")
    await ui.type("profile.label_en", "")
    await ui.press("profile.save")
    assert ui.keyed("profile.label_en.message").value == "Fill this in"
    await ui.type("profile.label_en", "Field agent")
    await ui.type("profile.label_ro", "Agent de teren")
    await ui.press("profile.save")
    assert ui.keyed("profile.name").value == "Field agent"
    assert ui.shows("Agent de teren")
    await ui.press("profile.rename")
    await ui.key("Escape")
    assert ui.keyed("profile.name").value == "Field agent"


@pytest.mark.functions(32)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_new_profile_begins_as_another(window, width):
    crm = admin()
    ui = await window("/people/profiles", crm, width=width)
    await ui.press("profiles.new")
    await ui.type("profile.label_en", "Driver")
    await ui.type("profile.label_ro", "Șofer")
    await ui.press(f"profile.from.{profile_pk('guest')}")
    await ui.press("profile.save")
    assert ui.keyed("profile.name").value == "Driver"
    assert ui.keyed("reach.company.see").value == "Own"
    await ui.go("/people/profiles/new")
    await ui.press("profile.cancel")
    assert ui.has(f"profile.{profile_pk('Driver')}")


async def test_a_profile_that_is_not_here_is_said_to_be_so(window):
    ui = await window("/people/profiles/nothing", admin())
    assert ui.shows("This profile is not here")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("part", "field", "name"), [("profiles", "profile.label_en", "Courier"), ("teams", "team.name", "Banat de Nord")]
)
async def test_escape_keeps_the_name_that_was_typed_for_a_new_one(window, width, part, field, name):
    ui = await window(f"/people/{part}/new", admin(), width=width)
    await ui.key("Escape")
    assert not ui.shows("Kept as a draft")
    await ui.go(f"/people/{part}/new")
    await ui.type(field, name)
    await ui.key("Escape")
    assert ui.keyed("snack").value == "Kept as a draft"
    await ui.press("snack.action")
    assert ui.keyed(field).value == name
    await ui.press(f"{part[:-1]}.cancel")
    await ui.go(f"/people/{part}/new")
    assert ui.keyed(field).value == ""


@pytest.mark.parametrize(
    ("place", "rename", "field"),
    [
        (f"profiles/{profile_pk('salesperson')}", "profile.rename", "profile.label_en"),
        (f"teams/{TEAM}", "team.rename", "team.name"),
    ],
)
async def test_escape_keeps_another_name_that_was_typed_and_is_not_saved(window, place, rename, field):
    ui = await window(f"/people/{place}", admin())
    await ui.press(rename)
    await ui.type(field, "Altfel")
    await ui.key("Escape")
    assert ui.keyed("snack").value == "Kept as a draft"
    await ui.press(rename)
    assert ui.keyed(field).value == "Altfel"
