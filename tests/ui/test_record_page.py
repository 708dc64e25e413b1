from dataclasses import replace

import flet as ft
import pytest

from client.events import RecordsChanged
from client.ui.layouts.list_rows import FIGURE_ROOM
from client.usecases.timeline_answers import Timeline, TimelineEntry
from tests.ui.believable import ago
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id, contact_id
from tests.ui.test_share import has_option

HOTEL = f"/companies/{company_id(0)}"


async def test_the_page_tells_three_facts_and_what_waits(window):
    ui = await window(HOTEL)
    assert ui.shows("2 changes wait since 09:12")
    assert ui.shows("Ioana Știrbei")
    assert ui.shows("rhythm: every 14 days")


async def test_a_note_is_added_in_place_by_keys_alone(window):
    ui = await window(HOTEL)
    await ui.key("N")
    assert ui.shows("Kept on this device once you save")
    await ui.type("note.text", "Vrea ofertă până vineri.")
    assert ui.keyed("note.unsaved").value == "Not saved yet"
    await ui.key("Enter", ctrl=True)
    assert ui.shows("Vrea ofertă până vineri.")
    assert ui.keyed("snack").value == "Note saved on this device"
    assert ui.keyed("note.text").value == ""
    assert ui.keyed("note.text").min_lines == 1


async def test_a_half_written_note_is_still_there_after_the_cursor_was_taken_out(window):
    ui = await window(HOTEL)
    await ui.type("note.text", "De întrebat de")
    before = ui.keyed("note.text")._i
    await ui.key("Escape")
    assert ui.keyed("note.text").value == "De întrebat de"
    assert ui.keyed("note.text")._i != before  # another box: the cursor is not in it
    assert ui.keyed("note.unsaved").value == "Not saved yet"


async def test_the_box_of_a_note_is_one_text_box_from_the_first_click_on(window):
    ui = await window(HOTEL)
    folded = ui.keyed("note.text")
    assert (folded.multiline, folded.min_lines) == (True, 1)
    await ui.type("note.text", "D")
    grown = ui.keyed("note.text")
    assert (grown._i, grown.multiline, grown.min_lines) == (folded._i, True, 3)


async def test_an_empty_note_folds_when_the_cursor_goes_elsewhere(window):
    ui = await window(HOTEL)
    await ui.type("note.text", "")
    assert ui.keyed("note.text").min_lines == 3
    await ui.leave("note.text")
    assert ui.keyed("note.text").min_lines == 1


async def test_past_contacts_stand_apart_and_lead_to_their_page(window):
    ui = await window(f"{HOTEL}/contacts")
    assert ui.shows("In the past")
    await ui.press(f"tie.{contact_id(0)}")
    assert ui.page.route == f"/contacts/{contact_id(0)}"
    assert ui.keyed("record.title").value == "Ioana Știrbei"


async def test_an_archived_company_leaves_the_list_and_undo_brings_it_back(window):
    crm = believable_crm()
    ui = await window(HOTEL, crm)
    await ui.press("record.archive")
    assert not ui.has(f"row.{company_id(0)}")
    assert ui.keyed("snack").value == "Archived: Hotel Șapte Brazi"
    await ui.press("snack.action")
    assert ui.has(f"row.{company_id(0)}")


@pytest.mark.functions(1, 13)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("entity", "pk"), [("company", company_id(0)), ("contact", contact_id(0))])
async def test_an_archived_record_says_so_and_can_be_brought_back(window, width, entity, pk):
    crm = believable_crm()
    crm.rows[entity][pk]["archived_at"] = ago(days=1)
    ui = await window(f"/{'companies' if entity == 'company' else 'contacts'}/{pk}", crm, width=width)
    assert ui.keyed("record.archived").value == "Archived yesterday"
    assert not has_option(ui, "record.archive")
    assert ui.has("record.edit")
    await ui.press("record.unarchive")
    assert not has_option(ui, "record.archived")
    assert not ui.has("record.unarchive")
    assert has_option(ui, "record.archive")
    assert ui.keyed("snack").value == f"Brought back: {crm.title(entity, pk)}"
    await ui.press("snack.action")
    assert ui.keyed("record.archived").value == "Archived today"


@pytest.mark.functions(1)
async def test_whoever_has_the_page_open_when_the_archive_arrives_is_told(window):
    crm = believable_crm()
    ui = await window(HOTEL, crm)
    assert not has_option(ui, "record.archived")
    crm.rows["company"][company_id(0)]["archived_at"] = ago()
    crm.tell(RecordsChanged({"company": frozenset({company_id(0)})}, from_centre=True))
    await ui.settle()
    assert ui.keyed("record.archived").value == "Archived today"
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"


@pytest.mark.functions(1)
async def test_whoever_may_not_archive_a_record_reads_that_it_is_and_cannot_bring_it_back(window):
    crm = believable_crm()
    crm.rows["company"][company_id(0)]["archived_at"] = ago()
    crm.denied = {"archive": "denied.archive.company"}
    ui = await window(HOTEL, crm)
    assert has_option(ui, "record.archived")
    assert not ui.has("record.unarchive")


