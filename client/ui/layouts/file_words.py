"""How a file is told: its sign, where it is, who added it and when."""

import flet as ft

from client.ui.dates import moment
from client.ui.figures import dotted, size
from client.ui.theme import R8, Look
from client.ui.widgets import edge, icon
from client.usecases.answers import RowState
from client.usecases.document_answers import DocumentShown, FileVersion

PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp")
"""What is shown as it is."""
PDF = "application/pdf"
DOTS: dict[str, RowState] = {"waiting_to_send": "waiting", "sending": "waiting", "gone_wrong": "needs_you"}
"""State of the bytes -> dot; any other is at rest."""
TONES = {"waiting_to_send": "wait", "sending": "wait", "gone_wrong": "need"}
MOVING = ("sending", "fetching")


def can_be_shown(version: FileVersion) -> bool:
    """Whether a file has a picture of its content here: as a rule an image or a PDF has."""
    return version.mime in PICTURES or version.mime == PDF


def glyph_of(mime: str) -> str:
    """Return the sign of a type of file."""
    kind = mime.partition("/")[0]
    if kind in ("image", "audio"):
        return {"image": "image", "audio": "mic"}[kind]
    if mime == PDF or kind == "text" or "word" in mime or "opendocument.text" in mime:
        return "file-text"
    if "sheet" in mime or "excel" in mime or mime == "text/csv":
        return "chart-column"
    return "mail" if mime in ("message/rfc822", "application/vnd.ms-outlook") else "file"


def thumbnail(look: Look, version: FileVersion, px: float = 40) -> ft.Control:
    """Return the small picture of a file, or the sign of its type."""
    face: ft.Control = icon(look, glyph_of(version.mime), px / 2, "ink2")
    if version.thumbnail is not None:
        face = ft.Image(
            src=version.thumbnail,
            width=px,
            height=px,
            fit=ft.BoxFit.COVER,
            error_content=face,
            exclude_from_semantics=True,
            gapless_playback=True,
        )
    return ft.Container(
        face,
        width=px,
        height=px,
        border_radius=R8,
        border=edge(look),
        bgcolor=look.c.sunken,
        alignment=ft.Alignment.CENTER,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )


def dot_of(file: DocumentShown, version: FileVersion) -> RowState:
    """Return the dot of a row: of the bytes, or of the name and description, whichever is worse."""
    worst = (file.dot, DOTS.get(version.state, "sent"))
    return "needs_you" if "needs_you" in worst else "waiting" if "waiting" in worst else "sent"


def state_words(look: Look, version: FileVersion) -> str:
    """Return where a file is, in words."""
    if version.state == "gone_wrong":
        return look.t(f"error.{version.reason or 'unexpected'}")
    if version.state == "not_sent_yet":
        return look.t("files.state.not_sent_yet", name=version.by or look.t("who.someone"))
    return look.t(f"files.state.{version.state}", percent=round(100 * version.progress))


def state_tone(version: FileVersion) -> str:
    """Return the colour of these words: amber for what waits, red for what needs the reader."""
    return TONES.get(version.state, "ink2")


def who(look: Look, version: FileVersion) -> str:
    """Return who added a version."""
    return look.t("who.you") if version.is_mine else version.by or look.t("who.someone")


def facts(look: Look, file: DocumentShown, version: FileVersion) -> str:
    """Return size, author and time of a version on one line, and what kind of file it is."""
    kind = look.label(file.kind) if version.id == file.id else ""
    return dotted(size(look, version.size), who(look, version), moment(look, version.at), kind)


def rivals(look: Look, file: DocumentShown) -> str:
    """Return that there are several versions in use, and whose they are."""
    of = ", ".join(f"{who(look, one)} {moment(look, one.at)}" for one in file.heads)
    return look.n("files.heads", len(file.heads), who=of)
