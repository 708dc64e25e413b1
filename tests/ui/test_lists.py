import pytest

from client.events import ChangeLogChanged, RecordsChanged
from shared_models.errors import ReplicaDamaged
from tests.ui.believable import ago
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id, empty_crm


def rows_of(ui):
    """Return the ids of the rows on the screen, from the top."""
    return [i.removeprefix("row.") for i in ui.ids() if i.startswith("row.")]


@pytest.mark.functions(38)
async def test_search_finds_without_diacritics_and_a_cleared_box_brings_all_back(window):
    ui = await window("/companies")
    await ui.type("list.search", "tesatoria")
    assert rows_of(ui) == [company_id(1)]
    await ui.press("list.search.clear")
    assert len(rows_of(ui)) == 31


async def test_letters_typed_on_while_the_list_is_searched_are_not_eaten(window):
    ui = await window("/companies")
    await ui.type_on("list.search", "tes", then="tesato")
    assert ui.keyed("list.search").value == "tesato"
    await ui.press("list.search.clear")
    assert ui.keyed("list.search").value == ""


async def test_chips_narrow_the_list_and_a_second_press_widens_it(window):
    ui = await window("/companies")
    await ui.press("filter.role.supplier")
    assert ui.shows("Detergenți Someș SA")
    assert not ui.has(f"row.{company_id(0)}")
    await ui.press("filter.role.supplier")
    assert ui.has(f"row.{company_id(0)}")


async def test_a_wide_window_shows_list_and_detail_and_j_moves_on(window):
    ui = await window("/companies")
    first, second = rows_of(ui)[:2]
    assert ui.has("record.edit")
    await ui.key("J")
    assert ui.page.route == f"/companies/{second}"
    await ui.key("K")
    assert ui.page.route == f"/companies/{first}"


async def test_a_wide_list_opens_with_the_record_that_was_used_last_and_a_search_with_its_first(window):
    crm = believable_crm()
    crm.used.append(("company", company_id(7)))
    ui = await window("/companies", crm)
    assert ui.keyed("record.title").value == crm.title("company", company_id(7))
    await ui.type("list.search", "tesatoria")
    assert ui.keyed("record.title").value == crm.title("company", company_id(1))
    await ui.press("list.search.clear")
    assert ui.keyed("record.title").value == crm.title("company", company_id(1))


async def test_a_record_that_stands_open_stays_when_its_row_moves_and_goes_when_it_leaves(window):
    crm = believable_crm()
    ui = await window("/companies", crm)
    first, second = rows_of(ui)[:2]
    crm.rows["company"][first]["_last"] = crm.rows["company"][second]["_last"] = ago()
    crm.tell(RecordsChanged({"company": frozenset({first})}))
    await ui.settle()
    assert rows_of(ui)[0] != first
    assert ui.keyed("record.title").value == crm.title("company", first)
    crm.used.clear()
    await ui.press("record.archive")
    assert ui.keyed("record.title").value == crm.title("company", rows_of(ui)[0])


@pytest.mark.parametrize("route", ["/companies", f"/companies/{company_id(17)}"])
@pytest.mark.parametrize("is_archived", [True, False])
async def test_the_page_of_a_record_that_another_archives_or_takes_away_says_so_and_no_other_one_opens(
    window, route, is_archived
):
    crm = believable_crm()
    ui = await window(route, crm)
    first, name = company_id(17), ui.keyed("record.title").value
    assert name == crm.title("company", first)
    crm.used.clear()
    if is_archived:
        crm.rows["company"][first]["archived_at"] = ago()
    else:
        del crm.rows["company"][first]
    for event in (ChangeLogChanged(), RecordsChanged({"company": frozenset({first})}, from_centre=True), ChangeLogChanged()):
        crm.tell(event)
        await ui.settle()
    assert first not in rows_of(ui)
    assert ui.shows("Archived today" if is_archived else f"{name} left your lists")
    await ui.press("nav.contacts")
    await ui.go("/companies")
    assert ui.keyed("record.title").value != name


