"""The sheet of one file: its picture, to be moved and enlarged, what is known of it, and its versions."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import moment
from client.ui.figures import dotted, size
from client.ui.layouts.file_words import MOVING, glyph_of, state_tone, state_words, thumbnail, who
from client.ui.layouts.trouble import trouble
from client.ui.theme import R12, S2, S4, S8, S12, S16, S24, Look
from client.ui.view_models.file_sheet import FileSheetState
from client.ui.widgets import (
    CENTRE,
    STRETCH,
    W5,
    W6,
    Press,
    button,
    col,
    disc,
    edge,
    empty,
    fill,
    group_header,
    icon_button,
    link,
    listing,
    pad,
    pads,
    pressable,
    row,
    scrim,
    skeleton,
    space,
    txt,
)
from client.usecases.document_answers import DocumentShown, FileVersion

SIDE_PX, EDGE_PX = 320, 32
"""Width of the column of facts beside the picture, and of what is left of the window around the sheet."""
PHONE_PICTURE = 0.5
"""Part of a phone's window that the picture takes."""
MOST_ZOOM = 8


@dataclass(frozen=True)
class FileSheetCalls:
    """What a person can do with a file that he looks at."""

    close: Press
    save: Press
    fetch: Press
    stop: Press
    again: Press
    replace: Press
    edit: Press
    look_at: Callable[[str], None]
    keep: Callable[[str], None]
    turn: Callable[[int], None]
    reload: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    saves: bool = False
    """As in `files.FilesCalls`."""


def file_sheet(look: Look, state: FileSheetState, on: FileSheetCalls, told: ft.Control | None = None) -> list[ft.Control]:
    """Return the sheet over the window. told: the message of the snack bar, which it would cover."""
    content = col(_head(look, state, on), fill(_body(look, state, on)), told, expand=True)
    if look.phone:
        return [ft.Container(ft.SafeArea(content, expand=True), bgcolor=look.c.surface, left=0, right=0, top=0, bottom=0)]
    box = ft.Container(
        content,
        left=EDGE_PX,
        right=EDGE_PX,
        top=EDGE_PX,
        bottom=EDGE_PX,
        bgcolor=look.c.surface,
        border_radius=R12,
        border=edge(look),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        shadow=ft.BoxShadow(blur_radius=48, color=look.c.shadow, offset=ft.Offset(0, 8)),
    )
    return [scrim(look, on.close), box]


def _head(look: Look, state: FileSheetState, on: FileSheetCalls) -> ft.Control:
    version = state.version
    name = txt(look, version.name if version else "", "title", weight=W6, expand=True, key="file.name")
    close = icon_button(look, "file.close", "x", look.t("act.close"), on.close, tone="ink")
    if look.phone:
        return ft.Container(row(close, name), height=56, padding=pads(left=S4, right=S16))
    return ft.Container(row(name, _primary(look, state, on), close, gap=S12), height=56, padding=pads(left=S24, right=S12))


def _primary(look: Look, state: FileSheetState, on: FileSheetCalls) -> ft.Control | None:
    """Return the one thing that is done with the file as it is now."""
    version = state.version
    if version is None or version.state == "not_sent_yet":
        return None
    if version.state == "not_here":
        return button(look, "file.fetch", look.t("files.fetch"), on.fetch, glyph="download", kind="primary")
    if version.state == "fetching":
        return button(look, "file.stop", look.t("files.stop"), on.stop, glyph="x")
    if version.state == "gone_wrong":
        return button(look, "file.again", look.t("act.try_again"), on.again, glyph="refresh-cw", kind="primary")
    said, glyph = ("files.save", "download") if on.saves else ("files.open_with", "external-link")
    return button(look, "file.save", look.t(said), on.save, glyph=glyph, kind="primary")


def _body(look: Look, state: FileSheetState, on: FileSheetCalls) -> ft.Control:
    if state.phase == "failed":
        return trouble(look, "file", look.t("files.failed"), state.failure, on.reload, on.copy)
    if state.phase != "ready":
        return skeleton(look, 5, 64) if state.phase == "slow" else ft.Container()
    version = state.version
    if state.file is None or version is None:
        return empty(look, "file", look.t("files.gone"), look.t("files.gone_text"), key="file.gone")
    picture, known = _picture(look, state, version, on), _known(look, state.file, version, on)
    if look.phone:
        main = _primary(look, state, on)
        if main is not None:
            main.expand = True
        shown = ft.Container(picture, height=round(look.height * PHONE_PICTURE))
        acts = [ft.Container(row(main), padding=pad(S16, S12))] if main is not None else [space(S12)]
        return ft.ListView([shown, *acts, ft.Container(col(*known), padding=pads(left=S16, right=S16, bottom=S16))])
    side = ft.Container(
        ft.ListView(known, padding=pad(S16, S12)),
        width=SIDE_PX,
        border=ft.Border.only(left=ft.BorderSide(1, look.c.line)),
    )
    return row(ft.Container(picture, expand=True), side, gap=0, cross=STRETCH)


