"""The form over a screen: right sheet on wide windows, full page on the phone."""

import contextlib

import flet as ft

from client.ui.desk import Desk, Work
from client.ui.keyboard import PALETTE, SAVES
from client.ui.layouts.form import form_sheet
from client.ui.layouts.form_fields import FormCalls, place_of_field
from client.ui.router import ENTITY_OF, FormPlace, Place, place_of, record_place
from client.ui.shell import said
from client.ui.theme import Look
from client.ui.view_models.form import FormModel
from client.ui.view_models.form_state import FormState, form_key
from client.ui.view_models.shell import Snack, draft_kept
from client.ui.views.hooks import use_keys, use_model, use_once, use_redraw
from client.ui.widgets import Press, put_cursor, side_sheet
from client.ui.widgets.cursor import MOVES
from client.usecases.answers import Owner, Saved
from client.usecases.form_answers import Choice
from client.usecases.form_drafts import FormDraft, family, note_form

SCROLL_MS = 150
CURSOR_TURNS, CURSOR_PAUSE_S = 8, 0.15
"""How often a form that opens asks for the cursor at most, and the seconds between: a busy browser takes it away after as long."""
HAND_S = 0.5
"""Seconds in which the rest of a word comes whose letter has opened a form: it was no key, and its next letters no name."""


@ft.component
def FormView(desk: Desk, look: Look, place: Place, form: FormPlace) -> ft.Control:  # a component
    """One open form."""
    use_redraw(desk.shell)
    key = place.url
    first: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [key])
    fields: ft.Ref[ft.ListView] = ft.use_memo(ft.Ref, [key])
    arrivals: int = ft.use_memo(lambda: desk.keyboard.arrivals, [key])
    before: int | None = ft.use_memo(lambda: desk.keyboard.box, [key])
    decided: list[bool] = ft.use_memo(list, [key])
    stray: list[str] = ft.use_memo(list, [key])
    tie = place.with_form(FormPlace("company_contact"))
    tie_key = tie.url if form.tie else None

    def is_asked_for() -> bool:
        asked, desk.continued = desk.continued, ""
        return asked == key

    model = use_model(
        desk,
        lambda: FormModel(desk.crm, form, _owner(place), desk.drafts, key, desk.rest, tie_key, desk.clock, is_asked_for()),
        [key],
    )

    def close() -> None:
        desk.go(tie if form.tie else _without_form(place))

    def discard() -> None:
        end(model.forget(), "snack.form_discarded")

    def leave() -> None:
        close() if model.state.is_gone else end(model.keep_now(), "snack.form_kept")

    def end(fate: Work, told: str) -> None:
        decided.append(True)
        changed, typed = bool(model.state.changed), model.give_up()
        close()
        desk.run(fate)
        if changed:
            (desk.drafts if told == "snack.form_kept" else desk.given_up)[key] = typed
            desk.run(offer_back(desk, key, told))

    async def pick_best(name: str, made: Press | None) -> None:
        best = await model.best_pick()
        if best is not None:
            picked(name, best)
        elif made is not None:
            made()

    async def save() -> None:
        if model.state.picking is not None and model.state.pick_text.strip():
            model.ask_to_choose()
            return
        saved = await model.save()
        if saved is None:
            await bring_into_sight(fields, model.state)
            return
        decided.append(True)
        desk.go(_after(place, form, saved))
        await (desk.shell.saved(saved) if saved.tx else desk.shell.say(Snack("snack.no_change")))

    def typed(name: str, held: object) -> None:
        model.type(name, held)
        desk.run(model.look_over())
        desk.run(model.keep_soon())

    def pick_open(name: str, text: str) -> None:
        model.pick_open(name, text)
        desk.run(model.pick_search())

    def picked(name: str, choice: Choice | None) -> None:
        model.pick(name, choice)
        desk.run(model.keep_soon())

    def pick_new(entity: str) -> None:
        new = place.with_form(FormPlace(entity, tie=True))
        desk.drafts[new.url] = model.names_of_new(entity)
        model.pick_close()
        decided.append(True)
        desk.go(new)

    def open_record(entity: str, id: str) -> None:
        desk.run(model.keep_now())
        desk.go(record_place(entity, id))

    def continue_other(draft: FormDraft) -> None:
        other = place_of(draft.place)
        desk.continued = other.url
        desk.go(other)

    def gone() -> None:
        """Say that what was typed is kept, where the window went elsewhere without a word: by its Back, or to another record."""
        if decided or not model.state.changed or model.state.is_gone or desk.place.url == key:
            return
        desk.run(model.keep_now())
        if desk.place.form is None:
            desk.run(desk.shell.say(draft_kept(key)))

    def pressed(name: str) -> bool:
        if name == PALETTE:
            return False
        if name in SAVES:
            desk.run(save())
        elif name == "escape":
            if model.state.picking is not None:
                model.pick_close()
            else:
                leave()
        elif name == "tab" and first.current is not None and not desk.keyboard.is_typing and desk.keyboard.arrivals == arrivals:
            # No box has had the cursor yet; later Flutter goes on from what has the focus, and be it a button.
            desk.keyboard.await_cursor()
            desk.run(put_cursor(first))
        elif len(name) == 1:
            stray.append(name)
        # While a form is open, keys of the screen under it do nothing; the palette opens over it.
        return True

    async def take_cursor() -> None:
        """Put the cursor into the first field until it stays there, or the person puts it elsewhere.

        `autofocus` alone leaves it in a box under the form; and where the box that had it goes as the form opens, a browser
        takes it from the new one a moment after it has come. The name of a record that is there is not in the way of a word
        that was meant for something else: it takes the cursor once no letter has come for a while. Nor does a phone show its keys
        over a page of which one field may be all that is looked for.
        """
        if model.state.focus and model.state.is_named:
            heard = -1
            while heard < len(stray):
                heard = len(stray)
                await desk.rest(HAND_S)
            if look.phone:
                return
        stays = 0
        for _ in range(CURSOR_TURNS):
            box, here = first.current, desk.keyboard.box
            if not model.state.focus or desk.place.url != key or here not in (None, before, box and box._i):
                return
            stays = stays + 1 if box is not None and here == box._i else 0
            if stays == MOVES:
                if box is not None and model.state.is_named:
                    desk.go_on(box, look.live)  # else the first letter would replace its name
                return
            await put_cursor(first)
            await desk.rest(CURSOR_PAUSE_S)

    ft.use_effect(take_cursor, [key, bool(model.state.focus)])
    use_keys(desk, pressed)
    use_once(lambda: desk.run(hush_other(desk)), key)
    ft.on_unmounted(gone)
    on = desk.guard(
        FormCalls(
            typed=typed,
            pick_open=pick_open,
            pick=picked,
            pick_best=lambda name, made: desk.run(pick_best(name, made)),
            pick_new=pick_new,
            keep=model.keep,
            open=open_record,
            more=model.more,
            take_news=lambda: desk.run(model.take_news()),
            hide_news=model.hide_news,
            save=lambda: desk.run(save()),
            close=leave,
            discard=discard,
            again=lambda: desk.run(model.start()),
            left=lambda: desk.run(model.keep_now()),
            continue_draft=lambda: desk.run(model.continue_draft()),
            decline_draft=lambda: desk.run(model.decline_draft()),
            continue_other=continue_other,
            decline_other=lambda draft: desk.run(model.decline_other(draft)),
            cannot_add=desk.shell.state.person.denied,
            first=first,
            fields=fields,
        )
    )
    shell = desk.shell.state
    told = None if shell.palette or shell.help else said(look, shell, desk.undo)
    return ft.Stack(side_sheet(look, form_sheet(look, model.state, on, told), leave), expand=True, fit=ft.StackFit.EXPAND)


