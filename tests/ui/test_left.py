"""What left the reader's lists, as his rights to it changed, is told once on whatever screen, and stays on the Sync page."""

from dataclasses import replace

import pytest

from client.events import RecordsChanged
from client.usecases.answers import Preferences
from client.usecases.sync_answers import Left
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm

pytestmark = pytest.mark.functions(34, 136)
GONE = RecordsChanged({}, every=frozenset({"company"}), from_centre=True)


def with_left(crm, rows, at=0):
    crm.status_ = replace(crm.status_, left=Left(rows, ago(minutes=at)))
    return crm


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_list_that_got_shorter_says_so_once(window, width):
    crm = believable_crm()
    ui = await window("/companies", crm, width=width)
    with_left(crm, 12)
    crm.tell(GONE)
    await ui.settle()
    assert ui.keyed("snack").value == "12 records left your lists: your access to them ended"
    crm.tell(GONE)
    await ui.settle()
    assert crm.calls.count("note_left_told") == 1


async def test_what_left_while_nobody_looked_is_told_at_the_start_and_what_was_told_is_not(window):
    crm = with_left(believable_crm(), 1)
    ui = await window("/companies", crm)
    assert ui.keyed("snack").value == "1 record left your lists: your access to it ended"
    again = await window("/companies", crm)
    assert not again.shows("no longer yours to see")


@pytest.mark.parametrize(
    ("language", "rows", "words"),
    [
        ("en", 1, "1 company or contact left your lists"),
        ("en", 12, "12 companies and contacts left your lists"),
        ("ro", 1, "O firmă sau o persoană a ieșit din listele tale"),
        ("ro", 2, "2 firme și persoane au ieșit din listele tale"),
        ("ro", 20, "20 de firme și persoane au ieșit din listele tale"),
    ],
)
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_sync_page_tells_what_left_and_when(window, width, language, rows, words):
    crm = with_left(believable_crm(), rows)
    crm.preferences_ = Preferences(language, "light")
    ui = await window("/sync", crm, width=width)
    assert ui.keyed("sync.left").value.startswith(words)


async def test_the_sync_page_says_nothing_when_nothing_left(window):
    ui = await window("/sync")
    assert not ui.shows("No longer yours to see")
