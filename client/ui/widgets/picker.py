"""The field that names another record: a closed box, and once it is pressed a search with what it finds under it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import flet as ft

from client.ui.theme import CLEAR, R8, S4, S8, S12, Look
from client.ui.widgets.cursor import MOVES, put_cursor
from client.ui.widgets.fields import Message, Typed, closed_face, labelled, search_field
from client.ui.widgets.frame import CENTRE, col, edge, line, pad, pads, row
from client.ui.widgets.press import Press, pressable
from client.ui.widgets.text import W5, W6, icon, txt

STEPS = {"arrow down": 1, "arrow up": -1}


@dataclass(frozen=True)
class Offer:
    """What a picker offers at one place. detail: what tells a record from its namesakes."""

    id: str
    label: str
    detail: str
    press: Press
    is_record: bool = True


@dataclass(frozen=True)
class Picker:
    """A picker as it is drawn. text: typed so far, None while closed; the rest as `picker_field` says it."""

    id: str
    label: str
    shown: str
    press: Press
    text: str | None
    typed: Typed
    offers: tuple[Offer, ...]
    records: range
    """Places of the records among what is offered."""
    heads: Mapping[int, str]
    submit: Press | None
    nothing: str
    hint: str

    def marked(self, chosen: tuple[str, int] | None) -> int | None:
        """Return the place of the offer that the keys have chosen; it is chosen for as long as nothing else is typed."""
        is_current = chosen is not None and chosen[0] == self.text and chosen[1] < len(self.offers)
        return chosen[1] if chosen is not None and is_current else None

    def stepped(self, now: int | None, step: int) -> int:
        """Return the place that a key leads to: at first to the first record."""
        place = now + step if now is not None else self.records.start
        return max(0, min(place, len(self.offers) - 1))


def picker_field(
    look: Look,
    id: str,
    label: str,
    shown: str,
    press: Press,
    *,
    text: str | None,
    typed: Typed,
    options: Sequence[tuple[str, str, str, Press]],
    heads: Mapping[int, str] | None = None,
    more: tuple[str, str, Press] | None = None,
    last: tuple[str, str, Press] | None = None,
    submit: Press | None = None,
    nothing: str = "",
    hint: str = "",
    message: Message | None = None,
    expand: int | None = None,
    mark: str = "",
    required: bool = False,
) -> ft.Container:
    """Return a field that names another record. options: identifier, name, what tells it from its namesakes, press.

    text: typed so far, None while closed. heads: words above the option of a place: why those from there on stand there.
    more: what stands above all of them. last: what stands below. submit: what Enter does while none is chosen with the
    arrows. nothing: what is said where no record is offered.
    """
    above = (Offer(more[0], more[1], "", more[2], is_record=False),) if more else ()
    below = (Offer(last[0], last[1], "", last[2], is_record=False),) if last else ()
    offers = (*above, *(Offer(*one) for one in options), *below)
    said = {place + len(above): words for place, words in (heads or {}).items()}
    records = range(len(above), len(above) + len(options))
    picker = Picker(id, label, shown, press, text, typed, offers, records, said, submit, nothing, hint)
    draw: Callable[..., ft.Control] = PickerBox  # Flet takes a key that the component does not name
    return labelled(look, id, label, draw(look, picker, key=f"{id}.picker"), message, expand, mark, required)


@ft.component
def PickerBox(look: Look, picker: Picker) -> ft.Control:  # a component
    """The box of a picker, closed or open. The cursor goes into the search as it opens, and back to the box as it closes.

    `autofocus` alone leaves it where it is: Flutter obeys it only where nothing else has the focus, and a screen reader's
    press takes the focus from nothing. And what has the focus must not go before the other has it, or a browser gives it to
    the window, and Flutter to the field that had it before: both are drawn until it has moved, the closed box on top.
    """
    search: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    closed: ft.Ref[ft.TextButton] = ft.use_memo(ft.Ref, [])
    is_open = picker.text is not None
    was_open, moved = ft.use_state(is_open)
    newest: list[Picker] = ft.use_memo(lambda: [picker], [])
    if is_open:
        newest[:] = [picker]
    none: tuple[str, int] | None = None
    chosen, choose = ft.use_state(none)
    shows, show = ft.use_state(0)
    place = picker.marked(chosen)

    async def follow() -> None:
        if is_open or was_open:
            for _ in range(MOVES):
                await put_cursor(search if is_open else closed)
        moved(is_open)

    def step(by: int) -> None:
        if picker.offers:
            choose((picker.text or "", picker.stepped(place, by)))

    def enter() -> None:
        if place is not None:
            picker.offers[place].press()
        elif picker.submit is not None:
            picker.submit()
        elif picker.text:
            step(0)
            show(shows + 1)  # Flutter takes the cursor out of a box whose Enter was heard; the next one takes what is shown

    ft.use_effect(follow, [is_open, shows])
    _use_steps(look, step if is_open else None)
    low = _open(look, newest[-1], place, enter, search) if is_open or was_open else None
    top = _closed(look, picker, closed) if not (is_open and was_open) else None
    return ft.Stack([ft.Container(low), ft.Container(top)], fit=ft.StackFit.PASS_THROUGH)


def _use_steps(look: Look, step: Callable[[int], None] | None) -> None:
    """Offer the arrow keys to the newest `step`, for as long as there is one and the component is on the screen."""
    newest: list[Callable[[int], None]] = ft.use_memo(list, [])
    newest[:] = [step] if step is not None else []

    def key(name: str) -> bool:
        if name not in STEPS or not newest:
            return False
        newest[-1](STEPS[name])
        return True

    stop: Press = ft.use_memo(lambda: look.hear(key), [])
    ft.on_unmounted(stop)


def _closed(look: Look, picker: Picker, box: ft.Ref[ft.TextButton]) -> ft.Control:
    """Return the closed box: a button, for only those can be given the focus."""
    held, usual = ft.BorderSide(2, look.c.accent), ft.BorderSide(1, look.c.field_line)
    shape = ft.ButtonStyle(
        shape=ft.RoundedRectangleBorder(radius=R8),
        padding=pad(S12),
        bgcolor=look.c.surface,
        overlay_color={ft.ControlState.FOCUSED: CLEAR, ft.ControlState.DEFAULT: "#14FFFFFF" if look.c.dark else "#14000000"},
        visual_density=ft.VisualDensity.STANDARD,
        side={ft.ControlState.FOCUSED: held, ft.ControlState.DEFAULT: usual},
    )
    face = ft.TextButton(
        content=closed_face(look, picker.shown, None, picker.hint),
        style=shape,
        height=48 if look.phone else 36,
        key=picker.id,
        on_click=lambda _: picker.press(),
        ref=box,
    )
    return ft.Semantics(identifier=picker.id, content=face)


def _open(look: Look, picker: Picker, chosen: int | None, enter: Press, box: ft.Ref[ft.TextField]) -> ft.Control:
    """Return the search, and what it offers. chosen: place of what the keys have chosen."""
    found: list[ft.Control] = []
    for place, offer in enumerate(picker.offers):
        face = _offer(look, offer, is_chosen=place == chosen)
        found.append(col(_head(look, picker.heads[place]), face) if place in picker.heads else face)
    if picker.nothing:
        said = txt(look, picker.nothing, "meta", "ink3", lines=3, key=f"{picker.id}.nothing")
        found.insert(picker.records.stop, ft.Container(said, padding=pad(S12, S8)))
    search = search_field(
        look, f"{picker.id}.search", picker.hint or picker.label, picker.text or "", picker.typed,
        focused=True, submit=enter, ref=box,
    )  # fmt: skip
    lines = [part for one in found for part in (line(look), one)][1:]
    return ft.Container(col(search, *lines), border=edge(look, "accent", 2), border_radius=R8, bgcolor=look.c.surface)


def _head(look: Look, words: str) -> ft.Control:
    return ft.Container(txt(look, words, "meta", "ink3", W6), padding=pads(left=S12, top=S8, bottom=S4))


def _offer(look: Look, offer: Offer, *, is_chosen: bool) -> ft.Control:
    if offer.is_record:
        words: ft.Control = col(
            txt(look, offer.label), txt(look, offer.detail, "meta", "ink2") if offer.detail else None, align=CENTRE
        )
    else:
        words = row(icon(look, "plus", 16, "accent_ink"), txt(look, offer.label, tone="accent_ink", weight=W5, expand=True))
    return pressable(
        offer.id,
        f"{offer.label} {offer.detail}".strip(),
        words,
        offer.press,
        selected=True if is_chosen else None,
        height=look.target + (S12 if offer.detail else 0),
        padding=pad(S12),
        radius=0,
        bgcolor=look.c.accent_soft if is_chosen else None,
    )
