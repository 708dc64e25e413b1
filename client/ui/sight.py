"""Which part of a list is in sight, and where to scroll so that a row is."""

from dataclasses import dataclass

import flet as ft

from client.ui.layouts.list_groups import HEAD_PHONE, HEAD_WIDE, ROW_PHONE, ROW_WIDE
from client.ui.theme import Look
from client.usecases.list_answers import ListQuery

AROUND_LIST = 180
"""Pixels of a window above and below its list, until the first scrolling tells the height."""


@dataclass(eq=False)
class Sight:
    """What is in sight of the list of one answer: pixels from its top, and its height (0: not told yet)."""

    query: ListQuery
    is_phone: bool
    above: float = 0
    height: float = 0

    def note(self, e: ft.OnScrollEvent) -> None:
        """Take what the client tells while scrolling."""
        self.above, self.height = e.pixels, e.viewport_dimension

    def target(self, look: Look, row: float) -> float | None:
        """Return where to scroll so that a row is in sight below the pinned header; None when it is already."""
        head, cell = (HEAD_PHONE, ROW_PHONE) if look.phone else (HEAD_WIDE, ROW_WIDE)
        height = self.height or max(cell, look.height - AROUND_LIST)
        if row < self.above + head:
            return max(0, row - head)
        if row + cell > self.above + height:
            return row + cell - height if self.height else max(0, row - head - cell)
        return None