def _picture(look: Look, state: FileSheetState, version: FileVersion, on: FileSheetCalls) -> ft.Control:
    """Return the picture of the page that is shown, or why there is none."""
    if state.preview is None:
        face = ft.ProgressRing(width=24, height=24, stroke_width=2) if state.is_drawing else _no_picture(look, version)
        return ft.Container(face, bgcolor=look.c.sunken, alignment=ft.Alignment.CENTER, expand=True)
    image = ft.Image(
        src=state.preview.image,
        fit=ft.BoxFit.CONTAIN,
        semantics_label=look.t("files.picture", name=version.name),
        gapless_playback=True,
        error_content=_no_picture(look, version),
    )
    viewer = ft.InteractiveViewer(
        ft.Container(image, alignment=ft.Alignment.CENTER, padding=S8),
        max_scale=MOST_ZOOM,
        min_scale=1,
        trackpad_scroll_causes_scale=True,
        expand=True,
        key=f"viewer.{version.id}.{state.number}",
    )
    turns = _pages(look, state, state.preview.pages, on) if state.preview.pages > 1 else None
    return ft.Container(col(viewer, turns, expand=True), bgcolor=look.c.sunken, expand=True)


def _pages(look: Look, state: FileSheetState, pages: int, on: FileSheetCalls) -> ft.Control:
    number = state.number + 1
    back = _turn(look, "file.back", "chevron-left", "files.page_back", (lambda: on.turn(-1)) if number > 1 else None)
    forth = _turn(look, "file.forth", "chevron-right", "files.page_forth", (lambda: on.turn(1)) if number < pages else None)
    said = txt(look, look.t("files.page", number=number, pages=pages), "meta", "ink2", key="file.page")
    return ft.Container(row(back, said, forth, align=CENTRE), bgcolor=look.c.surface, height=48 if look.phone else 40)


def _turn(look: Look, id: str, glyph: str, label: str, press: Press | None) -> ft.Control:
    return icon_button(look, id, glyph, look.t(label), press, tone="ink2" if press else "line")


def _no_picture(look: Look, version: FileVersion) -> ft.Control:
    """Return the sign of the file, with how much of it is here, or that it has no picture."""
    moving = version.state in MOVING
    bar = ft.ProgressBar(value=version.progress, color=look.c.accent, bgcolor=look.c.line, bar_height=4)
    has_none = version.state in ("here", "waiting_to_send", "sending")
    words = look.t("files.no_picture") if has_none else state_words(look, version)
    return ft.Column(
        [
            disc(look, glyph_of(version.mime), "ink3", 56, 24),
            ft.Container(
                txt(look, words, tone="ink2" if has_none else state_tone(version), lines=4, centre=True, key="file.picture"),
                width=280,
            ),
            *([ft.Container(bar, width=200)] if moving and not has_none else []),
        ],
        spacing=S12,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        alignment=CENTRE,
    )


def _known(look: Look, file: DocumentShown, version: FileVersion, on: FileSheetCalls) -> list[ft.Control]:
    """Return what is known of the file, and its versions."""
    may = not file.denied
    lines = [
        _fact(look, look.t("document.size"), size(look, version.size)),
        _fact(look, look.t("document.added_at"), f"{moment(look, version.at)} · {who(look, version)}"),
        _fact(look, look.t("document.state"), state_words(look, version), state_tone(version)),
        _fact(look, look.t("document.kind_id"), look.label(file.kind)) if file.kind else None,
        _fact(look, look.t("document.description"), file.description) if file.description else None,
    ]
    acts = (
        row(
            button(look, "file.edit", look.t("files.edit"), on.edit, glyph="pencil"),
            button(look, "file.replace", look.t("files.replace"), on.replace, glyph="upload"),
            wrap=True,
        )
        if may
        else None
    )
    cells: list[ft.Control] = [col(*lines, gap=S8), space(S12), *([acts, space(S8)] if acts else [])]
    if len(file.heads) > 1:
        told = txt(look, look.t("files.heads_text"), "meta", "ink2", lines=4)
        cells += [group_header(look, look.t("files.heads_title"), tone="wait", left=0), told, space(S8)]
        cells.append(listing(look, [_version(look, one, version, on, keep=may) for one in file.heads]))
    if file.past:
        cells.append(group_header(look, look.t("files.versions"), str(len(file.versions)), left=0))
        shown = file.past if len(file.heads) > 1 else file.versions
        cells.append(listing(look, [_version(look, one, version, on, keep=False) for one in shown]))
    return cells


def _fact(look: Look, label: str, text: str, tone: str = "ink") -> ft.Control:
    return col(
        txt(look, label, "meta", "ink3", W5), txt(look, text, tone=tone if tone != "ink2" else "ink", lines=None), gap=S2
    )


def _version(look: Look, one: FileVersion, shown: FileVersion, on: FileSheetCalls, *, keep: bool) -> ft.Control:
    """Return a version of the file, marked if it is the one that is looked at."""
    here = one.id == shown.id
    words = col(
        txt(look, dotted(who(look, one), moment(look, one.at)), weight=W6 if here else W5),
        txt(look, dotted(one.name, size(look, one.size)), "meta", "ink2", lines=2),
        gap=S2,
        expand=True,
    )
    face = pressable(
        f"version.{one.id}",
        one.name,
        row(thumbnail(look, one, 32), words, gap=S12),
        lambda: on.look_at(one.id),
        selected=here,
        padding=pad(S12, S8),
        radius=12,
        bgcolor=look.c.accent_soft if here else None,
    )
    if not keep:
        return face
    way = link(look, f"version.{one.id}.keep", look.t("files.keep"), lambda: on.keep(one.id))
    return col(face, ft.Container(row(way), padding=pads(left=52, bottom=S4)))
