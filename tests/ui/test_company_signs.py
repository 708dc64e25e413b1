"""What a company says of itself where it is met: its status, unless it is the usual one, and with whom the last talk was."""

from typing import Any

import pytest

from client.ui.colours import LIGHT
from client.ui.layouts.record_facts import fact_lines, facts_of
from client.ui.theme import Look
from client.usecases.record_answers import RecordPage
from shared_models.texts import Texts
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import company_id

INACTIVE = 4
"""Place of the inactive company."""


@pytest.mark.functions(1)
@pytest.mark.parametrize("width", [390, 1280])
async def test_an_inactive_company_says_so_on_its_page_and_an_active_one_says_nothing(window, width):
    ui = await window(f"/companies/{company_id(INACTIVE)}", width=width)
    assert ui.keyed("record.status").content.content.controls[0].value == "Inactive"
    ui = await window(f"/companies/{company_id(0)}", width=width)
    assert not [c for c in ui.controls() if getattr(c, "key", None) == "record.status"]


@pytest.mark.functions(1)
async def test_an_inactive_company_says_so_in_its_row(window):
    ui = await window("/companies")
    assert ui.texts().count("Inactive") == 1


@pytest.mark.functions(5, 38)
async def test_a_picker_tells_companies_apart_in_a_second_line(window):
    ui = await window("/contacts?form=contact")
    await ui.press("field.company")
    await ui.type("field.company.search", "brazi")
    name, detail = ui.keyed(f"pick.{company_id(0)}").content.controls
    assert name.value == "Hotel Șapte Brazi"
    assert detail.value == "Predeal · RO 99000018 · C-1044"


@pytest.mark.parametrize(
    ("every", "person", "why"),
    [
        (None, "", "Ana Pop"),
        (None, "Ioana Știrbei", "Ana Pop · with Ioana Știrbei"),
        (14, "Ioana Știrbei", "rhythm: every 14 days · with Ioana Știrbei"),
    ],
)
def test_the_last_talk_says_with_whom_it_was(every, person, why):
    look = Look(LIGHT, Texts("en"), now=NOW)
    values = {"visit_every_days": every}
    page = RecordPage(
        "x", "company", "Hotel", values, {}, "sent", last_note_at=ago(days=3), last_note_by="Ana Pop", last_note_with=person
    )
    assert facts_of(look, page)[0].why == why


@pytest.mark.parametrize(
    ("width", "who", "why"),
    [
        (390, "Ioana Știrbei", "with Ioana Știrbei"),
        (390, "Răzvan Munteanu-Mureșan", ""),
        (320, "Ioana Știrbei", ""),
        (600, "Răzvan Munteanu-Mureșan", "with Răzvan Munteanu-Mureșan"),
    ],
)
def test_a_reason_stands_on_the_line_of_a_phone_whole_or_not_at_all(width, who, why):
    look = Look(LIGHT, Texts("en"), now=NOW, width=width)
    page = RecordPage("x", "company", "Hotel", {}, {}, "sent", last_note_at=ago(days=3), last_note_by="Ana", last_note_with=who)
    lines: Any = fact_lines(look, page)
    words = lines.controls[0].content.controls[1]
    assert "".join(span.text for span in words.spans) == "3 days ago" + (f"  Ana · {why}" if why else "")
