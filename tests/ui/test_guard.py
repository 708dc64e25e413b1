"""Whatever fails in a handler, the screen stays and the person is told."""

from typing import Any  # handlers of any shape

import pytest

from client.ui.view_models.record_page import RecordPageModel
from shared_models.errors import ReplicaFull
from tests.ui.fake_crm import believable_crm, company_id


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
