"""Companies and Contacts: the list, and the page of the record that is chosen, side by side or one after the other."""

from dataclasses import replace

import flet as ft

from client.ui.desk import Desk
from client.ui.early import EarlyLetters
from client.ui.keyboard import SAVES
from client.ui.layouts.list_groups import AnyState, group_at, groups_of, place_of_row
from client.ui.layouts.lists import ListCalls, list_body, list_pane, no_detail
from client.ui.layouts.note_box import NoteCalls
from client.ui.layouts.record import record_page, tab_in_sight
from client.ui.layouts.record_calls import RecordCalls
from client.ui.layouts.record_head import more_button
from client.ui.router import SCREEN_OF, SHARE, FormPlace, Place, place_of, record_place
from client.ui.shell import ShellCalls, top_bar
from client.ui.sight import Sight
from client.ui.theme import Look
from client.ui.view_models.record_list import RecordList
from client.ui.view_models.record_page import RecordPageModel
from client.ui.views.files import FilesView
from client.ui.views.form import offer_back
from client.ui.views.hooks import keyed, scroll, use_keys, use_latest, use_model, use_once
from client.ui.widgets import col, icon_button, list_detail, put_cursor
from client.usecases.answers import Owner
from client.usecases.form_drafts import FormDraft
from client.usecases.list_answers import CompanyRow, ContactRow, ListQuery

NEAR_END = 600
"""Pixels above the end of a list at which the next page is fetched."""
WRITES = {"e": "change", "n": "note"}
"""Key on a record's page -> what it begins (`RecordPage.denied`)."""
SETTLING = (1.5, 4.0)
"""Seconds after which the tabs of a window that has just opened are scrolled again: its letters may have come meanwhile."""


@ft.component
def RecordsView(desk: Desk, look: Look, place: Place, frame: ShellCalls, entity: str) -> ft.Control:  # a component
    """List and detail of one kind of record."""
    listed = use_model(desk, lambda: _list_model(desk, entity), [entity])
    search_box: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    rows: ft.Ref[ft.ListView] = ft.use_memo(ft.Ref, [])
    state = listed.state
    is_shown = look.wide or place.id is None
    sight = ft.use_memo(lambda: _sight_of(desk, look, entity, state), [state.query, bool(state.rows), look.phone])
    _, set_top = ft.use_state((sight, 0))
    top = group_at(look, groups_of(look, state), sight.above)
    chosen = place.id or (state.opening if look.wide else None)

    def open_record(id: str) -> None:
        desk.go(Place(place.screen, id, place.tab))

    def typed(text: str) -> None:
        early.changed(text)
        listed.type(text)
        desk.run(listed.search())

    early: EarlyLetters = ft.use_memo(
        lambda: EarlyLetters(desk.keyboard, desk.rest, lambda: listed.state.typed, typed, keeps=False), [listed]
    )

    def entered() -> None:
        early.entered()
        desk.run(early.settle())

    def scrolled(e: ft.OnScrollEvent) -> None:
        sight.note(e)
        set_top((sight, group_at(look, groups_of(look, state), e.pixels)))
        if e.max_scroll_extent - e.pixels < NEAR_END:
            desk.run(listed.more())

    def key(name: str) -> bool:
        if name in ("j", "k", "arrow down", "arrow up"):
            following = listed.neighbour(chosen, 1 if name in ("j", "arrow down") else -1)
            if following is not None:
                open_record(following)
            return following is not None
        if name == "/" and is_shown:
            desk.keyboard.await_cursor(one_line=True)
            desk.run(put_cursor(search_box))
        elif name == "enter" and not look.wide and place.id is None and state.rows:
            open_record(state.rows[0].id)
        elif name == "escape" and state.typed and is_shown:
            desk.run(listed.clear_text())
        else:
            return False
        return True

    async def enter() -> None:
        """Open the best of what was found for what is typed by now."""
        early.put_now()
        await listed.search_now()
        if listed.state.rows:
            open_record(listed.state.rows[0].id)

    async def show_as_left() -> None:
        """Scroll to where the list was left: one that Flutter draws anew begins at its top, and says nothing of it."""
        if is_shown and state.rows and sight.above:
            await scroll(rows, sight.above)

    async def show_chosen() -> None:
        """Scroll to the row that was chosen, unless it is in sight; a list of which none is chosen begins at its top."""
        if place.id is None or not look.wide or not state.rows:
            return
        above = place_of_row(look, groups_of(look, state), place.id)
        if above is None:
            await listed.reach(place.id)  # once its row is drawn, this is asked again
            return
        target = sight.target(look, above)
        if target is not None:
            await scroll(rows, target)

    use_keys(desk, key)
    is_here = any(row.id == chosen for row in state.rows)
    use_once(lambda: desk.run(show_as_left()), sight, is_shown, look.wide, desk.returns)
    use_once(lambda: desk.run(show_chosen()), chosen, is_here, state.shown, look.wide, desk.returns)
    on = desk.guard(
        ListCalls(
            type=typed,
            ask=lambda query: desk.run(listed.ask(query)),
            clear=lambda: desk.run(listed.clear()),
            open=open_record,
            enter=lambda: desk.run(enter()),
            entered=entered,
            new=None if entity in desk.shell.state.person.denied else lambda: frame.new(entity),
            sees_all=entity not in desk.shell.state.person.narrowed,
            again=lambda: desk.run(listed.start()),
            copy=desk.copy_details,
            scrolled=scrolled,
            search_box=search_box,
            list=rows,
        )
    )
    on = replace(on, open=use_latest(on.open))
    if look.wide:
        detail = (
            RecordView(desk, look, Place(place.screen, chosen, place.tab), frame, entity)
            if chosen
            else no_detail(look, entity, state, on)
        )
        return list_detail(look, list_pane(look, entity, state, on, chosen, top), detail)
    if place.id is not None:
        return RecordView(desk, look, place, frame, entity)
    if not look.phone:
        return list_pane(look, entity, state, on, chosen, top)
    head = top_bar(look, desk.shell.state, frame, look.t(f"nav.{place.screen}"))
    return col(head, *list_body(look, entity, state, on, None, top), expand=True)


