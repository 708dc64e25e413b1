"""Files on the page of a company: what each is, where it is, how one adds, fetches, replaces and keeps, and how one looks at it."""

from dataclasses import replace
from types import SimpleNamespace

import flet as ft
import pytest

from client.events import RecordsChanged
from client.ui import picking
from client.ui.desk import Desk
from client.ui.exchange import LocalFile
from client.usecases.answers import Owner
from client.usecases.document_answers import DocumentShown, FileVersion
from shared_models.errors import FileDamaged, ReplicaDamaged, ReplicaFull
from tests.ui.believable import ago
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id
from tests.ui.fake_documents import fill_files, fill_rivals

pytestmark = pytest.mark.functions(135)
HOTEL = Owner("company", company_id(0))
PAGE = f"/companies/{HOTEL.id}/files"


@pytest.fixture
def crm() -> FakeCrm:
    found = believable_crm()
    fill_files(found)
    return found


@pytest.fixture
def rivals() -> FakeCrm:
    found = believable_crm()
    fill_rivals(found)
    return found


@pytest.fixture
def picks(monkeypatch, tmp_path):
    """Files that the person picks next, by their names; and whether the picker let him take several."""
    found = SimpleNamespace(names=[], several=[])

    async def pick(desk: Desk, *, several: bool):
        found.several.append(several)
        return [LocalFile(name, 3, tmp_path / name) for name in found.names]

    monkeypatch.setattr("client.ui.views.files.pick", pick)
    return found


async def test_every_file_tells_what_it_is_whose_it_is_and_where_it_is(window, crm):
    ui = await window(PAGE, crm)
    assert ui.texts_of("tab.files") == ["Files", "7"]
    told = {
        "f1": ("Fațada dinspre parcare.jpg", "3.4\u00a0MB · You · 10:40", "Sending 40 %"),
        "f2": ("Comandă veselă noiembrie.pdf", "240\u00a0KB · You · 10:30", "Waits to be sent"),
        "f3": ("Oferta 2026-118 v2.pdf", "330\u00a0KB · You · 09:41 · Offer", "On this device · 1 earlier version"),
        "f5": ("Inventar textile.xlsx", "88\u00a0KB · Maria Ilie · 23 Nov", "Fetching 12 %"),
        "f6": ("Contract cadru.docx", "61\u00a0KB · Dan Rusu · 10:22", "Dan Rusu has not sent it yet"),
    }
    for id, (name, facts, state) in told.items():
        shown = ui.texts_of(f"file.{id}")
        assert [text for text in shown if len(text) > 1][:3] == [name, facts, state]
    assert "On the server" in ui.texts_of("file.f4")
    assert any("The server is busy" in text for text in ui.texts_of("file.f7"))


async def test_a_record_without_files_says_so_and_offers_the_button(window):
    ui = await window(PAGE, believable_crm())
    assert ui.shows("No files yet")
    assert ui.has("files.add")


async def test_whoever_may_add_nothing_is_offered_nothing(window, crm):
    crm.denied = {"document": "denied.change"}
    docs = crm.documents.of(HOTEL)
    docs[:] = [replace(one, denied="denied.change") for one in docs]
    ui = await window(PAGE, crm)
    assert not ui.has("files.add")
    assert not ui.has("file.f3.edit")
    assert not ui.has("file.f3.archive")


async def test_a_file_that_is_not_here_is_fetched_by_a_press_and_shows_how_much_has_come(window, crm):
    ui = await window(PAGE, crm)
    await ui.press("file.f4.fetch")
    assert crm.documents.done == [("fetch", "f4")]
    crm.documents.put("f4", state="fetching", progress=0.5)
    await ui.settle()
    assert "Fetching 50 %" in ui.texts_of("file.f4")
    await ui.press("file.f4.stop")
    assert crm.documents.done[-1] == ("stop", "f4")
    assert "On the server" in ui.texts_of("file.f4")


async def test_what_went_wrong_is_tried_again(window, crm):
    ui = await window(PAGE, crm)
    await ui.press("file.f7.again")
    assert crm.documents.done == [("again", "f7")]


async def test_the_files_that_are_picked_are_added_one_after_the_other_and_can_be_taken_back(window, crm, picks):
    picks.names = ["a.pdf", "b.pdf"]
    ui = await window(PAGE, crm)
    await ui.press("files.add")
    assert picks.several == [True]
    assert crm.documents.done == [("attach", "a.pdf"), ("attach", "b.pdf")]
    assert ui.shows("File added: b.pdf")
    await ui.press("snack.action")
    assert crm.undone == ["tx-new-2"]


