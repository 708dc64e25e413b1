"""A record with open questions in the inbox says so at the head of its page, and leads to the first of them, until all are decided."""

from dataclasses import replace

import pytest

from client.events import RecordsChanged
from client.usecases.answers import Preferences
from client.usecases.sync_answers import CardView, Side
from shared_models.texts import Language
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id

HOTEL = company_id(0)
PAGE = f"/companies/{HOTEL}"


def question(id: str) -> CardView:
    return CardView(
        id, "value", "company", HOTEL, "Hotel Șapte Brazi", "", "name", "FM", Side({}), Side({"name": "Hotel 7"}, by="Dan", is_me=True),
        Side({"name": "Hotel Brazi"}, by="Ana"), at=ago(hours=1), owner=("company", HOTEL),
    )  # fmt: skip


def asking(count: int, language: Language = "en"):
    crm = believable_crm(language)
    crm.preferences_ = Preferences(language, "light")
    cards = tuple(question(f"asked-{number}") for number in range(count))
    crm.inbox_ = replace(crm.inbox_, cards=(*(card for card in crm.inbox_.cards if card.owner != ("company", HOTEL)), *cards))
    return crm


@pytest.mark.functions(146)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_page_tells_of_its_questions_and_leads_to_the_first_until_they_are_decided(window, width):
    crm = asking(2)
    ui = await window(PAGE, crm, width=width)
    assert ui.keyed("record.questions").value == "2 questions about this record"
    crm.inbox_ = replace(crm.inbox_, cards=crm.inbox_.cards[:-1])
    crm.tell(RecordsChanged({"sync_conflict": frozenset({"asked-1"})}, from_centre=True))
    await ui.settle()
    assert ui.keyed("record.questions").value == "1 question about this record"
    await ui.press("record.questions.open")
    assert ui.page.route.startswith("/inbox/asked-0")
    await ui.go(PAGE)
    crm.inbox_ = replace(crm.inbox_, cards=())
    crm.tell(RecordsChanged({"sync_conflict": frozenset({"asked-0"})}, from_centre=True))
    await ui.settle()
    assert not ui.has("record.questions.open")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "O întrebare despre această fișă"),
        (2, "2 întrebări despre această fișă"),
        (20, "20 de întrebări despre această fișă"),
    ],
)
async def test_the_number_of_questions_is_told_in_romanian(window, count, words):
    ui = await window(PAGE, asking(count, "ro"))
    assert ui.keyed("record.questions").value == words
