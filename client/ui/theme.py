"""The measures of the look, the value that every layout draws with, and the Flet theme made from both.

Change a number here, never in a screen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import flet as ft

from client.ui.colours import Colours
from client.ui.keyboard import KeyHandler
from client.ui.live_text import LiveText
from client.usecases.answers import Label
from shared_models.texts import Texts

FONT, ICON_FONT = "Inter", "Lucide"
FONTS = {FONT: "fonts/Inter-tabular.ttf", ICON_FONT: "fonts/Lucide-subset.ttf"}

S2, S4, S6, S8, S12, S16, S24, S32, S48 = 2, 4, 6, 8, 12, 16, 24, 32, 48
"""Spacing in pixels: the 8-point grid with a half step. 2 and 6 only between the parts of one mark."""
R4, R8, R12, R16 = 4, 8, 12, 16
"""Radii: small marks, controls and rows, cards and panes, sheets."""
FAST_MS, CALM_MS = 120, 200
"""Motion: hover and press, sheets and panes."""
NARROW_BELOW, PHONE_BELOW, WIDE_FROM = 360, 600, 1000
"""Window widths in pixels that change the frame. Source: `ui.md` 0."""
CLEAR = "#00000000"

SIZES_WIDE = {"title": (20, 28), "body": (14, 20), "meta": (12, 16)}
SIZES_PHONE = {"title": (22, 28), "body": (16, 22), "meta": (13, 18)}


class Typing(Protocol):
    """Is told that a text box has got or lost the cursor, and whether it is a search box of one line."""

    def __call__(self, box: int, here: bool, one_line: bool = False) -> None:
        """Take the news."""
        ...


def _unheard(handler: KeyHandler) -> Callable[[], None]:
    """Offer keys to nobody: the default of a look outside a running app."""
    return lambda: None


def _no_menu(menu: int, here: bool) -> None:
    """Listen to no menu: the default of a look outside a running app."""


def _ignore(box: int, here: bool, one_line: bool = False) -> None:
    """Listen to nothing: the default of a look outside a running app."""


@dataclass(frozen=True)
class Look:
    """Everything that a layout needs to draw: colours, language, room, time. A new look repaints everything."""

    c: Colours
    texts: Texts
    width: int = 1280
    height: int = 800
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    """Aware time by which ages are told; moves on once a minute."""
    zone: str = "Europe/Bucharest"
    """IANA zone of the reader."""
    typing: Typing = field(default=_ignore, compare=False)
    """Told which text box has the cursor, so that single letters are not taken for keys."""
    menu: Callable[[int, bool], None] = field(default=_no_menu, compare=False)
    """Told which menu has opened (True) or closed, so that its keys are taken for nothing else."""
    hear: Callable[[KeyHandler], Callable[[], None]] = field(default=_unheard, compare=False)
    """Offers keys to a part of the screen before the screen itself; returns what ends it."""
    live: LiveText = field(default_factory=LiveText, compare=False)
    """What the window's text boxes hold."""
    is_office: bool = False
    """Whether the data is kept by the server: what is wrong with it is helped elsewhere than on a device."""

    @property
    def phone(self) -> bool:
        """Whether one pane, the bottom bar and big targets are drawn."""
        return self.width < PHONE_BELOW

    @property
    def narrow(self) -> bool:
        """Whether it is a small phone: what stands side by side on others goes one below the other."""
        return self.width < NARROW_BELOW

    @property
    def wide(self) -> bool:
        """Whether list and detail stand side by side."""
        return self.width >= WIDE_FROM

    @property
    def sizes(self) -> dict[str, tuple[int, int]]:
        """Three text sizes with their line heights in pixels: nothing else on a screen."""
        return SIZES_PHONE if self.phone else SIZES_WIDE

    @property
    def target(self) -> int:
        """Smallest height in pixels of something that can be pressed."""
        return 48 if self.phone else 36

    @property
    def lang(self) -> str:
        """Language of the reader, `en` or `ro`."""
        return self.texts.language

    @property
    def today(self) -> datetime:
        """The time on the reader's wall."""
        return self.now.astimezone(ZoneInfo(self.zone))

    def t(self, key: str, **params: str | int) -> str:
        """Return the text of a key in the reader's language; the office has its own words for some, under `office.`."""
        return self.texts.t(self._own(key), **params)

    def n(self, key: str, count: int, **params: str | int) -> str:
        """Return the plural form of a key that fits `count`, in the office's own words where it has them."""
        return self.texts.n(self._own(key), count, **{"n": self.texts.number(count), **params})

    def _own(self, key: str) -> str:
        own = f"office.{key}"
        return own if self.is_office and self.texts.has(own) else key

    def label(self, label: Label | str | None) -> str:
        """Return the reader's side of a label that data carries in both languages."""
        if label is None or isinstance(label, str):
            return label or ""
        return label.ro if self.lang == "ro" else label.en

    def tone(self, name: str) -> str:
        """Return the colour of a role; a colour passes through."""
        return name if name.startswith("#") else str(getattr(self.c, name))


def make_theme(c: Colours) -> ft.Theme:
    """Return the Flet theme of a colour set: one typeface, quiet hover, no ripple, tokens instead of generated tones."""
    return ft.Theme(
        font_family=FONT,
        visual_density=ft.VisualDensity.STANDARD,
        color_scheme=ft.ColorScheme(
            primary=c.accent,
            on_primary=c.on_accent,
            surface=c.surface,
            on_surface=c.ink,
            on_surface_variant=c.ink2,
            outline=c.field_line,
            outline_variant=c.line,
            error=c.need,
            surface_tint=CLEAR,
            surface_container=c.surface,
            surface_container_highest=c.sunken,
            primary_container=c.accent_soft,
            on_primary_container=c.accent_ink,
        ),
        scaffold_bgcolor=c.canvas,
        hover_color="#0F8CA0C0" if c.dark else "#0A14283C",
        splash_color=CLEAR,
        highlight_color="#148CA0C0" if c.dark else "#0F14283C",
        focus_color="#338FB0FF" if c.dark else "#292B57C4",
        scrollbar_theme=ft.ScrollbarTheme(thickness=6, radius=3, thumb_color=c.line),
    )