async def test_empty_fields_are_hidden_and_the_rest_is_text(window):
    ui = await window(f"{HOTEL}/details")
    assert ui.shows("J08/9372/2002")
    assert not ui.shows("Legal name")


async def test_a_record_that_is_not_here_says_so(window):
    ui = await window("/companies/00000000-0000-0000-0000-000000000000")
    assert ui.shows("Not here any more")


async def test_calling_opens_the_phone_of_the_device(window):
    ui = await window(HOTEL)
    await ui.press("reach.call")
    assert ("launch_url", "tel:0368000120") in [(n, a.get("url")) for n, a in ui.connection.invoked if n == "launch_url"]


async def test_nobody_is_called_or_written_to_under_what_is_no_number_and_no_address(window):
    crm = believable_crm()
    mine = [p for p in crm.rows["contact_point"].values() if p.get("company_id") == company_id(0)]
    for point in mine:
        point["value"] = "abc"
    for width, height in ((1280, 800), (390, 844)):
        ui = await window(HOTEL, width=width, height=height, crm=crm)
        assert not ui.has("reach.call")
        assert not ui.has("reach.mail")
        assert ui.has("reach.navigate")
    ui = await window(f"{HOTEL}/details", crm=crm)
    await ui.press(f"point.{mine[0]['id']}")
    assert ui.has("form.save")
    assert not [n for n, _ in ui.connection.invoked if n == "launch_url"]


async def test_a_code_is_provisional_until_the_centre_has_confirmed_it(window):
    crm = believable_crm()
    crm.pending[company_id(0)] = frozenset({"code"})
    ui = await window(f"{HOTEL}/details", crm)
    assert ui.shows("C-1044 (provisional)")
    await ui.go(f"{HOTEL}?form=company:{company_id(0)}")
    assert ui.shows("Final when sent")


async def test_a_confirmed_code_is_just_a_code(window):
    ui = await window(f"{HOTEL}/details?form=company:{company_id(0)}")
    assert ui.shows("C-1044")
    assert not ui.shows("provisional")
    assert not ui.shows("Final when sent")


async def test_a_half_written_note_survives_a_visit_to_another_record_and_a_newer_record(window):
    crm = believable_crm()
    ui = await window(HOTEL, crm)
    await ui.type("note.text", "De întrebat de")
    crm.tell(RecordsChanged({"company": frozenset({company_id(0)})}, from_centre=True))
    await ui.settle()
    assert ui.keyed("note.text").value == "De întrebat de"
    await ui.go(f"/companies/{company_id(3)}")
    assert not ui.keyed("note.text").value
    await ui.go(HOTEL)
    assert ui.keyed("note.text").value == "De întrebat de"
    await ui.key("N")
    await ui.key("S", ctrl=True)
    await ui.go(f"/companies/{company_id(3)}")
    await ui.go(HOTEL)
    assert not ui.keyed("note.text").value
    assert ui.texts().count("De întrebat de") == 1


async def test_a_long_timeline_is_shown_in_parts_and_what_the_centre_adds_stands_at_its_time(window):
    crm = Long()
    crm.__dict__ |= believable_crm().__dict__
    ui = await window(HOTEL, crm)
    assert ui.shows("Nota 49.")
    assert not ui.shows("Nota 50.")
    await ui.press("timeline.older")
    assert ui.shows("Nota 59.")
    assert not ui.shows("Din arhivă.")
    await ui.press("timeline.older")
    texts = ui.texts()
    assert texts.index("Nota 30.") < texts.index("Din arhivă.") < texts.index("Nota 31.")
    crm.tell(RecordsChanged({"note": frozenset({"n"})}))
    await ui.settle()
    assert ui.shows("Din arhivă.")
    assert not ui.has("timeline.older")


async def test_a_note_on_a_person_of_the_company_says_with_whom_the_talk_was(window):
    crm = believable_crm()
    told = TimelineEntry("with", "note", "note", ago(days=1), "Ana Pop", body="Vrea mostre.", talked_with="Ioana Știrbei")
    crm.notes.append((company_id(0), told))
    ui = await window(HOTEL, crm)
    assert ui.shows("Note · with Ioana Știrbei")


class Long(FakeCrm):
    """A facade whose records have sixty notes here, and one past change at the centre."""

    decision: tuple[TimelineEntry, ...] = ()

    async def timeline(self, entity, id, after=None):
        if after is not None:
            past = TimelineEntry("x/1", "refused", "company", ago(days=30.5), "Ana Pop", body="Din arhivă.")
            return Timeline((past,), None, has_history=True)
        notes = (TimelineEntry(f"n{i}", "note", "note", ago(days=i), "Ana Pop", body=f"Nota {i}.") for i in range(60))
        return Timeline((*self.decision, *notes), "1", has_history=True)


