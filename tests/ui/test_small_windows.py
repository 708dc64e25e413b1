"""Nothing is cut on a small window: what there is no room for is left out or goes on the next line, and is told all the same."""

import asyncio
from dataclasses import replace

import flet as ft
import pytest

from client.ui.app import open_ui
from client.ui.colours import LIGHT
from client.ui.layouts.card_words import signature
from client.ui.theme import Look
from client.ui.widgets import lines_that_fit, width_of
from client.usecases.answers import Preferences
from client.usecases.form_drafts import FormDraft
from client.usecases.sync_answers import Side
from shared_models.texts import Texts
from tests.ui.believable import NOW, ago
from tests.ui.conftest import unhurried
from tests.ui.fake_crm import believable_crm, company_id
from tests.ui.probe import Probe

pytestmark = pytest.mark.functions(136)


def romanian(**status):
    crm = believable_crm("ro")
    crm.preferences_ = Preferences("ro", "light")
    crm.status_ = replace(crm.status_, **status)
    return crm


def pill(ui):
    """Return what the pill shows, and what it tells besides, to a screen reader and to a long press."""
    box = ui.keyed("sync.pill")
    return [c.value for c in parts(box.content) if isinstance(c, ft.Text) and len(c.value) > 1], box.tooltip


def parts(control):
    """Yield a control and all within it."""
    yield control
    for part in (getattr(control, "content", None), *(getattr(control, "controls", None) or ())):
        if part is not None:
            yield from parts(part)


@pytest.mark.parametrize(
    ("width", "shown"),
    [(500, ["5 te așteaptă · 3 de trimis", "Fără conexiune din 09:58"]), (390, ["5 te așteaptă"]), (320, [])],
)
async def test_the_pill_makes_room_for_the_title_beside_it(window, width, shown):
    ui = await window("/sync", romanian(), width=width)
    texts, told = pill(ui)
    assert texts == shown
    assert told == (None if len(shown) == 2 else "5 te așteaptă · 3 de trimis · Fără conexiune din 09:58")


async def test_where_there_is_room_the_pill_says_both(window):
    ui = await window("/companies", romanian(), width=390)
    assert pill(ui)[0] == ["5 te așteaptă · 3 de trimis", "Fără conexiune din 09:58"]


@pytest.mark.parametrize(("width", "height"), [(500, 64), (390, 56)])
async def test_the_top_bar_of_a_phone_has_room_for_a_pill_of_two_lines(window, width, height):
    ui = await window("/sync", romanian(), width=width)
    bars = [c for c in ui.controls() if isinstance(c, ft.Container) and any(p is ui.keyed("sync.pill") for p in parts(c))]
    assert min(bar.height for bar in bars if bar.height and bar.height > 44) == height


SHEETS = [("sign-out", "sign_out.leave"), ("palette", "palette.text"), ("keys", "keys.close")]


async def opened(window, sheet, width):
    """Return a window in which a sheet is open."""
    ui = await window("/settings", romanian(), width=width)
    if sheet == "sign-out":
        await ui.press("settings.sign_out")
    elif sheet == "palette":
        await ui.key("K", ctrl=True)
    else:
        await ui.key("/", shift=True)
    return ui


@pytest.mark.parametrize(("sheet", "inner"), SHEETS)
async def test_a_sheet_stands_at_the_bottom_of_a_phone_and_is_pulled_down_to_close_it(window, sheet, inner):
    ui = await opened(window, sheet, 390)
    holder = ui.keyed("sheet.bottom")
    assert (holder.bottom, holder.alignment) == (0, ft.Alignment.BOTTOM_CENTER)
    assert ui.keyed(inner) in list(parts(holder))
    pulled = {"l": {"x": 0, "y": 9}, "g": {"x": 0, "y": 9}, "v": {"x": 0, "y": 900}}
    await ui.session.dispatch_event(ui.keyed("sheet.grip")._i, "vertical_drag_end", {**pulled, "pv": -900})
    await ui.settle()
    assert ui.has(inner)
    await ui.session.dispatch_event(ui.keyed("sheet.grip")._i, "vertical_drag_end", {**pulled, "pv": 900})
    await ui.settle()
    assert not ui.has(inner)


@pytest.mark.parametrize(("sheet", "inner"), SHEETS)
async def test_a_sheet_of_a_wide_window_hangs_in_the_upper_middle(window, sheet, inner):
    ui = await opened(window, sheet, 1280)
    assert ui.has(inner)
    assert not ui.has("sheet.bottom")


