"""Marks that are read, not pressed: the dot of a row, tags, badges, initials, keys."""

import unicodedata

import flet as ft

from client.ui.theme import R4, R8, R12, S4, S6, S8, Look
from client.ui.widgets.frame import edge, pad, row
from client.ui.widgets.text import W5, W6, icon, txt

LEGAL_FORMS = (
    "SRL",
    "SRL-D",
    "S.R.L",
    "SA",
    "S.A",
    "SNC",
    "SCS",
    "RA",
    "PFA",
    "II",
    "ÎI",
    "IF",
    "GMBH",
    "AG",
    "KFT",
    "LTD",
    "ЕООД",
)
"""Words of a company's name that say only its legal form, without a final dot."""
QUARTER_TURN = 0.785
"""Radians that stand a square on its corner."""


def dot(look: Look, state: str) -> ft.Container:
    """Return the state of a row by shape and colour: sent a small disc, waiting an amber ring, needs you a red diamond."""
    if state == "waiting":
        mark = ft.Container(width=9, height=9, border_radius=5, border=ft.Border.all(2, look.c.wait_dot))
    elif state == "needs_you":
        mark = ft.Container(width=8, height=8, border_radius=1.5, bgcolor=look.c.need, rotate=ft.Rotate(QUARTER_TURN))
    else:
        quiet = "#3B4450" if look.c.dark else look.c.line
        mark = ft.Container(width=6, height=6, border_radius=3, bgcolor=quiet)
    return ft.Container(mark, width=12, height=12, alignment=ft.Alignment.CENTER, tooltip=look.t(f"state.{state}"))


def badge(look: Look, count: int, tone: str = "need") -> ft.Container:
    """Return a count that asks for attention."""
    return ft.Container(
        txt(look, str(count), "meta", tone, W6), bgcolor=look.tone(f"{tone}_soft"), border_radius=R8, padding=pad(S6, 1)
    )


def tag(look: Look, label: str, tone: str = "ink2", glyph: str | None = None) -> ft.Container:
    """Return a read-only label, grey unless it speaks of state."""
    soft = look.c.sunken if tone in ("ink2", "ink3") else look.tone(f"{tone}_soft")
    return ft.Container(
        row(icon(look, glyph, 13, tone) if glyph else None, txt(look, label, "meta", tone, W5), gap=S4, tight=True),
        bgcolor=soft,
        border=edge(look) if soft == look.c.surface else None,
        border_radius=R4 + 2,
        padding=pad(S8, 3 if look.phone else 2),
    )


def keys(look: Look, text: str) -> ft.Container:
    """Return a key or a chord as a key cap."""
    return ft.Container(
        txt(look, text, "meta", "ink3", W5), border=edge(look), border_radius=R4, padding=pad(5, 0), bgcolor=look.c.surface
    )


def avatar(look: Look, initials: str, size: float = 24) -> ft.Container:
    """Return a person as initials on a disc."""
    return ft.Container(
        txt(look, initials, "meta", "ink2", W6),
        width=size,
        height=size,
        border_radius=size / 2,
        alignment=ft.Alignment.CENTER,
        bgcolor=look.c.travel_soft,
    )


def monogram(look: Look, initials: str, size: float = 48, glyph: str = "") -> ft.Container:
    """Return the initials of a record in a frame. glyph: what stands there while it has none."""
    return ft.Container(
        icon(look, glyph, 20, "ink3") if glyph and not initials else txt(look, initials, "body", "ink2", W6),
        width=size,
        height=size,
        border_radius=R12,
        alignment=ft.Alignment.CENTER,
        bgcolor=look.c.sunken,
        border=edge(look),
    )


def disc(look: Look, glyph: str, tone: str, size: float = 40, px: float = 20) -> ft.Container:
    """Return a glyph on a soft disc of its tone."""
    soft = look.c.sunken if tone in ("ink2", "ink3") else look.tone(f"{tone}_soft")
    return ft.Container(
        icon(look, glyph, px, tone),
        width=size,
        height=size,
        border_radius=size / 2,
        alignment=ft.Alignment.CENTER,
        bgcolor=soft,
    )


def initials_of(name: str) -> str:
    """Return one or two capitals for a person: first letters of the first and of the last word."""
    return _capitals(_words(name), (0, -1))


def company_initials(name: str) -> str:
    """Return one or two capitals for a company: of its last two words, since the first of three says its kind.

    `Hotel Șapte Brazi` gives ȘB, `Băcănia lui Nae` BN. Legal forms and small words do not count.
    """
    words = [word for word in _words(name) if word.rstrip(".").upper() not in LEGAL_FORMS]
    proper = [word for word in words if not word[0].islower()] or words
    return _capitals(proper or _words(name), (-2, -1)) or name.strip()[:1]


def _words(name: str) -> list[str]:
    """Return the words of a name that begin with a letter, in composed form: a mark never stands apart from its letter."""
    plain = unicodedata.normalize("NFC", name).translate(str.maketrans('„”“"(', "     "))
    return [word for word in plain.split() if word[0].isalpha()]


def _capitals(words: list[str], places: tuple[int, int]) -> str:
    return "".join(words[i][0] for i in places if len(words) > 1 or i == places[1])[:2].upper() if words else ""
