"""Keys of the whole window: who gets them first, and which of them are letters of a text."""

import time
from collections.abc import Callable

KeyHandler = Callable[[str], bool]
"""Gets `j`, `?`, `ctrl+k`, `escape`, `ctrl+enter`...; returns whether it did something with it."""
ALWAYS = ("escape", "ctrl+")
"""Keys that act also while a text field has the focus."""
SAVES = ("ctrl+enter", "ctrl+s")
"""Keys that save what is open."""
PALETTE = "ctrl+k"
"""The key that opens the palette, over whatever is open."""
STEPS = ("arrow down", "arrow up")
"""Keys that act also in a box of one line, where they would move no cursor: from a search on to what it found."""
MENU_S = 0.3
"""Seconds for which the key that has closed a menu may still be on its way here: a window tells of both, in one order or the other."""
CURSOR_S = 5.0
"""Seconds for which letters are text while the cursor is on its way into a box: a slow line is slower than a hand."""


def chord(key: str, *, ctrl: bool = False, meta: bool = False, shift: bool = False) -> str:
    """Return one name for a key press. Command counts as Control, so that one list of keys serves every system."""
    name = key.strip().lower() or key
    if shift and name == "/":
        name = "?"
    name = {"numpad enter": "enter", "esc": "escape"}.get(name, name)
    return f"ctrl+{name}" if ctrl or meta else name


def letter_of(key: str, *, shift: bool = False) -> str:
    """Return the letter, digit or blank that a key types, as far as its name tells; empty text for every other key."""
    if len(key) != 1 or not (key.isalpha() or (not shift and (key.isdigit() or key == " "))):
        return ""
    return key.upper() if shift else key.lower()


class Keyboard:
    """Hands each key to the newest handler that wants it: a sheet before the screen under it, that before the frame."""

    def __init__(self, is_shown: Callable[[int], bool] = lambda _: True, clock: Callable[[], float] = time.monotonic) -> None:
        """is_shown: whether the box of that number is still on the screen; one that goes tells nobody that it lost the cursor."""
        self._handlers: list[KeyHandler] = []
        self._is_shown, self._clock = is_shown, clock
        self._box: int | None = None
        self._one_line = False
        self._awaited_until: float | None = None
        self._early = ""
        self._late: str | None = None
        self._menu: int | None = None
        self._menu_left_at = float("-inf")
        self.promises = 0
        """How often the cursor was promised to a box."""
        self.before: int | None = None
        """Which box had the cursor as it was promised to another one last."""
        self.arrivals = 0
        """How often the cursor has come into a box."""

    @property
    def box(self) -> int | None:
        """Which text box has the cursor, by its number."""
        return self._box

    @property
    def hears_late(self) -> bool:
        """Whether a cursor that was awaited has come, and nothing is known yet of what is typed since."""
        return self._late is not None

    @property
    def is_typing(self) -> bool:
        """Whether a text box has the cursor, or has been promised it."""
        if self._box is not None and self._is_shown(self._box):
            return True
        return self._awaited_until is not None and self._clock() < self._awaited_until

    def push(self, handler: KeyHandler) -> Callable[[], None]:
        """Put a handler before the others. Returns the function that takes it away."""
        self._handlers.append(handler)
        return lambda: self._handlers.remove(handler) if handler in self._handlers else None

    def press(self, name: str) -> bool:
        """Offer a key to the handlers. Returns whether one of them took it.

        While a menu is open every key is the menu's: Escape closes it, and nothing under it.
        """
        if self._is_of_menu(name):
            return True
        if self.is_typing and not name.startswith(ALWAYS) and not (self._one_line and name in STEPS):
            return False
        return any(handler(name) for handler in reversed(tuple(self._handlers)))

    def _is_of_menu(self, name: str) -> bool:
        """Whether a key was pressed into a menu; Escape ends it, whatever else is told of it."""
        is_open = self._menu is not None and self._is_shown(self._menu)
        if name != "escape":
            return is_open
        is_its_own = is_open or self._clock() - self._menu_left_at < MENU_S
        self._menu, self._menu_left_at = None, float("-inf")
        return is_its_own

    def menu(self, menu: int, here: bool) -> None:
        """Note that a menu has opened, or has closed."""
        if here:
            self._menu = menu
        elif menu == self._menu:
            self._menu, self._menu_left_at = None, self._clock()

    def cursor(self, box: int, here: bool, one_line: bool = False) -> None:
        """Note that a box has got or lost the cursor. one_line: it is a search box.

        What a box says that has it no longer changes nothing: a window may tell of the new one first.
        """
        if here:
            self.arrivals += 1
            self._late = "" if self._awaited_until is not None else self._late
            self._box, self._one_line, self._awaited_until = box, one_line, None
        elif box == self._box:
            self._box, self._late = None, None

    def await_cursor(self, one_line: bool = False) -> None:
        """Note that the cursor is on its way into a box: what is typed meanwhile is meant for it, and is no key of the screen."""
        self.before = self._box
        self._box, self._one_line, self._awaited_until = None, one_line, self._clock() + CURSOR_S
        self._early, self._late = "", None
        self.promises += 1

    def hear(self, letter: str) -> None:
        """Keep a letter that is typed while the cursor is on its way: no box has it yet, and the person does not know.

        Likewise at first when it has come: a browser gives the letters of a moment more to nobody.
        """
        if self._box is None and self.is_typing:
            self._early += letter
        elif self._late is not None:
            self._late += letter

    def take_early(self) -> str:
        """Return the letters that were typed on the way of the cursor, once."""
        early, self._early = self._early, ""
        return early

    def take_late(self) -> str:
        """Return the letters that were typed since an awaited cursor has come, once; further ones are the box's own."""
        late, self._late = self._late or "", None
        return late

    def release(self) -> None:
        """Note that the box with the cursor is closed, or that none comes after all."""
        self._box, self._awaited_until, self._early, self._late = None, None, "", None