def test_a_pill_of_one_line_fits_where_two_do_not():
    look = Look(None, Texts("ro"), 390, 844)  # type: ignore[arg-type]  # no colours are asked for
    words, connection = "Totul trimis", "Fără conexiune din 09:58"
    both, first = (width_of(look, line, "meta") + 44 for line in (connection, words))
    assert [lines_that_fit(look, words, connection, room) for room in (both, both - 1, first, first - 1)] == [2, 1, 1, 0]


@pytest.mark.parametrize(("width", "shares"), [(390, {1}), (320, {6, 8, 11})])
async def test_the_places_of_a_narrow_phone_share_its_width_by_their_names(window, width, shares):
    ui = await window("/companies", romanian(), width=width)
    cells = [c for c in ui.controls() if isinstance(c, ft.Semantics) and str(c.identifier).startswith("nav.")]
    assert {c.expand for c in cells} == shares


@pytest.mark.parametrize(("height", "has_mark"), [(800, True), (400, False)])
async def test_a_low_window_leaves_out_the_mark_so_that_the_settings_are_in_sight(window, height, has_mark):
    ui = await window("/companies", romanian(), width=640, height=height)
    assert ui.has("nav.settings")
    rail = next(c for c in ui.controls() if isinstance(c, ft.Container) and c.width == 64)
    pressable = [c for c in rail.content.controls if not isinstance(c, ft.Container)]
    assert len(rail.content.controls) - len(pressable) == (4 if has_mark else 1)


@pytest.mark.parametrize(("width", "words"), [(390, "1 câmp modificat"), (320, "1")])
async def test_the_heading_of_a_form_is_whole_and_the_changes_are_counted(window, width, words):
    crm = romanian()
    ui = await window(f"/companies/{company_id(0)}?form=company:{company_id(0)}", crm, width=width)
    await ui.type("field.name", "Hotel Opt Brazi")
    assert ui.keyed("form.changed").value == words


@pytest.mark.parametrize(("width", "is_stacked"), [(390, False), (320, True)])
async def test_the_answers_of_a_sheet_stand_below_each_other_on_a_narrow_phone(window, width, is_stacked):
    crm = romanian(waiting=3)
    crm.account_ = replace(crm.account_, opens_until=ago(days=-13))
    ui = await window("/settings", crm, width=width)
    await ui.press("settings.sign_out")
    rows = [c for c in ui.controls() if isinstance(c, ft.Row)]
    answers = [{c.identifier for c in row.controls if isinstance(c, ft.Semantics)} for row in rows]
    assert ({"sign_out.leave", "sign_out.stay"} in answers) is not is_stacked
    assert ({"sign_out.leave"} in answers) is is_stacked


@pytest.mark.parametrize(("width", "is_stacked"), [(390, False), (320, True)])
async def test_the_two_values_of_a_card_stand_below_each_other_on_a_narrow_phone(window, width, is_stacked):
    ui = await window("/inbox", romanian(), width=width)
    rows = [[c.value for c in parts(r) if isinstance(c, ft.Text)] for r in ui.controls() if isinstance(r, ft.Row)]
    together = any("Al tău" in words and any(w.startswith("Al celuilalt") for w in words) for words in rows)
    assert together is not is_stacked


@pytest.mark.parametrize(("width", "is_whole"), [(390, True), (320, False)])
async def test_a_reason_that_a_narrow_phone_has_no_room_for_stays_away(window, width, is_whole):
    crm = romanian()
    crm.rows["company"][company_id(0)]["visit_every_days"] = 14
    ui = await window(f"/companies/{company_id(0)}", crm, width=width)
    spans = [s.text for c in ui.controls() if isinstance(c, ft.Text) for s in c.spans or ()]
    assert "Ioana Știrbei" in spans
    assert any("Șef achiziții" in (text or "") for text in spans) is is_whole


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_where_something_needs_the_reader_the_pill_counts_also_what_waits(window, width, language):
    crm = romanian(waiting=1, needs_you=1)
    crm.preferences_ = Preferences(language, "light")
    ui = await window("/companies", crm, width=width)
    both = {"en": ["1 needs you", "1 waiting"], "ro": ["1 te așteaptă", "1 de trimis"]}[language]
    assert pill(ui)[0][:-1] == (both if width > 390 else [" · ".join(both)])


