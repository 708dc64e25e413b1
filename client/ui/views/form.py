"""The form over a screen: right sheet on wide windows, full page on the phone."""

import flet as ft

from client.ui.desk import Desk
from client.ui.keyboard import SAVES
from client.ui.layouts.form import form_sheet
from client.ui.layouts.form_fields import FormCalls
from client.ui.router import ENTITY_OF, FormPlace, Place, record_place
from client.ui.shell import said
from client.ui.theme import Look
from client.ui.view_models.form import FormModel
from client.ui.view_models.form_state import form_key
from client.ui.view_models.shell import Snack
from client.ui.views.hooks import use_keys, use_model, use_redraw
from client.ui.widgets import side_sheet
from client.usecases.answers import Choice, Owner, Saved
from client.usecases.form_drafts import note_form


@ft.component
def FormView(desk: Desk, look: Look, place: Place, form: FormPlace) -> ft.Control:  # a component
    """One open form."""
    use_redraw(desk.shell)
    key = place.url
    tie = place.with_form(FormPlace("company_contact"))
    tie_key = tie.url if form.tie else None
    model = use_model(
        desk, lambda: FormModel(desk.crm, form, _owner(place), desk.drafts, key, desk.rest, tie_key, desk.clock), [key]
    )

    def close() -> None:
        desk.keyboard.set_typing(False)
        desk.go(tie if form.tie else _without_form(place))

    def discard() -> None:
        changed, typed = bool(model.state.changed), model.give_up()
        close()
        desk.run(model.forget())
        if changed:
            desk.drafts[key] = typed
            desk.run(_offer_back(desk, key))

    def leave() -> None:
        close() if model.state.is_gone else discard()

    async def save() -> None:
        saved = await model.save()
        if saved is not None:
            desk.keyboard.set_typing(False)
            desk.go(_after(place, form, saved))
            await desk.shell.saved(saved)

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
        desk.go(new)

    def pressed(name: str) -> bool:
        if name in SAVES:
            desk.run(save())
        elif name == "escape":
            if model.state.picking is not None:
                model.pick_close()
            else:
                leave()
        # While a form is open, keys of the screen under it do nothing.
        return True

    use_keys(desk, pressed)
    on = desk.guard(
        FormCalls(
            typed=typed,
            pick_open=pick_open,
            pick=picked,
            pick_new=pick_new,
            keep=model.keep,
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
        )
    )
    shell = desk.shell.state
    told = None if shell.palette or shell.help else said(look, shell, desk.undo)
    return ft.Stack(side_sheet(look, form_sheet(look, model.state, on, told), leave), expand=True, fit=ft.StackFit.EXPAND)


async def _offer_back(desk: Desk, key: str) -> None:
    """Offer what was typed back for as long as the message stands; then forget it."""
    snack = Snack("snack.form_discarded", place=key)
    await desk.shell.say(snack)
    if desk.place.url != key and desk.shell.state.snack != snack:
        desk.drafts.pop(key, None)


def drafts_at(place: Place) -> frozenset[str]:
    """Return whose drafts are on the screen at a place: the open form's (`form_key`), the note's of the open record."""
    owner = _owner(place)
    form, note = form_key(place.form, owner) if place.form else "", note_form(owner) if owner else ""
    return frozenset({form, note} - {""})


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
