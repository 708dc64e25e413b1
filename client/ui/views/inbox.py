"""The inbox: its model, its layout, and the keys that decide."""

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.alarms import alarms_line
from client.ui.layouts.card_answers import CardCalls
from client.ui.layouts.inbox import InboxCalls, inbox_page
from client.ui.layouts.resolved import ResolvedCalls, resolved_page
from client.ui.router import ALARMS, FORMS, RESOLVED, FormPlace, Place, page_of
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import S12, S16, Look
from client.ui.view_models.inbox import InboxModel, answers_of, can_edit, id_of
from client.ui.view_models.shell import Snack
from client.ui.views.hooks import use_keys, use_model, use_once
from client.ui.widgets import col, fill, pads
from client.usecases.sync_answers import CardView, Decision, RefusedChange

DIGITS = ("1", "2", "3")
"""Keys of the answers, in their order on the screen."""


@ft.component
def InboxView(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:  # a component
    """The inbox."""
    model = use_model(desk, lambda: InboxModel(desk.crm, desk.rest))
    use_once(lambda: desk.run(model.read_decided()) if place.id == RESOLVED else None, place.id)
    on = _calls(desk, model, place)

    def key(name: str) -> bool:
        thing = model.state.chosen(place.id)
        if place.id == RESOLVED:
            return False
        if name in ("j", "k", "arrow down", "arrow up"):
            on.card.step(1 if name in ("j", "arrow down") else -1)
        elif name == "e" and thing is not None and can_edit(thing):
            on.card.edit(thing)
        elif isinstance(thing, CardView) and name in DIGITS[: len(answers_of(thing))]:
            on.card.decide(thing.id, answers_of(thing)[DIGITS.index(name)])
        elif name == "1" and isinstance(thing, RefusedChange):
            on.card.retry(thing.tx)
        elif name == "1" and isinstance(thing, CardView):
            on.read_news(thing)
        else:
            return False
        return True

    use_keys(desk, key)
    if place.id == RESOLVED:
        return _resolved(desk, look, model, frame)
    body = _with_alarms(desk, look, inbox_page(look, model.state, place.id, on))
    if not look.phone:
        return body
    return col(top_bar(look, desk.shell.state, frame, look.t("nav.inbox")), fill(body), expand=True)


def _with_alarms(desk: Desk, look: Look, body: ft.Control) -> ft.Control:
    """Return the inbox under a line that leads an administrator to alarms, while there are any."""
    n = desk.shell.state.alarms
    if not n:
        return body
    told = alarms_line(look, "inbox.alarms", n, lambda: desk.go(Place("devices", ALARMS)))
    return col(ft.Container(told, padding=pads(left=S16, right=S16, top=S12)), fill(body), expand=True)


def _resolved(desk: Desk, look: Look, model: InboxModel, frame: ShellCalls) -> ft.Control:
    """Return the page of decided cards."""

    async def restore(card: str) -> None:
        saved = await model.restore_lost(card)
        if saved is not None:
            await desk.shell.saved(saved, "snack.done")

    on = desk.guard(
        ResolvedCalls(
            back=lambda: desk.go(Place("inbox")),
            visit=lambda entity, id: _visit(desk, entity, id),
            restore=lambda card: desk.run(restore(card)),
            more=lambda: desk.run(model.more_decided()),
        )
    )
    body = resolved_page(look, model.state, on)
    if not look.phone:
        return body
    return col(top_bar(look, desk.shell.state, frame, look.t("inbox.resolved"), back=Place("inbox")), fill(body), expand=True)


def _visit(desk: Desk, entity: str, id: str) -> None:
    place = page_of(entity, id)
    if place is not None:
        desk.go(place)


def _calls(desk: Desk, model: InboxModel, place: Place) -> InboxCalls:
    async def decide(card: str, decision: Decision) -> None:
        saved = await model.decide(card, decision)
        if saved is not None:
            await desk.shell.saved(saved, "snack.done")

    async def settle(tx: str, retried: bool) -> None:
        await (model.retry(tx) if retried else model.discard(tx))
        await desk.shell.say(Snack("snack.retried" if retried else "snack.discarded"))

    def step(by: int) -> None:
        chosen = model.state.chosen(place.id)
        following = model.neighbour(id_of(chosen) if chosen is not None else None, by)
        if following is not None:
            model.show(following)
            desk.go(Place("inbox", following))

    def edit(thing: CardView | RefusedChange) -> None:
        if thing.entity not in FORMS:
            return
        is_card = isinstance(thing, CardView)
        id = id_of(thing)
        form = FormPlace(thing.entity, thing.record, None if is_card else id, id if is_card else None)
        desk.go(Place("inbox", id, "", form))

    def visit(entity: str, id: str) -> None:
        _visit(desk, entity, id)

    def open_record(thing: CardView | RefusedChange) -> None:
        owner = thing.owner if isinstance(thing, CardView) else None
        visit(*(owner or (thing.entity, thing.record)))

    async def read_news(thing: CardView) -> None:
        await model.read_news(thing.id)
        await desk.shell.count()

    def visit_news(thing: CardView) -> None:
        open_record(thing)
        desk.run(read_news(thing))

    card = desk.guard(
        CardCalls(
            decide=lambda id, decision: desk.run(decide(id, decision)),
            edit=edit,
            open=open_record,
            visit=visit,
            retry=lambda tx: desk.run(settle(tx, True)),
            discard=lambda tx: desk.run(settle(tx, False)),
            step=step,
        )
    )
    return desk.guard(
        InboxCalls(
            resolved=lambda: desk.go(Place("inbox", RESOLVED)),
            visit_news=visit_news,
            read_news=lambda card: desk.run(read_news(card)),
            open=lambda id: desk.go(Place("inbox", id)),
            card=card,
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
            more=model.more,
        )
    )
