"""What the product says by itself: the pill, the snack bar, and the states of a screen besides its content."""

import flet as ft

from client.ui.theme import R4, R8, R12, R16, S4, S6, S8, S12, S16, S24, Look
from client.ui.widgets.frame import CENTRE, TOP, col, edge, fill, pad, pads, row
from client.ui.widgets.marks import disc, dot
from client.ui.widgets.press import Press, icon_button, pressable
from client.ui.widgets.text import W4, W5, W6, icon, txt, width_of

PILL_FRAME = 44
"""Pixels of a pill beside its words: sign, gap, padding."""
LONG = 160
"""Letters from which the text of a state gets a wider column."""


def sync_pill(
    look: Look, state: str, words: tuple[str, ...], connection: str, press: Press, *, whole: str, lines: int = 3
) -> ft.Control:
    """Return the pill: words, not codes. It is never wider than its row leaves it. state: sent, waiting, needs_you.

    words: lines, the worst first. connection: the last line, that there is none; a small cloud then stands in the dot's place.
    lines: how many of them there is room for (`lines_that_fit`); a screen reader is told the whole all the same.
    """
    tone = {"waiting": "wait", "needs_you": "need"}.get(state, "ink2")
    facts = ((words[0], W5), *((line, W4) for line in (*words[1:], connection)))
    told = [(line, weight) for line, weight in facts if line][:lines]
    said = ft.Column([txt(look, line, "meta", tone, weight) for line, weight in told], spacing=0, tight=True, expand=True)
    said.expand_loose = True
    is_high = len(told) > 1
    sign = icon(look, "cloud-off", 14, tone) if connection else dot(look, state)
    pill = pressable(
        "sync.pill",
        whole,
        row(sign, said if told else None, gap=S6, tight=True),
        press,
        height=28 + 16 * (len(told) - 1) if is_high else 32 if look.phone else 28,
        padding=pad(S8 if is_high else 10),
        radius=R12 if is_high else R16,
        bgcolor=look.c.surface if tone == "ink2" else look.tone(f"{tone}_soft"),
        border=edge(look) if tone == "ink2" else None,
        tooltip=None if look.phone and whole == " · ".join(line for line, _ in told) else whole,
    )
    return ft.Container(pill, padding=pad(0, S6)) if look.phone else pill


def lines_that_fit(look: Look, words: str, connection: str, room: float) -> int:
    """Return how many lines of the pill there is room for, so that neither they nor a title beside them are cut.

    room: width in pixels that the pill may have.
    """
    for lines in (2, 1):
        if max(width_of(look, line, "meta") for line in (words, connection)[:lines]) + PILL_FRAME <= room:
            return lines
    return 0


def snack(
    look: Look, words: str, action: str | None, press: Press | None, *, glyph: str = "check", failed: bool = False
) -> ft.Control:
    """Return what was saved and where, with undo for ten seconds; never a question. On a phone it is as high as its words need."""
    above = S12 if failed or (look.phone and not action) else S4 if look.phone else 0
    return ft.Container(
        row(
            icon(look, "circle-alert" if failed else glyph, 16, "on_inverse"),
            txt(look, words, tone="on_inverse", lines=12 if failed else 4 if look.phone else 1, expand=True, key="snack"),
            pressable(
                "snack.action",
                action,
                row(txt(look, action, tone="inverse_link", weight=W6), tight=True),
                press,
                padding=pad(S12),
                height=look.target,
            )
            if action
            else None,
        ),
        bgcolor=look.c.inverse,
        border_radius=R12,
        padding=pads(left=S16, right=S4 if action else S16, top=above, bottom=above),
        height=None if failed or look.phone else 44,
        width=None if look.phone else 480,
        shadow=ft.BoxShadow(blur_radius=24, color=look.c.shadow, offset=ft.Offset(0, 8)),
    )


