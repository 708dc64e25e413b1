"""A QR code, drawn as squares: dark on white in every theme, as scanners want it."""

import flet as ft
import flet.canvas as cv
import segno

from client.ui.theme import R8

QUIET = 4
"""Modules of white around a code. Source: ISO/IEC 18004, 9.1."""
DARK, LIGHT = "#000000", "#FFFFFF"


def qr(text: str, most: int, spoken: str) -> ft.Control:
    """Return the code of a text in a square of at most so many pixels. spoken: what a reader of screens is told instead."""
    rows = runs(text)
    modules = len(rows) + 2 * QUIET
    module = max(most // modules, 1)  # whole pixels: else there are lines between the rows
    side = module * modules
    paint = ft.Paint(color=DARK, style=ft.PaintingStyle.FILL, anti_alias=False)
    shapes: list[cv.Shape] = [
        cv.Rect((QUIET + start) * module, (QUIET + y) * module, length * module, module, paint=paint)
        for y, row in enumerate(rows)
        for start, length in row
    ]
    drawn = ft.Container(cv.Canvas(shapes, width=side, height=side), bgcolor=LIGHT, border_radius=R8, width=side, height=side)
    return ft.Semantics(label=spoken, image=True, content=drawn, exclude_semantics=True)


def runs(text: str) -> list[list[tuple[int, int]]]:
    """Return the rows of a code's modules without its margin, each as runs of dark ones: (place, length)."""
    found = []
    for row in segno.make(text, error="m", micro=False).matrix:
        dark, start = list[tuple[int, int]](), None
        for x, module in enumerate([*row, 0]):
            if module and start is None:
                start = x
            elif not module and start is not None:
                dark.append((start, x - start))
                start = None
        found.append(dark)
    return found
