"""The failure state of a screen says what happened, what is safe and what to do, and has details to copy."""

import pytest

from client.ui.app import open_ui
from client.ui.colours import SETS
from client.ui.view_models.shell import Shell
from client.usecases.answers import Preferences
from shared_models.errors import ReplicaDamaged, ReplicaError, ReplicaFull
from tests.ui.fake_crm import believable_crm, company_id
from tests.ui.probe import Probe, hurried


@pytest.mark.parametrize("width", [1280, 1000, 800, 390])
@pytest.mark.parametrize(
    ("place", "id"),
    [("/companies", "list"), (f"/companies/{company_id(0)}", "record")],
)
async def test_a_failure_is_explained_at_every_width_and_tried_again(window, place, id, width):
    crm = believable_crm()
    crm.fail = ReplicaFull("disk")
    ui = await window(place, crm, width=width)
    assert ui.shows("The disk is full.")
    assert ui.shows("Everything that you saved is kept on this device")
    assert ui.shows("Free some space on the disk of this device")
    crm.fail = None
    await ui.press(f"{id}.again")
    assert not ui.shows("What happened")


@pytest.mark.parametrize(("place", "read"), [("inbox", "inbox"), ("sync", "status")])
async def test_the_inbox_and_the_sync_page_explain_theirs_likewise(window, monkeypatch, place, read):
    async def fail():
        raise ReplicaFull("disk")

    crm = believable_crm()
    ui = await window("/companies", crm)  # the frame around them has read already
    with monkeypatch.context() as patch:
        patch.setattr(crm, read, fail)
        await ui.press(f"nav.{place}")
    assert ui.shows("The disk is full.")
    assert ui.has(f"{place}.copy")
    await ui.press(f"{place}.again")
    assert not ui.shows("What happened")


async def test_a_failure_without_a_remedy_of_its_own_is_met_with_a_new_start(window):
    crm = believable_crm()
    crm.fail = ReplicaError("x")
    ui = await window("/companies", crm)
    assert ui.shows("close Fieldfare and open it anew")
    assert not ui.shows("Free some space")


async def test_a_damaged_file_is_not_called_safe(window):
    crm = believable_crm()
    crm.fail = ReplicaDamaged("replica.db")
    ui = await window("/companies", crm)
    assert ui.shows("What was not sent may still be in the file.")
    assert not ui.shows("Everything that you saved")


async def test_the_details_are_copied_without_anything_personal(window):
    crm = believable_crm()
    crm.fail = ReplicaFull("/home/ana/replica.db")
    ui = await window("/companies", crm)
    await ui.press("list.copy")
    [told] = [args["data"] for name, args in ui.connection.invoked if name == "set"]
    head, cause, screen, at = told.splitlines()
    assert (head.split()[0], cause, screen, at[-6:]) == ("Fieldfare", "D601", "companies", "+00:00")
    assert ui.keyed("snack").value == "The details are copied"


@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize(("error", "words"), [(ReplicaFull("disk"), "The disk is full."), (OSError(5), "Something went wrong")])
async def test_a_window_that_cannot_read_its_frame_is_not_blank_and_is_tried_again(window, error, words, width):
    crm = believable_crm()
    crm.fail_frame = error
    ui = await window("/companies", crm, width=width)
    assert ui.keyed("failed").value == "Your data could not be read"
    assert ui.shows(words)
    assert ui.shows("Everything that you saved is kept on this device")
    await ui.press("frame.again")
    assert ui.shows(words)
    await ui.press("frame.copy")
    assert ui.keyed("snack").value == "The details are copied"
    crm.fail_frame = None
    await ui.press("frame.again")
    assert not ui.shows("What happened")
    assert ui.has("list.search")


async def test_a_count_that_fails_first_is_told_in_the_language_of_the_reader(window, monkeypatch):
    async def fail():
        raise ReplicaFull("disk")

    crm = believable_crm("ro")
    crm.preferences_ = Preferences("ro", "dark")
    monkeypatch.setattr(crm, "inbox", fail)
    ui = await window("/companies", crm)
    assert ui.keyed("failed").value == "Datele tale nu s-au putut citi"
    assert ui.page.bgcolor == SETS["dark"].canvas


async def test_in_the_office_the_data_is_called_safe_on_the_server():
    crm = believable_crm()
    crm.fail_frame = ReplicaFull("disk")
    ui = await Probe.open(lambda page: open_ui(page, crm, rest=hurried, is_office=True), route="/companies")
    assert ui.shows("Everything that you saved is kept on the server.")
    await ui.close()


async def test_where_no_reader_is_known_the_device_says_the_language():
    async def romanian():
        return "ro"

    crm = believable_crm()
    crm.fail_frame = ReplicaFull("disk")
    shell = Shell(crm)
    await shell.start(romanian)
    assert (shell.state.failure, shell.state.preferences.language) == ("D601", "ro")
    crm.fail_frame = None
    await shell.start(romanian)
    assert (shell.state.failure, shell.state.preferences.language, shell.state.is_ready) == ("", "en", True)