async def test_a_file_that_cannot_be_added_stays_there_with_the_reason_until_it_can_or_is_given_up(window, crm, picks):
    crm.documents.refuse, picks.names = ReplicaFull("x"), ["a.pdf"]
    ui = await window(PAGE, crm)
    await ui.press("files.add")
    assert crm.documents.done == []
    assert ui.shows("a.pdf")
    assert any("disk" in text.lower() for text in ui.texts())
    crm.documents.refuse = None
    await ui.press("job.1.again")
    assert crm.documents.done == [("attach", "a.pdf")]
    crm.documents.refuse = ReplicaFull("x")
    await ui.press("files.add")
    await ui.press("job.2.cancel")
    assert not ui.has("job.2.cancel")


async def test_a_file_that_is_too_big_says_how_big_one_may_be(window, crm, picks):
    crm.documents.biggest_, picks.names = 2, ["a.mp4"]
    ui = await window(PAGE, crm)
    await ui.press("files.add")
    assert ui.shows("the server takes files up to 1\u00a0KB")
    assert crm.documents.done == []


async def test_a_new_version_takes_the_place_of_one_file(window, crm, picks):
    picks.names = ["v3.pdf"]
    ui = await window(PAGE, crm)
    await ui.press("file.f3.replace")
    assert picks.several == [False]
    assert crm.documents.done == [("replace", "f3 v3.pdf")]


async def test_a_file_is_archived_with_the_way_back(window, crm):
    ui = await window(PAGE, crm)
    await ui.press("file.f3.archive")
    assert crm.documents.done == [("archive", "f3")]
    await ui.press("snack.action")
    assert crm.undone == ["tx-archive"]


async def test_name_and_description_are_changed_in_the_form(window, crm):
    ui = await window(PAGE, crm)
    await ui.press("file.f3.edit")
    assert ui.page.route == f"{PAGE}?form=document%3Af3"


async def test_two_versions_are_told_apart_each_can_be_kept_and_that_can_be_taken_back(window, rivals):
    ui = await window(PAGE, rivals)
    assert ui.shows("2 versions: Mihai Stan 10:04, You 09:41")
    assert {"file.h1", "file.h2"} <= set(ui.ids())
    await ui.press("file.h1.keep")
    assert rivals.documents.done == [("keep", "h1")]
    await ui.press("snack.action")
    assert rivals.undone == ["tx-keep"]


async def test_a_long_list_goes_on_by_pages_and_stays_long_when_something_changes(window, crm):
    crm.documents.page_size = 3
    ui = await window(PAGE, crm)
    assert not ui.has("file.f4")
    await ui.press("files.more")
    assert ui.has("file.f6")
    crm.tell(RecordsChanged({"document": frozenset({"f1"})}))
    await ui.settle()
    assert ui.has("file.f6")
    await ui.press("files.more")
    assert ui.has("file.f7")
    assert not ui.has("files.more")


async def test_files_that_cannot_be_read_say_what_is_safe_and_can_be_tried_again(window, crm):
    crm.documents.fail = ReplicaDamaged("x")
    ui = await window(PAGE, crm)
    assert ui.shows("The files could not be read")
    crm.documents.fail = None
    await ui.press("files.again")
    assert ui.has("file.f3")


# -- the sheet of one file -------------------------------------------------------------------------------------------------


async def test_a_file_is_shown_page_by_page_and_by_keys(window, crm):
    ui = await window(PAGE, crm)
    await ui.press("file.f3")
    assert ui.page.route == f"{PAGE}?form=file%3Af3"
    assert ui.shows("Page 1 of 3")
    await ui.press("file.forth")
    assert ui.shows("Page 2 of 3")
    await ui.key("Arrow Right")
    await ui.key("Arrow Right")
    assert ui.shows("Page 3 of 3")
    await ui.press("file.back")
    assert crm.documents.done == [("preview", f"f3 {n}") for n in (0, 1, 2, 1)]
    await ui.key("Escape")
    assert ui.page.route == PAGE


async def test_an_earlier_version_can_be_looked_at(window, crm):
    ui = await window(f"{PAGE}?form=file:f3", crm)
    await ui.press("version.f3a")
    assert "Oferta 2026-118.pdf" in ui.texts()
    assert crm.documents.done[-1] == ("preview", "f3a 0")


async def test_a_file_that_is_not_here_is_fetched_when_it_is_opened_and_shown_once_it_came(window, crm):
    ui = await window(f"{PAGE}?form=file:f4", crm)
    assert crm.documents.done == [("fetch", "f4")]
    assert ui.shows("Fetching 0 %")
    await ui.press("file.stop")
    assert crm.documents.done[-1] == ("stop", "f4")
    crm.documents.put("f4", state="here", thumbnail=b"x")
    await ui.settle()
    assert crm.documents.done[-1] == ("preview", "f4 0")
    assert ui.shows("Page 1 of 3")