def _list_model(desk: Desk, entity: str) -> RecordList[CompanyRow] | RecordList[ContactRow]:
    """Return the list as it was left; at first, a new one."""
    if entity not in desk.lists:
        desk.lists[entity] = (
            RecordList[CompanyRow](entity, desk.crm.companies, ListQuery(order="due"), desk.crm.last_used, desk.rest)
            if entity == "company"
            else RecordList[ContactRow](entity, desk.crm.contacts, ListQuery(), desk.crm.last_used, desk.rest)
        )
    return desk.lists[entity]


def _sight_of(desk: Desk, look: Look, entity: str, state: AnyState) -> Sight:
    """Return what was in sight of the list when it was left; of rows that are asked for anew, or were away, the top."""
    left = desk.sights.get(entity)
    if left is None or not state.rows or (left.query, left.is_phone) != (state.query, look.phone):
        left = desk.sights[entity] = Sight(state.query, look.phone)
    return left


@ft.component
def RecordView(desk: Desk, look: Look, place: Place, frame: ShellCalls, entity: str) -> ft.Control:  # a component
    """The page of one record."""
    id = place.id or ""
    model = use_model(desk, lambda: RecordPageModel(desk.crm, entity, id, desk.drafts, desk.rest), [entity, id])
    note_text: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    strip: ft.Ref[ft.Row] = ft.use_memo(ft.Ref, [])
    on = replace(_record_calls(desk, model, place, note_text), strip=strip, files=lambda: files())

    def files() -> ft.Control:
        denied = model.state.page.denied.get("document", "") if model.state.page is not None else ""
        return keyed(f"files.{id}", FilesView, desk, look, place.with_form(None), Owner(entity, id), denied)

    async def show_tab(pause: float = 0.0) -> None:
        """Scroll to the tab that is open, where not all of them fit. pause: seconds before that."""
        if pause:
            await desk.rest(pause)
        target = tab_in_sight(look, model.state.page, place.tab) if model.state.page is not None else None
        if target is not None and desk.place == place:
            await scroll(strip, target)

    def show_tabs() -> None:
        for pause in (0.0, *(SETTLING if desk.is_settling else ())):
            desk.run(show_tab(pause))

    use_once(show_tabs, id, place.tab, model.state.page is not None, look.width, look.lang, desk.returns)

    def key(name: str) -> bool:
        if name in ("e", "n") and model.state.phase in ("reading", "slow"):
            return True  # they mean this page, which is not there yet, and not the screen under it
        if model.state.is_gone and model.state.is_writing and len(name) == 1:
            return True  # the sentence goes on that the record left in the middle of: its letters lead nowhere
        if model.state.page is not None and (why := model.state.page.denied.get(WRITES.get(name, ""))):
            desk.deny(why)
        elif name == "e" and model.state.page is not None:
            on.form(FormPlace(entity, id))
        elif name == "n" and model.state.page is not None:
            on.note.begin()
        elif name in SAVES and model.state.is_writing:
            on.note.add()
        elif name == "escape" and model.state.is_writing:
            on.note.close()
        elif name == "escape" and not look.wide:
            desk.go(Place(place.screen))
        else:
            return False
        return True

    use_keys(desk, key)
    body = record_page(look, model.state, place.tab, on)
    if look.wide:
        return body
    actions = []
    if model.state.page is not None:
        edit = icon_button(
            look, "record.edit", "pencil", look.t("act.edit"), lambda: on.form(FormPlace(entity, id)), tone="ink"
        )
        found = (None if "change" in model.state.page.denied else edit, more_button(look, model.state.page, on))
        actions = [one for one in found if one is not None] if look.phone else []
    head = top_bar(look, desk.shell.state, frame, "", *actions, back=Place(place.screen))
    return col(head, ft.Container(body, expand=True), expand=True)