def empty(
    look: Look, glyph: str, title: str, text: str, *actions: ft.Control, tone: str = "ink3", key: str = "empty"
) -> ft.Control:
    """Return a state in place of content: what is so, what is safe, what to do next."""
    return ft.Container(
        ft.Column(
            [
                disc(look, glyph, tone, 56, 24),
                txt(look, title, weight=W6, lines=2, centre=True, key=key),
                ft.Container(txt(look, text, "meta", "ink2", lines=None, centre=True), width=280 if len(text) < LONG else 320),
                *([ft.Container(row(*actions, tight=True, align=CENTRE), padding=pad(0, S4))] if actions else []),
            ],
            spacing=S8,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            alignment=CENTRE,
            tight=True,
        ),
        expand=True,
        alignment=ft.Alignment.CENTER,
    )


def bone(look: Look, width: float, height: float = 10) -> ft.Container:
    """Return a word of a skeleton."""
    return ft.Container(width=width, height=height, border_radius=R4, bgcolor=look.c.line)


def skeleton(look: Look, rows: int = 9, height: float | None = None) -> ft.Control:
    """Return rows to come, in their real height; shown only when a read takes longer than 150 ms."""

    def ghost(i: int) -> ft.Control:
        words = col(
            bone(look, 130 + (i * 37) % 70),
            bone(look, 80 + (i * 23) % 50, 8),
            gap=S8,
            cross=TOP,
            expand=True,
            align=CENTRE,
        )
        circle = ft.Container(width=8, height=8, border_radius=4, bgcolor=look.c.line)
        return ft.Container(
            row(circle, words, bone(look, 40), gap=S12), height=height or (64 if look.phone else 48), padding=pad(S16)
        )

    return ft.Container(
        ft.Shimmer(
            ft.Column([ghost(i) for i in range(rows)], spacing=0, tight=True),
            base_color=look.c.line,
            highlight_color=look.c.sunken,
        ),
        expand=True,
        alignment=ft.Alignment.TOP_LEFT,
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
        key="skeleton",
    )


def page_skeleton(look: Look) -> ft.Control:
    """Return a record's page to come: head, actions, facts and a few lines."""
    head = row(
        ft.Container(width=48, height=48, border_radius=R12, bgcolor=look.c.line),
        col(bone(look, 200, 16), bone(look, 280), gap=S8, cross=TOP),
        gap=S16,
    )
    acts = row(*(ft.Container(width=width, height=36, border_radius=R8, bgcolor=look.c.line) for width in (76, 80, 112, 132)))
    facts = ft.Container(height=88, border_radius=R12, border=edge(look))
    lines = [bone(look, width) for width in (420, 360, 390, 240)]
    page = ft.Column([head, acts, facts, *lines], spacing=S16, tight=True)
    return ft.Container(
        ft.Shimmer(page, base_color=look.c.line, highlight_color=look.c.sunken),
        padding=pad(S24, S16),
        expand=True,
        alignment=ft.Alignment.TOP_LEFT,
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
    )


def banner(
    look: Look,
    id: str,
    glyph: str,
    text: str,
    *actions: ft.Control,
    tone: str = "wait",
    close: Press | None = None,
    below: bool = False,
) -> ft.Container:
    """Return a strip at the head of a pane: something has changed, and nothing was lost. below: text whole, actions under it."""
    mark = icon(look, glyph, 16, tone)
    words = txt(look, text, "body" if look.phone else "meta", tone, W5, lines=None if below else 3, expand=True, key=id)
    shut = icon_button(look, f"{id}.close", "x", look.t("act.close"), close, tone=tone) if close else None
    return ft.Container(
        col(row(mark, words), row(fill(), *actions, shut)) if below else row(mark, words, *actions, shut),
        bgcolor=look.tone(f"{tone}_soft"),
        border_radius=R8,
        padding=pads(left=S12, right=S4 if actions or close else S12, top=S4, bottom=S4),
        key=f"{id}.strip",  # else Flutter takes it for the one that was in its place, whose identifiers it keeps
    )