async def test_a_file_that_turns_out_damaged_says_so_and_is_shown_once_it_came_again(window, crm, monkeypatch):
    async def damaged(id, number=0):
        crm.documents.put(id, state="fetching")
        raise FileDamaged

    with monkeypatch.context() as patched:
        patched.setattr(crm.documents, "preview", damaged)
        ui = await window(f"{PAGE}?form=file:f3", crm)
        await ui.settle()
        assert ui.shows("The file is damaged on this device and was not opened.")
    crm.documents.put("f3", state="here")
    await ui.settle()
    assert crm.documents.done[-1] == ("preview", "f3 0")
    assert ui.shows("Page 1 of 3")


async def test_a_file_without_a_picture_says_so_and_is_opened_by_the_program_of_the_machine(window, crm):
    crm.documents.put("f5", state="here")
    ui = await window(f"{PAGE}?form=file:f5", crm)
    assert ui.shows("There is no preview of this file")
    await ui.press("file.save")
    assert crm.documents.done[-1] == ("open", "f5")


async def test_of_two_versions_one_is_kept_in_the_sheet(window, rivals):
    ui = await window(f"{PAGE}?form=file:h2", rivals)
    assert ui.shows("Versions to choose from")
    await ui.press("version.h1.keep")
    assert rivals.documents.done[-1] == ("keep", "h1")


async def test_the_sheet_of_a_file_that_is_gone_says_so(window, crm):
    ui = await window(f"{PAGE}?form=file:nobody", crm)
    assert ui.shows("This file is not here any more")
    await ui.press("file.close")
    assert ui.page.route == PAGE


async def test_the_sheet_of_a_file_that_another_version_replaced_goes_on_with_the_newest(window, crm):
    ui = await window(f"{PAGE}?form=file:f2", crm)
    new = FileVersion("f2b", "Comandă nouă.pdf", "application/pdf", 1, by="Dan Rusu", at=ago(), thumbnail=b"x")
    docs = crm.documents.of(HOTEL)
    place = next(i for i, one in enumerate(docs) if one.id == "f2")
    docs[place] = DocumentShown("f2b", (new,), (docs[place].newest,))
    crm.tell(RecordsChanged({"document": frozenset({"f2b"})}))
    await ui.settle()
    assert ui.has("version.f2b")
    assert ui.has("version.f2")


# -- the way of a file between the browser and the program -----------------------------------------------------------------


class Exchange:
    """Notes what is offered."""

    def __init__(self) -> None:
        self.offered: list[tuple[str, str]] = []

    def slot(self, who, size_bytes):
        raise AssertionError("nothing is uploaded")

    def offer(self, who, content, name):
        self.offered.append((content.path.name, name))
        return "/files/token"


async def test_in_a_browser_a_copy_is_saved_without_leaving_the_page(window, crm, tmp_path):
    ui = await window(PAGE, crm)
    crm.documents.paths["f3"] = tmp_path / "blob"
    exchange = Exchange()
    desk = SimpleNamespace(page=SimpleNamespace(web=True, client_ip="ana"), crm=crm, exchange=exchange)
    await picking.have_copy(desk, "f3", "Oferta.pdf")  # type: ignore[arg-type]  # what it needs of a desk
    assert exchange.offered == [("blob", "Oferta.pdf")]
    sent = next(args for name, args in ui.connection.invoked if name == "launch_url")
    assert (sent["url"], sent["web_only_window_name"]) == ("/files/token", "_self")


async def test_what_is_picked_on_a_machine_has_a_path_and_in_a_browser_is_uploaded(window, crm, monkeypatch):
    ui = await window(PAGE, crm)
    found = [ft.FilePickerFile(0, "a.pdf", 3, path="/home/ana/a.pdf"), ft.FilePickerFile(1, "b.pdf", 4)]

    async def picked(self, **asked):
        return found

    monkeypatch.setattr(ft.FilePicker, "pick_files", picked)
    desk = SimpleNamespace(page=ui.page, crm=crm, exchange=Exchange())
    local, uploaded = await picking.pick(desk, several=True)  # type: ignore[arg-type]  # as above
    assert isinstance(local, LocalFile)
    assert (str(local.path), local.is_temporary) == ("/home/ana/a.pdf", False)
    assert (uploaded.name, uploaded.size, uploaded.is_temporary) == ("b.pdf", 4, True)
    assert str(await local.take(lambda had: None)) == "/home/ana/a.pdf"