async def test_a_record_that_another_archived_is_brought_back_where_it_stood_open(window):
    crm = believable_crm()
    ui = await window("/companies", crm)
    crm.rows["company"][company_id(17)]["archived_at"] = ago()
    crm.tell(RecordsChanged({"company": frozenset({company_id(17)})}, from_centre=True))
    await ui.settle()
    await ui.press("record.unarchive")
    assert rows_of(ui)[0] == company_id(17)
    assert ui.keyed("record.title").value == crm.title("company", company_id(17))


async def test_letters_typed_into_the_search_box_are_not_keys(window):
    ui = await window("/companies")
    await ui.type("list.search", "h")
    before = ui.page.route
    await ui.key("J")
    await ui.key("N")
    assert ui.page.route == before


async def test_a_phone_shows_one_pane_and_a_row_leads_to_the_page_and_back(window):
    ui = await window("/companies", width=390, height=844)
    assert not ui.has("record.edit")
    await ui.press(f"row.{company_id(0)}")
    assert ui.page.route == f"/companies/{company_id(0)}"
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"
    await ui.press("back")
    assert ui.has(f"row.{company_id(0)}")


async def test_the_frame_follows_the_width_of_the_window(window):
    ui = await window("/contacts", width=390)
    assert ui.has("nav.more")
    await ui.resize(820, 900)
    assert not ui.has("nav.more")
    assert ui.has("nav.settings")


async def test_an_empty_list_says_what_to_do_next(window):
    ui = await window("/companies", empty_crm())
    assert ui.shows("No companies yet")
    await ui.press("list.first")
    assert ui.has("form.save")


async def test_a_list_that_cannot_be_read_says_so_and_tries_again(window):
    crm = believable_crm()
    crm.fail = ReplicaDamaged()
    ui = await window("/companies", crm)
    assert ui.shows("The list could not be read")
    crm.fail = None
    await ui.press("list.again")
    assert ui.has(f"row.{company_id(0)}")


async def test_nothing_found_offers_to_show_all(window):
    ui = await window("/companies")
    await ui.type("list.search", "zzzz")
    assert ui.shows("Nothing found")
    await ui.press("list.clear")
    assert ui.has(f"row.{company_id(0)}")


async def test_an_unforeseen_error_becomes_a_message_and_never_replaces_the_page(window):
    class Faulty(FakeCrm):
        async def archive(self, entity, id):
            raise RuntimeError("no such thing")

    crm = believable_crm()
    crm.__class__ = Faulty
    ui = await window(f"/companies/{company_id(0)}/addresses", crm)
    removal = next(i for i in ui.ids() if i.startswith("part.") and i.endswith(".remove"))
    await ui.press(removal)
    assert "Something went wrong" in ui.keyed("snack").value
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"


async def test_arrows_walk_from_the_search_box_through_what_it_found_and_escape_empties_it(window):
    ui = await window("/companies")
    await ui.type("list.search", "hotel")
    found = rows_of(ui)
    await ui.key("Arrow Down")
    assert ui.page.route == f"/companies/{found[1]}"
    await ui.type("list.search", "hotel ")
    await ui.key("Escape")
    assert ui.keyed("list.search").value == ""
    assert len(rows_of(ui)) == 31


async def test_arrows_in_a_text_of_many_lines_move_only_its_cursor(window):
    ui = await window(f"/companies/{company_id(0)}")
    await ui.type("note.text", "rândul unu\nrândul doi")
    await ui.key("Arrow Down")
    assert ui.page.route == f"/companies/{company_id(0)}"


async def test_enter_in_the_search_box_opens_the_best_row_for_what_is_typed_by_now(window):
    ui = await window("/companies", width=390)
    await ui.type("list.search", "podgoria")
    await ui.session.dispatch_event(ui.keyed("list.search")._i, "submit", "podgoria")
    await ui.settle()
    assert ui.page.route == f"/companies/{company_id(11)}"
    await ui.key("Escape")
    assert ui.page.route == "/companies"


async def test_what_lies_under_a_sheet_cannot_be_reached(window):
    ui = await window("/companies")
    assert ui.keyed("under").disabled is False
    await ui.key("K", ctrl=True)
    assert ui.keyed("under").disabled is True
    await ui.key("Escape")
    assert ui.keyed("under").disabled is False


