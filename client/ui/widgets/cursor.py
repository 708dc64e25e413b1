"""The cursor of the window, put where the person goes on."""

import contextlib

import flet as ft

MOVES = 2
"""How often the cursor is sent into a box that has only just come, or may be used again: the first may find it as it was
before, and the answer to the second tells that the browser, too, has moved it."""


async def put_cursor(box: ft.Ref[ft.TextField] | ft.Ref[ft.TextButton]) -> None:
    """Put the cursor into a text field, or the focus on a button, if it is on the screen and stays there."""
    if box.current is not None:
        with contextlib.suppress(RuntimeError):  # Flet's answer for a control that went away meanwhile
            await box.current.focus()  # type: ignore[no-untyped-call]  # Flet has no annotation for that of a text field
