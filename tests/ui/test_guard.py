"""Whatever fails in a handler, the screen stays and the person is told."""

import asyncio
from typing import Any, cast  # handlers of any shape

import flet as ft
import pytest

from client.events import ChangeLogChanged, RecordsChanged
from client.ui.app import stay
from client.ui.desk import Desk
from client.ui.view_models.record_page import RecordPageModel
from client.ui.view_models.shell import Shell
from shared_models.errors import ReplicaFull
from tests.ui.fake_crm import believable_crm, company_id
from tests.ui.probe import hurried


def broken(*_given: Any) -> Any:
    raise ZeroDivisionError


@pytest.mark.parametrize("way", ["press", "key"])
async def test_a_fault_of_a_screen_leaves_the_page_and_says_so(window, monkeypatch, caplog, way):
    ui = await window(f"/companies/{company_id(0)}")
    monkeypatch.setattr(RecordPageModel, "open_note", broken)
    await (ui.press("note.new") if way == "press" else ui.key("N"))
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"
    assert ui.shows("Something went wrong")
    assert "ZeroDivisionError" in caplog.text


async def test_a_full_disk_is_told_in_words_when_a_note_is_saved(window):
    crm = believable_crm()
    ui = await window(f"/companies/{company_id(0)}", crm)
    await ui.press("note.new")
    await ui.type("note.text", "Vrea mostre")
    crm.fail = ReplicaFull()
    await ui.key("Enter", ctrl=True)
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"
    assert ui.shows("disk")


class GonePage:
    """A page whose session has ended, as Flet answers for it."""

    route = "/"
    on_keyboard_event: Any = None
    on_connect: Any = None

    @property
    def session(self) -> Any:
        raise RuntimeError("An attempt to fetch destroyed session.")

    def run_task(self, handler: Any) -> None:
        raise RuntimeError("An attempt to fetch destroyed session.")


async def test_news_for_a_window_that_is_gone_ends_its_listening_and_disturbs_nobody(recwarn):
    crm = believable_crm()
    desk = Desk(cast(ft.Page, GonePage()), crm, Shell(crm), stay, hurried)
    desk.open()
    other: list[object] = []
    crm.listen(other.append)
    crm.tell(ChangeLogChanged())
    assert len(other) == 1
    assert crm.listeners == [other.append]
    desk.run(crm.sync_now())
    assert "sync_now" not in crm.calls
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]


async def test_a_save_is_not_disturbed_by_another_window_that_lost_its_connection(window):
    crm = believable_crm()
    away, ui = await window("/companies", crm), await window(f"/companies/{company_id(0)}?form=company:{company_id(0)}", crm)
    connection, away.session._Session__conn = away.session.connection, None
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.press("form.save")
    assert not ui.has("form.save")
    assert "Hotel Opt Brazi" in ui.keyed("snack").value
    away.session._Session__conn = connection
    await away.session.dispatch_event(1, "connect", None)
    await away.settle()
    assert away.shows("Hotel Opt Brazi")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_page_that_is_opened_as_the_connection_is_lost_is_read_when_it_is_back(window, width):
    crm = believable_crm()
    ui = await window("/inbox", crm, width=width)
    await ui.connection.route(f"/companies/{company_id(0)}")
    connection, ui.session._Session__conn = ui.session.connection, None
    await ui.settle()
    ui.session._Session__conn = connection
    await ui.session.dispatch_event(1, "connect", None)
    await ui.settle()
    assert ui.shows("Chef Mihai")


async def test_what_was_begun_in_a_window_that_does_not_come_back_is_dropped(window, recwarn):
    crm = believable_crm()
    ui = await window("/inbox", crm)
    desk = Desk(ui.page, crm, Shell(crm), stay, hurried)
    connection, ui.session._Session__conn = ui.session.connection, None
    desk.run(crm.sync_now())
    desk.close()
    ui.session._Session__conn = connection
    await ui.session.dispatch_event(1, "connect", None)
    await ui.settle()
    assert "sync_now" not in crm.calls
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]


async def test_news_at_the_moment_when_the_connection_is_lost_comes_with_the_next_one(window, monkeypatch):
    def lost(_):
        raise AttributeError("loop")

    crm = believable_crm()
    ui = await window("/companies", crm)
    with monkeypatch.context() as patch:
        patch.setattr(ui.page, "run_task", lost)
        crm.rows["company"][company_id(0)]["name"] = "Hotel Opt Brazi"
        crm.tell(RecordsChanged({"company": frozenset({company_id(0)})}))
    await ui.session.dispatch_event(1, "connect", None)
    await ui.settle()
    assert ui.shows("Hotel Opt Brazi")
    assert crm.listeners


@pytest.mark.parametrize("turns", range(8))
async def test_a_page_that_is_drawn_as_the_connection_breaks_is_whole_when_the_window_is_back(window, turns):
    """However far the window has come when Flet drops what it was about to do."""
    ui = await window(f"/companies/{company_id(0)}")
    await ui.connection.route("/sync")
    for _ in range(turns):
        await asyncio.sleep(0)
    connection = ui.connection
    await ui.session.disconnect(60)
    await ui.settle()
    await ui.session.connect(connection)
    await ui.settle()
    assert ui.keyed("sync.title").value == "5 things need you"


async def test_an_answer_for_a_box_that_is_gone_is_let_go_and_the_connection_stays(window, monkeypatch):
    ui = await window("/companies")
    await ui.key("K", ctrl=True)
    box, asks = ui.keyed("palette.text"), []
    with monkeypatch.context() as patch:
        patch.setattr(ui.connection, "send_message", lambda message: asks.append(message.body))
        asked = asyncio.ensure_future(box.focus())
        await asyncio.sleep(0)
    await ui.key("Escape")
    assert not ui.has("palette.text")
    ui.session.handle_invoke_method_results(asks[0].control_id, asks[0].call_id, None, None)
    await asked