async def test_a_decision_that_was_taken_back_leaves_the_timeline_although_older_parts_were_fetched(window):
    crm = Long()
    crm.__dict__ |= believable_crm().__dict__
    crm.decision = (TimelineEntry("card/1", "decided", "company", ago(hours=1), "Ana Pop", body="Hotărât atunci."),)
    ui = await window(HOTEL, crm)
    assert ui.shows("Hotărât atunci.")
    await ui.press("timeline.older")
    await ui.press("timeline.older")
    crm.decision = ()
    crm.tell(RecordsChanged({"sync_conflict": frozenset({"1"})}))
    await ui.settle()
    assert not ui.shows("Hotărât atunci.")


async def test_a_save_that_was_sent_stands_once_although_older_parts_were_fetched(window):
    crm = Long()
    crm.__dict__ |= believable_crm().__dict__
    made = TimelineEntry("tx/1", "changed", "company", ago(hours=1), "Ana Pop", body="Tocmai schimbat.", state="waiting")
    crm.decision = (made,)
    ui = await window(HOTEL, crm)
    await ui.press("timeline.older")
    await ui.press("timeline.older")
    crm.decision = (replace(made, id="x/9", state="sent"),)
    crm.tell(RecordsChanged({"company": frozenset({"1"})}))
    await ui.settle()
    assert ui.texts().count("Tocmai schimbat.") == 1


async def test_an_own_save_that_the_device_told_stands_once_when_the_centre_tells_it_in_an_older_part(window):
    crm = Long()
    crm.__dict__ |= believable_crm().__dict__
    crm.decision = (TimelineEntry("x/1", "refused", "company", ago(days=30.5), "Ana Pop", body="Din arhivă."),)
    ui = await window(HOTEL, crm)
    await ui.press("timeline.older")
    await ui.press("timeline.older")
    assert ui.shows("Nota 59.")
    assert ui.texts().count("Din arhivă.") == 1


class Decided(FakeCrm):
    """A facade whose record has one decision on each of two pages."""

    async def timeline(self, entity, id, after=None):
        n = 1 if after is None else 2
        made = TimelineEntry(f"card/{n}", "decided", "company", ago(days=n), "Ana Pop", body=f"Hotărârea {n}.")
        return Timeline((made,), "1/c" if after is None else None, has_history=True)


async def test_a_decision_of_an_older_page_stays_when_the_newest_is_read_again(window):
    crm = Decided()
    crm.__dict__ |= believable_crm().__dict__
    ui = await window(HOTEL, crm)
    await ui.press("timeline.older")
    assert ui.shows("Hotărârea 2.")
    crm.tell(RecordsChanged({"sync_conflict": frozenset({"1"})}))
    await ui.settle()
    assert ui.shows("Hotărârea 1.")
    assert ui.shows("Hotărârea 2.")


async def test_the_open_tab_is_scrolled_into_sight_where_not_all_fit(window):
    def scrolled(ui):
        return [args["offset"] for name, args in ui.connection.invoked if name == "scroll_to"]

    ui = await window(f"{HOTEL}/details", width=390)
    assert scrolled(ui) == [-1]
    await ui.press("tab.timeline")
    assert scrolled(ui) == [-1, 0]
    assert scrolled(await window(f"{HOTEL}/details", width=800)) == []


async def test_an_account_is_whole_where_there_is_little_room(window):
    for width in (390, 1000, 1280):
        ui = await window(f"{HOTEL}/accounts", width=width)
        account = next(c for c in ui.controls() if getattr(c, "value", "") == "RO49 AAAA 1B31 0075 9384 0000")
        row = ui.keyed(next(id for id in ui.ids() if id.startswith("part."))).content
        assert account.max_lines == (1 if width == 1280 else 3)
        tags = len(row.controls) - (4 if width == 390 else 5)  # dot, glyph, words, pencil and, but for a phone, the cross
        assert tags == (1 if width == 1280 else 0)


async def test_a_long_phone_number_ends_in_its_row(window):
    crm = believable_crm()
    crm.rows["contact"][contact_id(0)]["_phone"] = "+359 32 999 120, interior 204, secretariat"
    ui = await window("/contacts", crm, width=390)
    phone = next(c for c in ui.controls() if "interior 204" in str(getattr(c, "value", "")))
    first, _ = ui.keyed(f"row.{contact_id(0)}").content.controls[-1].controls
    assert first.controls[-1].width == FIGURE_ROOM
    assert phone.overflow is ft.TextOverflow.ELLIPSIS


@pytest.mark.parametrize("width", [1280, 390])
async def test_tabs_that_go_on_beyond_the_edge_fade_into_it_and_the_last_one_can_be_scrolled_out_of_it(window, width):
    ui = await window(f"/companies/{company_id(0)}", width=width)
    fade = ui.keyed("tabs.fade")
    strip = next(control for control in fade.parent.controls if isinstance(control, ft.Row))
    last = strip.controls[-1]
    assert fade.ignore_interactions
    assert isinstance(last, ft.Container)
    assert (last.width or 0) + strip.spacing >= fade.width
