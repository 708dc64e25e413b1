"""What stands where in a list, what heads it, and what is drawn again when one row changes."""

import asyncio
from dataclasses import replace

import pytest

from client.events import RecordsChanged
from client.ui.colours import SETS
from client.ui.layouts.list_groups import ROW_WIDE
from client.ui.layouts.list_rows import face_of
from client.ui.theme import Look
from client.ui.widgets.marks import company_initials, initials_of
from client.usecases.list_answers import CompanyRow, ListQuery
from shared_models.texts import Texts
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id, contact_id
from tests.ui.test_lists import rows_of


def boxes(ui):
    """Return id -> the control of its row, in one walk over the screen."""
    found = ((str(getattr(c.key, "value", c.key)), c) for c in ui.controls() if c.key is not None)
    return {key.removeprefix("row."): c for key, c in found if key.startswith("row.")}


def many(count: int) -> FakeCrm:
    """Return a facade with so many companies."""
    crm = believable_crm()
    crm.rows["company"] = {
        company_id(i): {"id": company_id(i), "name": f"Firma {i:03}", "code": f"C-{i}", "visit_every_days": 30, "_last": ago(i)}
        for i in range(count)
    }
    return crm


async def test_companies_stand_by_when_a_visit_is_due_the_longest_overdue_first(window):
    ui = await window("/companies")
    texts = ui.texts()
    heads = ["Due for a visit", "This week", "Later", "No rhythm set"]
    places = [texts.index(head) for head in heads]
    assert places == sorted(places)
    assert texts.index("Vila Belvedere") < places[1] < texts.index("Hanul Domnesc") < places[2]
    assert texts.index("Ambalaje Ceahlău SRL") > places[3]


async def test_a_late_company_that_nobody_talked_to_says_so(window):
    ui = await window("/companies")
    assert "no talk yet" in ui.texts()


@pytest.mark.functions(34)
async def test_no_talk_is_said_to_be_none_where_talks_may_be_kept_from_the_reader(window):
    crm = believable_crm()
    crm.sees_all_ties = False
    ui = await window("/companies", crm)
    assert "no talk you may see" in ui.texts()
    assert "no talk yet" not in ui.texts()


@pytest.mark.functions(38)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_list_says_by_what_it_stands_and_each_row_shows_the_figure(window, width):
    ui = await window("/companies", width=width)
    texts = ui.texts()
    assert ui.keyed("list.order").value == "Most overdue first"
    assert texts[texts.index("Vila Belvedere") : texts.index("Țesătoria Îndrăzneață SRL")][-1] == "6 d late"
    assert any(text.startswith("in ") for text in texts[texts.index("Hanul Domnesc") :][:6])
    await ui.press("order.name")
    assert ui.keyed("list.order").value == "By name"
    assert "6 d late" not in ui.texts()
    await ui.press("order.recent")
    assert ui.keyed("list.order").value == "Last changed first"
    contacts = await window("/contacts", width=width)
    assert contacts.keyed("list.order").value == "By last name"


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("order", ["due", "name", "recent"])
def test_a_figure_of_a_row_says_what_it_is_an_age_of(language, order):
    look = Look(SETS["light"], Texts(language), now=NOW)
    item = CompanyRow("c-1", "Acme", None, "", "sent", last_note_at=ago(days=81), changed_at=ago(days=81))
    late = replace(item, every_days=30, due_at=ago(days=81))
    said = {face_of(look, one, None, order).low_right for one in (item, late, replace(late, due_at=ago(days=-81)))}
    assert said & {"81 d", "81 z"} == set()
    assert len(said) == (3 if order == "due" else 1)


@pytest.mark.parametrize(("order", "is_late"), [("due", True), ("name", True), ("recent", False)])
def test_only_a_figure_that_tells_of_a_late_visit_is_coloured(order, is_late):
    look = Look(SETS["light"], Texts("en"), now=NOW)
    item = CompanyRow("c-1", "Acme", None, "", "sent", last_note_at=ago(days=81), changed_at=ago(), due_at=ago(days=51))
    face = face_of(look, item, None, order)
    assert face.is_late is is_late
    assert order != "recent" or face.low_right == "changed just now"


async def test_what_a_search_found_is_said_to_stand_by_how_well_it_fits(window):
    ui = await window("/companies")
    await ui.type("list.search", "hotel")
    assert ui.shows("Best matches first")
    assert not ui.has("list.order")


