"""The files of a record: a list with what each is, where it is, and what can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.figures import dotted, size
from client.ui.layouts.file_words import (
    MOVING,
    dot_of,
    facts,
    rivals,
    state_tone,
    state_words,
    thumbnail,
)
from client.ui.layouts.parts import CONFIDENTIAL, is_narrow
from client.ui.layouts.trouble import trouble
from client.ui.theme import S2, S4, S8, S12, Look
from client.ui.view_models.file_jobs import Job
from client.ui.view_models.files import FilesState
from client.ui.widgets import (
    CENTRE,
    W5,
    Press,
    button,
    col,
    disc,
    dot,
    empty,
    icon,
    icon_button,
    line,
    link,
    listing,
    menu,
    pad,
    pads,
    pressable,
    row,
    skeleton,
    space,
    txt,
)
from client.usecases.document_answers import DocumentShown, FileVersion

NAME_SHARE, STATE_SHARE = 6, 5
"""How what a file is and where it is share the width of a row."""
OfFile = Callable[[str], None]
"""Does something with a file, by the id of a version."""


@dataclass(frozen=True)
class FilesCalls:
    """What a person can do with the files of a record."""

    add: Press
    open: OfFile
    fetch: OfFile
    stop: OfFile
    again: OfFile
    save: OfFile
    """Have a copy: opened by another program, or saved by the browser."""
    replace: OfFile
    edit: OfFile
    archive: OfFile
    keep: OfFile
    cancel_job: Callable[[int], None]
    again_job: Callable[[int], None]
    more: Press
    reload: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    saves: bool = False
    """Whether a copy is saved by a browser, and not opened by another program."""


def files_list(look: Look, state: FilesState, jobs: tuple[Job, ...], denied: str, on: FilesCalls) -> ft.Control:
    """Return the list in whatever state it is. denied: why the reader may not add a file here, a text key."""
    if state.phase == "failed":
        return ft.Container(trouble(look, "files", look.t("files.failed"), state.failure, on.reload, on.copy), height=420)
    if state.phase != "ready":
        return ft.Container(skeleton(look, 3, 56), height=168) if state.phase == "slow" else ft.Container()
    add = None if denied else button(look, "files.add", look.t("part.add.document"), on.add, glyph="paperclip")
    if not state.files and not jobs:
        return ft.Container(_nothing(look, denied, add), height=280)
    rows = [_job(look, job, on) for job in jobs] + [_file(look, file, on) for file in state.files]
    more = link(look, "files.more", look.t("files.more"), on.more) if state.next is not None else None
    return col(
        listing(look, rows),
        row(more) if more else None,
        *([space(S12), row(add)] if add else []),
    )


def _nothing(look: Look, denied: str, add: ft.Control | None) -> ft.Control:
    if denied == CONFIDENTIAL:
        return empty(look, "lock", look.t("part.confidential"), look.t(denied))
    text = "" if denied else look.t("part.empty_text.document")
    return empty(look, "paperclip", look.t("part.empty.document"), text, *([add] if add else []))


def _file(look: Look, file: DocumentShown, on: FilesCalls) -> ft.Control:
    """Return a file; where two people replaced it, with both versions under it, each with what keeps it."""
    if len(file.heads) == 1:
        return _version(look, file, file.newest, on)
    words = row(
        icon(look, "git-compare", 16, "wait"),
        txt(look, rivals(look, file), "meta", "wait", W5, lines=3, expand=True, key=f"file.{file.id}.heads"),
    )
    cells: list[ft.Control] = [ft.Container(words, padding=pads(left=S12, top=S12, right=S12, bottom=S8))]
    for head in file.heads:
        cells += [line(look)] if len(cells) > 1 else []
        cells.append(_version(look, file, head, on))
    return col(*cells)


def _version(look: Look, file: DocumentShown, version: FileVersion, on: FilesCalls) -> ft.Control:
    narrow, id = is_narrow(look), f"file.{version.id}"
    words = col(
        txt(look, version.name, weight=W5, lines=2 if narrow else 1),
        txt(look, facts(look, file, version), "meta", "ink2", lines=2 if narrow else 1),
        _state(look, file, version) if narrow else None,
        gap=S2,
        expand=NAME_SHARE,
        align=CENTRE,
    )
    state = None if narrow else ft.Container(_state(look, file, version), expand=STATE_SHARE)
    face = row(
        dot(look, dot_of(file, version)),
        thumbnail(look, version),
        words,
        state,
        _act(look, version, on) or (None if narrow else ft.Container(width=32)),
        _more(look, file, version, on),
        gap=S12 if not look.phone else S8,
    )
    cell = pressable(
        id,
        version.name,
        face,
        lambda: on.open(version.id),
        height=None if narrow else 64,
        padding=pads(left=S12, right=S4, top=S8 if narrow else 0, bottom=S8 if narrow else 0),
        radius=12,
    )
    if len(file.heads) == 1 or file.denied:
        return cell
    keep = link(look, f"{id}.keep", look.t("files.keep"), lambda: on.keep(version.id))
    return col(cell, ft.Container(row(keep), padding=pads(left=76, bottom=S8)))


def _state(look: Look, file: DocumentShown, version: FileVersion) -> ft.Control:
    """Return where the file is, with how much of it has moved."""
    past = look.n("files.past", len(file.past)) if file.past and version.id == file.id else ""
    said = state_words(look, version)
    is_calm = version.state in ("here", "not_here")
    words = txt(
        look,
        dotted(said, past) if is_calm else said,
        "meta",
        state_tone(version),
        W5 if not is_calm else ft.FontWeight.W_400,
        lines=3 if version.state == "gone_wrong" or look.phone else 2,
        key=f"file.{version.id}.state",
    )
    return col(words, _bar(look, version.progress) if version.state in MOVING else None, gap=S4, align=CENTRE)


def _bar(look: Look, done: float) -> ft.Control:
    bar = ft.ProgressBar(value=done, color=look.c.accent, bgcolor=look.c.line, bar_height=4)
    return ft.Semantics(content=ft.Container(bar, width=160), exclude_semantics=True)  # the words beside it say the same


def _act(look: Look, version: FileVersion, on: FilesCalls) -> ft.Control | None:
    """Return the one thing that helps a file on: fetch it, stop that, or try again."""
    id = f"file.{version.id}"
    if version.state == "not_here":
        return icon_button(look, f"{id}.fetch", "download", look.t("files.fetch"), lambda: on.fetch(version.id))
    if version.state == "fetching":
        return icon_button(look, f"{id}.stop", "x", look.t("files.stop"), lambda: on.stop(version.id))
    if version.state == "gone_wrong":
        return icon_button(
            look, f"{id}.again", "refresh-cw", look.t("act.try_again"), lambda: on.again(version.id), tone="need"
        )
    return None


def _more(look: Look, file: DocumentShown, version: FileVersion, on: FilesCalls) -> ft.Control | None:
    """Return the menu of a file."""
    found = acts_of(look, file, version, on)
    if not found:
        return None
    size_px = 48 if look.phone else 32
    face = ft.Container(
        icon(look, "ellipsis", 22 if look.phone else 18, "ink2"),
        width=size_px,
        height=size_px,
        alignment=ft.Alignment.CENTER,
    )
    id = f"file.{version.id}.more"
    return ft.Semantics(identifier=id, button=True, content=menu(look, face, found, look.t("act.more")))


def acts_of(look: Look, file: DocumentShown, version: FileVersion, on: FilesCalls) -> list[tuple[str, str, Press]]:
    """Return what can be done with a version of a file, as entries of a menu."""
    id, found = f"file.{version.id}", list[tuple[str, str, Press]]()
    if version.state in ("here", "waiting_to_send", "sending"):
        said = look.t("files.save" if on.saves else "files.open_with")
        found.append((f"{id}.save", said, lambda: on.save(version.id)))
    if not file.denied and any(version.id == head.id for head in file.heads):
        found += [
            (f"{id}.replace", look.t("files.replace"), lambda: on.replace(version.id)),
            (f"{id}.edit", look.t("files.edit"), lambda: on.edit(version.id)),
            (f"{id}.archive", look.t("act.archive"), lambda: on.archive(version.id)),
        ]
    return found


def _failure(look: Look, job: Job) -> str:
    """Return why a file was not added, and what to do."""
    if job.biggest:
        return look.t("files.too_big", own=size(look, job.size), size=size(look, job.biggest))
    return look.t(f"error.{job.failure}")


def _job(look: Look, job: Job, on: FilesCalls) -> ft.Control:
    """Return a file that is on its way in, or that could not be added: why, and what to do."""
    id = f"job.{job.id}"
    failed = bool(job.failure)
    said = _failure(look, job) if failed else look.t("files.adding", percent=round(100 * job.done))
    words = col(
        txt(look, job.name, weight=W5, lines=2 if look.phone else 1),
        txt(look, said, "meta", "need" if failed else "ink2", lines=4 if failed else 1, key=f"{id}.state"),
        None if failed else ft.Container(_bar(look, job.done), padding=pads(top=S4)),
        gap=S2,
        expand=True,
    )
    again = link(look, f"{id}.again", look.t("act.try_again"), lambda: on.again_job(job.id)) if failed else None
    cancel = icon_button(
        look, f"{id}.cancel", "x", look.t("act.remove" if failed else "act.cancel"), lambda: on.cancel_job(job.id)
    )
    weight = None if look.phone else txt(look, size(look, job.size), "meta", "ink3")
    sign = disc(look, "upload", "need" if failed else "ink2", 40, 18)
    face = row(dot(look, "needs_you" if failed else "waiting"), sign, words, again, weight, cancel, gap=S12)
    return ft.Container(face, padding=pad(S12, S12 if look.phone else S8), key=id)
