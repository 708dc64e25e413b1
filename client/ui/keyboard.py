"""Keys of the whole window: who gets them first, and which of them are letters of a text."""

from collections.abc import Callable

KeyHandler = Callable[[str], bool]
"""Gets `j`, `?`, `ctrl+k`, `escape`, `ctrl+enter`...; returns whether it did something with it."""
ALWAYS = ("escape", "ctrl+")
"""Keys that act also while a text field has the focus."""
SAVES = ("ctrl+enter", "ctrl+s")
"""Keys that save what is open."""
STEPS = ("arrow down", "arrow up")
"""Keys that act also in a box of one line, where they would move no cursor: from a search on to what it found."""


def chord(key: str, *, ctrl: bool = False, meta: bool = False, shift: bool = False) -> str:
    """Return one name for a key press. Command counts as Control, so that one list of keys serves every system."""
    name = key.strip().lower() or key
    if shift and name == "/":
        name = "?"
    name = {"numpad enter": "enter", "esc": "escape"}.get(name, name)
    return f"ctrl+{name}" if ctrl or meta else name


class Keyboard:
    """Hands each key to the newest handler that wants it: a sheet before the screen under it, that before the frame."""

    def __init__(self) -> None:
        self._handlers: list[KeyHandler] = []
        self.is_typing = False
        """Whether a text field has the focus."""
        self._one_line = False

    def push(self, handler: KeyHandler) -> Callable[[], None]:
        """Put a handler before the others. Returns the function that takes it away."""
        self._handlers.append(handler)
        return lambda: self._handlers.remove(handler) if handler in self._handlers else None

    def press(self, name: str) -> bool:
        """Offer a key to the handlers. Returns whether one of them took it."""
        if self.is_typing and not name.startswith(ALWAYS) and not (self._one_line and name in STEPS):
            return False
        return any(handler(name) for handler in reversed(tuple(self._handlers)))

    def set_typing(self, typing: bool, one_line: bool = False) -> None:
        """Note whether a text field has the focus, and whether it is a search box of one line."""
        self.is_typing, self._one_line = typing, one_line