async def test_a_pill_without_room_for_what_waits_tells_it_to_whoever_asks(window):
    ui = await window("/sync", romanian(waiting=1, needs_you=1), width=390)
    texts, told = pill(ui)
    assert texts == ["1 te așteaptă"]
    assert told == "1 te așteaptă · 1 de trimis · Fără conexiune din 09:58"


async def test_a_low_rail_keeps_to_two_lines_in_its_pill(window):
    ui = await window("/companies", romanian(waiting=1, needs_you=1), width=1280, height=400)
    assert pill(ui)[0] == ["1 te așteaptă", "Fără conexiune din 09:58"]


@pytest.mark.parametrize(
    ("language", "width", "rows"),
    [("ro", 390, [4]), ("ro", 320, [2, 2]), ("en", 390, [4]), ("en", 320, [4]), ("ro", 1280, [4])],
)
async def test_the_colours_stand_in_two_rows_where_their_words_have_no_room(window, language, width, rows):
    crm = romanian()
    crm.preferences_ = Preferences(language, "light")
    ui = await window("/settings", crm, width=width)
    found = [
        [c for c in row.controls if isinstance(c, ft.Semantics) and str(c.identifier).startswith("theme.")]
        for row in ui.controls()
        if isinstance(row, ft.Row)
    ]
    assert [len(cells) for cells in found if cells] == rows
    look = Look(LIGHT, Texts(language), width, 844)
    room = (width - 4 * 16 - 4) / rows[0]
    for cell in (cell for cells in found for cell in cells if look.phone):
        [word] = [c.value for c in parts(cell) if isinstance(c, ft.Text)]
        [padding] = [c.padding for c in parts(cell) if getattr(c, "padding", None) is not None]
        assert width_of(look, word, "meta") + padding.left + padding.right <= room


def test_when_a_value_was_written_breaks_on_a_phone_between_words_alone():
    side = Side({"name": "Acme"}, by="Dan Rusu", at=ago(days=2))
    [wide], [phone] = ([signature(Look(LIGHT, Texts("ro"), width), side)] for width in (1280, 320))
    assert phone == ("Dan Rusu", "duminică 22\u00a0nov., 10:42")
    assert wide == ("Dan Rusu · duminică\u00a022\u00a0nov.", "10:42")


@pytest.mark.parametrize(("width", "lines"), [(320, 4), (390, 4), (1280, 1)])
async def test_a_message_is_as_high_on_a_phone_as_its_words_need(window, width, lines):
    crm = romanian()
    form = f"company:{company_id(0)}"
    crm.drafts[form] = FormDraft(form, "/", "Hotel Șapte Brazi Predeal", "form.edit.company", {"name": "x"}, at=ago())
    ui = await window("/companies", crm, width=width)
    words = ui.keyed("snack")
    bar = words.parent.parent
    assert words.value.endswith("Modifică firma · Hotel Șapte Brazi Predeal")
    assert (words.max_lines, bar.height) == (lines, None if width < 600 else 44)


async def test_the_tab_of_an_address_is_scrolled_to_again_while_the_letters_of_a_new_window_come():
    rests = []

    async def rest(seconds):
        if seconds > 1:
            rests.append((seconds, asyncio.Event()))
            await rests[-1][1].wait()

    def pass_first(seconds):
        next(event for one, event in rests if one == seconds).set()

    crm = romanian()
    ui = await Probe.open(
        lambda page: open_ui(page, crm, lambda: NOW, rest=rest, clock=unhurried()),
        width=320, height=640, route=f"/companies/{company_id(0)}/details",
    )  # fmt: skip

    def scrolled():
        return [args["offset"] for name, args in ui.connection.invoked if name == "scroll_to"]

    assert scrolled() == [-1]
    pass_first(1.5)
    await ui.settle()
    assert scrolled() == [-1, -1]
    await ui.go(f"/companies/{company_id(0)}")
    before = scrolled()
    pass_first(4.0)
    await ui.settle()
    assert scrolled() == before
    await ui.close()


async def test_the_tab_of_an_address_is_scrolled_to_again_when_the_page_is_loaded_anew(window):
    ui = await window(f"/companies/{company_id(0)}/details", romanian(), width=320, height=640)
    asked = len(ui.connection.invoked)
    await ui.load_anew()
    assert [args["offset"] for name, args in ui.connection.invoked[asked:] if name == "scroll_to"][:1] == [-1]