def _record_calls(desk: Desk, model: RecordPageModel, place: Place, note_text: ft.Ref[ft.TextField]) -> RecordCalls:
    async def archive(entity: str, id: str) -> None:
        if entity in desk.lists:
            desk.lists[entity].let_go(id)
        saved = await model.archive(entity, id)
        if SCREEN_OF.get(entity) == place.screen:
            desk.go(Place(place.screen))
        await desk.shell.saved(saved, "snack.done")

    async def unarchive() -> None:
        await desk.shell.saved(await model.unarchive(), "snack.done")

    async def end_share(id: str) -> None:
        await desk.shell.saved(await desk.crm.rights.end_share(id), "snack.done")

    def continue_draft(draft: FormDraft) -> None:
        form = place_of(draft.place)
        desk.continued = form.url
        desk.go(form)

    async def discard_draft(draft: FormDraft) -> None:
        form = place_of(draft.place).url
        desk.drafts[form] = dict(draft.typed)
        await model.drop_draft(draft.form)
        await offer_back(desk, form, "snack.form_discarded")

    return desk.guard(
        RecordCalls(
            tab=lambda tab: desk.go(Place(place.screen, place.id, tab)),
            form=lambda form: desk.go(place.with_form(form)),
            open=lambda entity, id: desk.go(record_place(entity, id)),
            reach=lambda address: desk.run(_launch(address)),
            note=_note_calls(desk, model, place, note_text),
            archive=lambda entity, id: desk.run(archive(entity, id)),
            unarchive=lambda: desk.run(unarchive()),
            share=lambda: desk.go(place.with_form(FormPlace(SHARE))),
            end_share=lambda id: desk.run(end_share(id)),
            inbox=lambda id: desk.go(Place("inbox", id)),
            continue_draft=continue_draft,
            discard_draft=lambda draft: desk.run(discard_draft(draft)),
            older=lambda: desk.run(model.older()),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
        )
    )


def _note_calls(desk: Desk, model: RecordPageModel, place: Place, box: ft.Ref[ft.TextField]) -> NoteCalls:
    early: EarlyLetters = ft.use_memo(
        lambda: EarlyLetters(desk.keyboard, desk.rest, lambda: model.state.draft, model.write, keeps=True), [model]
    )

    def entered() -> None:
        model.open_note()
        early.entered()
        desk.run(early.settle())

    async def add() -> None:
        early.put_now()
        saved = await model.add_note()
        if saved is not None:
            desk.keyboard.release()
            await desk.shell.saved(saved, "snack.note_saved")

    def begin() -> None:
        """Send the cursor into the box, on whatever tab one is."""
        desk.keyboard.await_cursor()
        is_here = place.tab in ("", "timeline")
        if not is_here:
            desk.go(Place(place.screen, place.id))
        model.open_note()
        if is_here:
            desk.run(put_cursor(box))

    def close() -> None:
        desk.keyboard.release()
        model.close_note()

    def write(text: str) -> None:
        early.changed(text)
        model.write(text)
        desk.run(model.keep_soon())

    def discard() -> None:
        desk.keyboard.release()
        desk.run(model.discard_note())

    async def take_back() -> None:
        await model.take_back()
        await put_cursor(box)

    def go_on() -> None:
        desk.keyboard.await_cursor()
        desk.run(take_back())

    return desk.guard(
        NoteCalls(
            begin=begin,
            entered=entered,
            write=write,
            left=lambda: desk.run(model.leave_note()),
            close=close,
            add=lambda: desk.run(add()),
            discard=discard,
            take_back=go_on,
            copy=lambda: desk.run(desk.copy(model.state.draft, "snack.note_copied")),
            box=box,
        )
    )


async def _launch(address: str) -> None:
    await ft.UrlLauncher().launch_url(address)
