"""Files beside their own list: in the pill, on the Sync page, and in the settings."""

from dataclasses import replace

import pytest

from client.events import FilesChanged
from client.usecases.answers import Preferences
from client.usecases.document_answers import FilesWaiting
from client.usecases.sync_answers import Inbox, Queue, SyncStatus
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm

pytestmark = pytest.mark.functions(135)


def with_files(count=2, waiting=0, language="en"):
    crm = believable_crm()
    crm.status_ = SyncStatus(last_ok_at=ago(), waiting=waiting, files=FilesWaiting(count, 3_400_000))
    crm.inbox_, crm.queue_ = Inbox(), Queue()
    crm.preferences_ = Preferences(language, "light")
    return crm


async def test_nothing_is_called_sent_while_files_wait(window):
    ui = await window("/sync", with_files())
    assert "2 files to send" in ui.texts_of("sync.pill")
    assert ui.keyed("sync.title").value == "2 files wait to be sent"
    assert ui.keyed("sync.files").value == "2 files wait, 3.4\u00a0MB"


async def test_changes_come_before_files_in_the_pill_and_files_have_their_own_line(window):
    ui = await window("/sync", with_files(waiting=3))
    assert "3 waiting" in ui.texts_of("sync.pill")
    assert ui.keyed("sync.files").value == "2 files wait, 3.4\u00a0MB"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 fișier așteaptă, 3,4\u00a0MB"),
        (2, "2 fișiere așteaptă, 3,4\u00a0MB"),
        (20, "20 de fișiere așteaptă, 3,4\u00a0MB"),
    ],
)
async def test_romanian_counts_files_as_people_do(window, count, said):
    ui = await window("/sync", with_files(count, language="ro"))
    assert ui.keyed("sync.files").value == said


async def test_without_files_the_sync_page_says_nothing_of_them(window):
    ui = await window("/sync", with_files(0))
    assert all("file" not in text.lower() for text in ui.texts())


async def test_the_settings_say_what_comes_by_itself_up_to_which_size_and_over_what(window):
    crm = believable_crm()
    ui = await window("/settings", crm)
    assert ui.shows("Up to 10\u00a0MB")
    await ui.press("files.up_to.25")
    assert crm.preferences_.files_up_to_mb == 25
    await ui.press("files.metered")
    assert crm.preferences_.files_metered
    await ui.press("files.asked")
    assert crm.preferences_.files == "asked"
    assert not ui.has("files.up_to")
    assert crm.preferences_ == replace(crm.preferences_, language="en", theme="light", files_up_to_mb=25)


async def test_the_office_whose_files_are_on_the_server_has_no_such_setting(window):
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_office=True)
    ui = await window("/settings", crm)
    assert not ui.has("files.auto")


async def test_whoever_signs_out_reads_that_files_stay_and_go_later(window):
    ui = await window("/settings", with_files(2))
    await ui.press("settings.sign_out")
    assert ui.keyed("sign_out.files").value == (
        "2 files have not been sent yet. They stay on this device, and are sent once you have signed in again."
    )
    assert not ui.shows("Everything is sent")


async def test_the_pill_follows_the_files_that_are_sent(window):
    crm = with_files(1)
    ui = await window("/companies", crm)
    assert "1 file to send" in ui.texts_of("sync.pill")
    crm.status_ = replace(crm.status_, files=FilesWaiting())
    crm.tell(FilesChanged())
    await ui.settle()
    assert not ui.shows("to send")