@pytest.mark.functions(38)
async def test_a_list_is_as_it_was_left_when_one_comes_back_to_it(window):
    ui = await window("/companies")
    await ui.type("list.search", "hotel")
    found = rows_of(ui)
    assert 1 < len(found) < 31
    await ui.press(f"row.{found[1]}")
    await ui.press("nav.contacts")
    assert ui.page.route == "/contacts"
    await ui.press("nav.companies")
    assert ui.page.route == f"/companies/{found[1]}"
    assert ui.keyed("list.search").value == "hotel"
    assert rows_of(ui) == found


async def test_pressing_the_screen_where_one_is_leads_to_its_beginning(window):
    ui = await window(f"/companies/{company_id(3)}", width=390, height=844)
    await ui.press("nav.companies")
    assert ui.page.route == "/companies"


async def test_a_record_that_changed_meanwhile_is_new_in_a_list_that_one_comes_back_to(window):
    crm = believable_crm()
    ui = await window("/companies", crm)
    shown = len(rows_of(ui))
    await ui.press("nav.sync")
    await crm.archive("company", company_id(0))
    await ui.press("nav.companies")
    assert len(rows_of(ui)) == shown - 1


async def test_what_is_chosen_in_the_inbox_is_still_chosen_when_one_comes_back(window):
    ui = await window("/inbox")
    await ui.key("J")
    chosen = ui.page.route
    assert chosen != "/inbox"
    await ui.press("nav.settings")
    await ui.press("nav.inbox")
    assert ui.page.route == chosen


async def archived(crm, entity, *days):
    """Archive the first records of a kind, each so many days ago, and return their ids, the last archived first."""
    ids = list(crm.rows[entity])[: len(days)]
    for id, ago_days in zip(ids, days, strict=True):
        crm.rows[entity][id]["archived_at"] = ago(days=ago_days)
    return [id for _, id in sorted(zip(days, ids, strict=True))]


@pytest.mark.functions(38)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("screen", "entity"), [("companies", "company"), ("contacts", "contact")])
async def test_archived_records_are_listed_by_a_chip_and_brought_back(window, screen, entity, width):
    crm = believable_crm()
    found = await archived(crm, entity, 40, 2)
    ui = await window(f"/{screen}", crm, width=width, height=844)
    shown = rows_of(ui)
    assert not set(found) & set(shown)
    await ui.press("filter.archived")
    assert rows_of(ui) == found
    assert {"Last 7 days", "Earlier", "archived 2 d ago"} <= set(ui.texts())
    assert not ui.has("list.order")
    await ui.press(f"row.{found[0]}")
    await ui.press("record.unarchive")
    await ui.go(f"/{screen}")
    assert rows_of(ui) == found[1:]
    await ui.press("filter.archived")
    assert found[0] in rows_of(ui)


@pytest.mark.functions(38)
async def test_an_archived_record_is_found_among_the_archived_alone(window):
    crm = believable_crm()
    [first] = await archived(crm, "company", 3)
    ui = await window("/companies", crm)
    await ui.type("list.search", "sapte brazi")
    assert ui.shows("Nothing found")
    await ui.press("filter.archived")
    assert rows_of(ui) == [first]


@pytest.mark.parametrize("width", [1280, 390])
async def test_where_nothing_is_archived_the_list_says_so_and_leads_back(window, width):
    ui = await window("/companies", width=width, height=844)
    await ui.press("filter.archived")
    assert ui.shows("No archived companies")
    await ui.press("list.clear")
    assert ui.has(f"row.{company_id(0)}")


async def test_a_list_of_which_all_is_archived_has_the_way_to_it(window):
    crm = believable_crm()
    await archived(crm, "company", *range(1, 32))
    ui = await window("/companies", crm)
    assert ui.shows("No companies yet")
    await ui.press("filter.archived")
    assert len(rows_of(ui)) == 31


async def test_an_empty_company_has_no_chips(window):
    ui = await window("/companies", empty_crm())
    assert not ui.has("filter.archived")
