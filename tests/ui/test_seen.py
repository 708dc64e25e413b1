"""What another person sees: counted, listed with the rule of each record, and only to be read."""

import pytest

from tests.ui.fake_crm import company_id
from tests.ui.fake_rights import person_id
from tests.ui.test_people import DAN, admin

SEEN = f"/people/{DAN}/seen"


@pytest.mark.functions(32, 33, 34)
@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_what_a_person_sees_is_counted_and_each_record_names_its_rule(window, width):
    crm = admin()
    ui = await window(f"/people/{DAN}", crm, width=width)
    await ui.press("tab.seen")
    mine = [pk for pk, row in crm.rows["company"].items() if row["responsible_id"] in (DAN, person_id("Maria Ilie"))]
    assert ui.keyed("seen.count").value == f"Dan Rusu sees {len(mine)} of the {len(crm.rows['company'])} companies here"
    rules = {ui.keyed(f"seen.rule.{pk}").value for pk in mine}
    assert "The profile Salesperson gives the right to see one's own records, and this one is Dan Rusu's." in rules
    assert crm.rights.saved == []
    await ui.press("seen.kind.contact")
    assert "contacts here" in ui.keyed("seen.count").value


async def test_more_rows_are_appended_and_a_row_leads_to_its_record(window):
    crm = admin()
    crm.rights.page_rows = 2
    ui = await window(f"/people/{person_id('Ana Pop')}/seen", crm)
    assert not ui.has(f"seen.{company_id(2)}")
    await ui.press("seen.more")
    assert ui.has(f"seen.{company_id(0)}")
    assert ui.has(f"seen.{company_id(3)}")
    await ui.press(f"seen.{company_id(3)}")
    assert ui.keyed("record.title").value == crm.rows["company"][company_id(3)]["name"]


async def test_a_person_who_sees_nothing_and_rights_that_are_not_known_are_said_to_be_so(window):
    crm = admin()
    crm.rows["contact"].clear()
    ui = await window(SEEN, crm)
    await ui.press("seen.kind.contact")
    assert ui.shows("Nothing of this kind")
    crm.rights.knows = False
    ui = await window(SEEN, crm)
    assert ui.shows("Not known yet")