async def hush_other(desk: Desk) -> None:
    """Take away what is said of a form that was left: one is open now, and nobody reads of two."""
    snack = desk.shell.state.snack
    if snack is not None and snack.key in ("snack.form_kept", "snack.form_discarded"):
        desk.shell.hush()


async def bring_into_sight(fields: ft.Ref[ft.ListView], state: FormState) -> None:
    """Scroll a form to the uppermost field that is wrong, if there is one.

    Flutter knows no place of what is far out of sight; that of the first section is the top.
    """
    name = state.first_wrong
    if name and fields.current is not None:
        first = {column.name for column in (*state.missing_ends, *state.sections[0][1])}
        with contextlib.suppress(RuntimeError):  # Flet's answer for a form that went away meanwhile
            await fields.current.scroll_to(offset=0, duration=SCROLL_MS)
            if name not in first:
                await fields.current.scroll_to(scroll_key=place_of_field(name), duration=SCROLL_MS)


async def offer_back(desk: Desk, key: str, told: str) -> None:
    """Offer the way back to what was typed for as long as the message stands; later only a kept draft is there."""
    snack = Snack(told, place=key, action="act.continue" if told == "snack.form_kept" else "act.undo")
    await desk.shell.say(snack)
    if desk.place.url != key and desk.shell.state.snack != snack:
        desk.drafts.pop(key, None)
        desk.given_up.pop(key, None)


def drafts_at(place: Place) -> frozenset[str]:
    """Return whose drafts are on the screen at a place: the open form's (`family`), the open record's and its note's."""
    owner = _owner(place)
    form = family(form_key(place.form, owner)) if place.form else ""
    own = {note_form(owner), form_key(FormPlace(owner.entity, owner.id), owner)} if owner else set()
    return frozenset({form, *own} - {""})


def _owner(place: Place) -> Owner | None:
    """Return the record that a new part will belong to: the one whose page is open."""
    entity = ENTITY_OF.get(place.screen)
    return Owner(entity, place.id) if entity and place.id else None


def _without_form(place: Place) -> Place:
    return place.with_form(None)


def _after(place: Place, form: FormPlace, saved: Saved) -> Place:
    """Return where a save leads: a new company or contact shows its page."""
    is_new = form.id is None and form.refused is None and form.card is None and not form.tie
    return record_place(form.entity, saved.id) if is_new and form.entity in ("company", "contact") else place.with_form(None)
