"""A centre that is slow to answer, or does not, holds up nothing that the device has."""

import asyncio
from dataclasses import replace

import pytest

from client.events import RecordsChanged, SyncStatusChanged
from client.usecases.timeline_answers import Timeline, TimelineEntry
from shared_models.errors import ReplicaFull
from tests.ui.believable import ago
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id

HOTEL = f"/companies/{company_id(0)}"
AWAITED = "What was changed is being fetched from the centre…"
OFFLINE = "More past changes are kept at the centre, and shown when there is a connection."


class Frozen(FakeCrm):
    """A facade whose centre answers when it is thawed, and knows of one change."""

    def __init__(self):
        self.__dict__ |= believable_crm().__dict__
        self.thawed, self.asked, self.is_reached, self.fault = asyncio.Event(), 0, True, None
        self.here = [self.note("n1", "Notat aici.")]

    @staticmethod
    def note(id, body):
        """Return a note."""
        return TimelineEntry(id, "note", "note", ago(days=1), "Ana Pop", body=body)

    async def timeline(self, entity, id, after=None):
        """Answer once thawed."""
        self.asked += 1
        await self.thawed.wait()
        if self.fault is not None:
            raise self.fault
        past = TimelineEntry("x/1", "refused", "company", ago(days=30), "Ana Pop", body="Din arhivă.")
        return Timeline((*self.here, past), None, True) if self.is_reached else await self.timeline_here(entity, id)

    async def timeline_here(self, entity, id):
        """Return the notes."""
        return Timeline(tuple(self.here), None, False)


@pytest.mark.parametrize("width", [1280, 390])
async def test_what_the_device_has_is_shown_while_the_centre_is_silent(window, width):
    crm = Frozen()
    ui = await window(HOTEL, crm, width=width)
    assert ui.shows("Notat aici.")
    assert ui.shows(AWAITED)
    assert not ui.shows(OFFLINE)
    crm.thawed.set()
    await ui.settle()
    assert ui.shows("Din arhivă.")
    assert not ui.shows(AWAITED)


async def test_a_record_without_notes_says_that_its_history_is_on_its_way(window):
    crm = Frozen()
    crm.here = []
    ui = await window(HOTEL, crm)
    assert ui.shows(AWAITED)
    assert not ui.shows("Nothing yet")


async def test_a_note_is_there_at_once_and_the_silent_centre_is_not_asked_again_and_again(window):
    crm = Frozen()
    ui = await window(HOTEL, crm)
    for number in range(5):
        crm.here.append(crm.note(f"new{number}", f"A {number}-a."))
        crm.tell(RecordsChanged({"note": frozenset({"n"})}))
        await ui.settle()
        assert ui.shows(f"A {number}-a.")
    assert crm.asked == 1
    crm.thawed.set()
    await ui.settle()
    assert ui.shows("Din arhivă.")
    assert ui.shows("A 4-a.")
    assert crm.asked == 2


async def test_what_the_centre_told_before_stays_while_it_is_silent(window):
    crm = Frozen()
    crm.thawed.set()
    ui = await window(HOTEL, crm)
    crm.thawed.clear()
    crm.here.append(crm.note("n2", "Notat apoi."))
    crm.tell(RecordsChanged({"note": frozenset({"n2"})}))
    await ui.settle()
    assert ui.shows("Notat apoi.")
    assert ui.shows("Din arhivă.")
    assert ui.shows(AWAITED)


@pytest.mark.parametrize("fault", [ReplicaFull("disk"), ZeroDivisionError()])
async def test_an_answer_that_is_a_fault_leaves_what_the_device_has(window, fault):
    crm = Frozen()
    crm.fault = fault
    crm.thawed.set()
    ui = await window(HOTEL, crm)
    assert ui.shows("Notat aici.")
    assert ui.shows(OFFLINE)
    crm.thawed.clear()
    crm.tell(RecordsChanged({"note": frozenset({"n"})}))
    await ui.settle()
    assert ui.shows(AWAITED)
    crm.thawed.set()
    await ui.settle()
    assert ui.shows("Notat aici.")
    assert not ui.shows(AWAITED)


async def test_a_note_that_cannot_be_read_leaves_the_timeline(window, monkeypatch):
    async def fail(*_):
        raise ReplicaFull("disk")

    crm = Frozen()
    monkeypatch.setattr(crm, "draft", fail)
    crm.thawed.set()
    ui = await window(HOTEL, crm)
    assert ui.shows("Notat aici.")


async def test_a_history_that_was_out_of_reach_comes_with_the_connection(window):
    crm = Frozen()
    crm.is_reached = False
    crm.thawed.set()
    crm.status_ = replace(crm.status_, link="offline")
    ui = await window(HOTEL, crm)
    assert ui.shows(OFFLINE)
    asked = crm.asked
    crm.tell(SyncStatusChanged())
    await ui.settle()
    assert crm.asked == asked
    crm.is_reached, crm.status_ = True, replace(crm.status_, link="idle")
    crm.tell(SyncStatusChanged())
    await ui.settle()
    assert ui.shows("Din arhivă.")
    assert not ui.shows(OFFLINE)
    asked = crm.asked
    crm.tell(SyncStatusChanged())
    await ui.settle()
    assert crm.asked == asked


async def test_a_page_that_was_left_asks_no_more(window):
    crm = Frozen()
    ui = await window(HOTEL, crm)
    await ui.press("nav.inbox")
    crm.here.append(crm.note("n2", "Notat apoi."))
    crm.tell(RecordsChanged({"note": frozenset({"n2"})}))
    crm.thawed.set()
    await ui.settle()
    assert crm.asked == 1
