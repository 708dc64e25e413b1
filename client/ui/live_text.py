"""What the text boxes of one window hold in the browser, which is ahead of what the screen was told.

Flet puts a letter into the control as it arrives, and tells of it afterwards; on a slow line or a busy machine several letters
arrive before a screen is drawn for the first. A box drawn with what was told would then send the older text back, over the letters
typed since. So a box whose text came from typing is drawn with what it holds, and only a text that came from elsewhere is sent.
"""

import flet as ft


class LiveText:
    """The text boxes of a window, by identifier."""

    def __init__(self) -> None:
        """Begin with none."""
        self._boxes: dict[str, ft.TextField] = {}
        self._told: dict[str, str] = {}
        self._goes_on = ""

    def shown(self, id: str, value: str) -> str:
        """Return what a box is drawn with when the screen's text for it is `value`."""
        box = self._boxes.get(id)
        return value if box is None or self._told.get(id) != value else box.value or ""

    def told(self, id: str, text: str) -> None:
        """Note what the screen is told that was typed."""
        self._goes_on = "" if id == self._goes_on else self._goes_on
        self._told[id] = text

    def go_on(self, id: str) -> None:
        """Draw a box that got the cursor back with it at the end, until something is typed.

        Flutter marks the whole text, and the next letter would replace it.
        """
        self._goes_on = id

    def caret(self, id: str, text: str) -> ft.TextSelection | None:
        """Return where the cursor of a box is drawn; None: where it is."""
        end = len(text.encode("utf-16-le")) // 2  # as Dart counts
        return ft.TextSelection(end, end) if id == self._goes_on else None

    def drawn(self, id: str, box: ft.TextField, value: str) -> None:
        """Note the newest control of a box. A text that nobody typed ends what was told: typing begins anew from it."""
        self._boxes[id] = box
        if self._told.get(id) != value:
            self._told.pop(id, None)
