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

    def shown(self, id: str, value: str) -> str:
        """Return what a box is drawn with when the screen's text for it is `value`."""
        box = self._boxes.get(id)
        return value if box is None or self._told.get(id) != value else box.value or ""

    def told(self, id: str, text: str) -> None:
        """Note what the screen is told that was typed."""
        self._told[id] = text

    def drawn(self, id: str, box: ft.TextField, value: str) -> None:
        """Note the newest control of a box. A text that nobody typed ends what was told: typing begins anew from it."""
        self._boxes[id] = box
        if self._told.get(id) != value:
            self._told.pop(id, None)