async def test_in_the_last_changed_the_age_of_the_change_stands_in_the_row(window):
    crm = many(3)
    for i in range(3):
        crm.rows["company"][company_id(i)]["updated_at"] = ago(i + 3)
    ui = await window("/companies", crm)
    await ui.press("order.recent")
    assert rows_of(ui) == [company_id(i) for i in range(3)]
    assert [text for text in ui.texts() if text.startswith("changed ")] == [f"changed {i} d ago" for i in (3, 4, 5)]


async def test_contacts_stand_by_last_name_and_letters_with_marks_among_their_plain_ones(window):
    ui = await window("/contacts")
    last = [
        ui.texts().index(name) for name in ("Sorin Albu", "Anca Mureșan", "Ioana Știrbei", "Katalin Szabó", "Ștefan Țurcanu")
    ]
    assert last == sorted(last)
    assert rows_of(ui)[0] == contact_id(17)


async def test_a_code_that_the_centre_has_not_confirmed_is_marked_in_the_list(window):
    crm = believable_crm()
    crm.states[company_id(0)], crm.pending[company_id(0)] = "waiting", frozenset({"code"})
    ui = await window("/companies", crm)
    assert "C-1044 ?" in ui.texts()
    assert "C-1101" in ui.texts()


async def test_when_one_row_changes_only_that_row_is_drawn_and_the_list_stays_where_it_was(window):
    crm = many(200)
    ui = await window("/companies", crm)
    for _ in range(3):
        await scroll_to_the_end(ui)
    assert len(rows_of(ui)) == 200
    listed = next(c for c in ui.controls() if type(c).__name__ == "ListView")
    before = boxes(ui)
    known, asked = {c._i for c in ui.controls()}, len(ui.connection.invoked)
    ui.connection.sent_bytes = 0
    changed = rows_of(ui)[120]
    crm.rows["company"][changed]["name"] = "Firma cu alt nume"
    crm.tell(RecordsChanged({"company": frozenset({changed})}))
    await ui.settle()
    assert ui.shows("Firma cu alt nume")
    drawn = [id for id, control in boxes(ui).items() if control is not before[id]]
    assert drawn == [changed]
    assert {c._i for c in ui.controls()} <= known
    assert ui.connection.sent_bytes < 2_000
    assert next(c for c in ui.controls() if type(c).__name__ == "ListView")._i == listed._i
    assert not [call for call in ui.connection.invoked[asked:] if call[0] == "scroll_to"]


async def test_a_window_that_becomes_a_little_wider_draws_no_row_again(window):
    ui = await window("/companies", many(60))
    before = boxes(ui)
    await ui.resize(1300, 820)
    after = boxes(ui)
    assert len(after) == 50
    assert all(after[id] is control for id, control in before.items())


async def scroll_to_the_end(ui):
    """Scroll a list to its end, as the client tells it."""
    listed = next(c for c in ui.controls() if type(c).__name__ == "ListView")
    where = {
        "event_type": "update", "pixels": 5000.0, "min_scroll_extent": 0.0, "max_scroll_extent": 5000.0,
        "viewport_dimension": 600.0,
    }  # fmt: skip
    await ui.session.dispatch_event(listed._i, "scroll", where)
    await ui.settle()


async def test_a_record_that_is_opened_out_of_sight_is_scrolled_to(window):
    crm = many(40)
    ui = await window("/companies", crm)
    asked = len(ui.connection.invoked)
    await ui.go(f"/companies/{rows_of(ui)[30]}")
    assert [args["offset"] for name, args in ui.connection.invoked[asked:] if name == "scroll_to"]


def scrolls(ui, asked):
    """Return where the list was scrolled to since so many calls."""
    return [args["offset"] for name, args in ui.connection.invoked[asked:] if name == "scroll_to"]


@pytest.mark.functions(38)
async def test_a_record_of_a_later_page_stands_in_the_list_beside_it_and_the_keys_go_on_from_there(window):
    crm = many(400)
    third = (await crm.companies(ListQuery(order="due"), "100")).rows
    chosen, following = third[20].id, third[21].id
    ui = await window(f"/companies/{chosen}", crm)
    assert len(rows_of(ui)) == 150
    assert scrolls(ui, 0)[-1] > 120 * ROW_WIDE - 800
    await ui.key("J")
    assert ui.page.route == f"/companies/{following}"
    assert len(rows_of(ui)) == 150


async def test_a_record_that_no_page_holds_leaves_the_list_as_it_is(window):
    ui = await window(f"/companies/{contact_id(0)}", many(500))
    assert len(rows_of(ui)) == 50


async def test_a_record_of_a_later_page_is_no_reason_to_widen_what_was_asked_for(window):
    crm = many(200)
    ui = await window("/companies", crm)
    await ui.type("list.search", "Firma 19")
    found = rows_of(ui)
    assert 0 < len(found) < 50
    await ui.go(f"/companies/{company_id(0)}")
    assert rows_of(ui) == found


async def test_rows_that_are_asked_for_anew_begin_at_their_top_and_so_does_the_head_over_them(window):
    ui = await window("/companies", many(60))
    await scroll_to_the_end(ui)
    assert "Later" in pinned(ui)
    await ui.press("order.name")
    await ui.press("order.due")
    assert "Due for a visit" in pinned(ui)


async def test_a_list_in_another_order_is_scrolled_to_the_record_that_is_open(window, monkeypatch):
    crm = many(40)
    read = crm.companies

    async def read_later(query, after=None):
        for _ in range(10):  # as a thread would: the list is drawn meanwhile
            await asyncio.sleep(0)
        return await read(query, after)

    monkeypatch.setattr(crm, "companies", read_later)
    ui = await window("/companies", crm)
    await ui.go(f"/companies/{rows_of(ui)[0]}")
    asked = len(ui.connection.invoked)
    await ui.press("order.name")
    assert scrolls(ui, asked)[-1] > 30 * ROW_WIDE - 800


async def test_a_window_that_becomes_wide_shows_the_row_of_the_open_record(window):
    crm = many(40)
    ids = rows_of(await window("/companies", crm))
    ui = await window(f"/companies/{ids[30]}", crm, width=800)
    assert not scrolls(ui, 0)
    await ui.resize(1280, 800)
    assert scrolls(ui, 0)[-1] > 0


def pinned(ui, order="Most overdue first"):
    """Return what stands pinned over a list."""
    texts = ui.texts()
    return texts[: texts.index(order)][-2:]


@pytest.mark.functions(38)
async def test_a_page_that_is_loaded_anew_shows_its_list_where_it_was_under_the_same_head(window):
    ui = await window("/companies", many(40))
    chosen = rows_of(ui)[-1]
    await ui.press(f"row.{chosen}")
    await scroll_to_the_end(ui)
    head, asked = pinned(ui), len(ui.connection.invoked)
    await ui.load_anew()
    assert scrolls(ui, asked)[0] == 5000
    assert "Later" in head
    assert pinned(ui) == head


async def test_a_page_that_is_loaded_anew_shows_the_row_of_the_open_record(window):
    ui = await window("/companies", many(40))
    await ui.press(f"row.{rows_of(ui)[0]}")
    await scroll_to_the_end(ui)
    asked = len(ui.connection.invoked)
    await ui.load_anew()
    assert scrolls(ui, asked) == [5000, 0]


@pytest.mark.functions(38)
@pytest.mark.parametrize("way", ["back", "nav.companies", "escape", "elsewhere"])
async def test_a_phone_that_goes_back_to_a_list_finds_it_where_it_was(window, way):
    ui = await window("/companies", many(40), width=390, height=844)
    await scroll_to_the_end(ui)
    head = pinned(ui)
    await ui.press(f"row.{rows_of(ui)[-1]}")
    asked = len(ui.connection.invoked)
    if way == "escape":
        await ui.key("Escape")
    elif way == "elsewhere":
        await ui.go("/companies")
        await ui.press("nav.contacts")
        asked = len(ui.connection.invoked)
        await ui.press("nav.companies")
    else:
        await ui.press(way)
    assert scrolls(ui, asked) == [5000]
    assert "Later" in head
    assert pinned(ui) == head


async def test_a_list_that_was_asked_for_anew_before_one_comes_back_to_it_begins_at_its_top(window):
    ui = await window("/companies", many(40), width=390, height=844)
    await scroll_to_the_end(ui)
    await ui.press("order.name")
    asked = len(ui.connection.invoked)
    await ui.press(f"row.{rows_of(ui)[0]}")
    await ui.press("back")
    assert not any(scrolls(ui, asked))  # 0: the tabs of the page between


def test_initials_keep_their_marks_and_skip_what_says_only_the_kind():
    assert company_initials("Hotel Șapte Brazi") == "ȘB"
    assert company_initials("Hotel S\u0326apte Brazi") == "ȘB"
    assert company_initials("Băcănia lui Nae") == "BN"
    assert company_initials("Ambalaje Ceahlău SRL") == "AC"
    assert company_initials("3M") == "3"
    assert initials_of("Ana Maria Țuțea") == "AȚ"
