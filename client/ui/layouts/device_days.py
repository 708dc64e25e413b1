"""What waited on a device day by day: a line in its row, bars in its panel."""

from collections.abc import Sequence
from datetime import timedelta

import flet as ft
import flet.canvas as cv

from client.ui.theme import S4, S8, Look
from client.ui.widgets import W4, W6, col, row, txt

RED_DAYS = 2
"""Bars at the end that are red where somebody is needed."""
HEIGHT = 72


def sparkline(look: Look, values: Sequence[int], width: float, height: float, tone: str) -> ft.Control:
    """Return the days as a line without axes, the last one marked; the figure stands beside it."""
    top, step = max(*values, 1), (width - 6) / (len(values) - 1)
    points = [(3 + i * step, height - 3 - value / top * (height - 6)) for i, value in enumerate(values)]
    path = [cv.Path.MoveTo(*points[0]), *(cv.Path.LineTo(x, y) for x, y in points[1:])]
    area = [*path, cv.Path.LineTo(points[-1][0], height), cv.Path.LineTo(points[0][0], height), cv.Path.Close()]
    colour = look.tone(tone)
    stroke = ft.Paint(color=colour, stroke_width=1.5, style=ft.PaintingStyle.STROKE, stroke_join=ft.StrokeJoin.ROUND)
    shapes: list[cv.Shape] = [
        cv.Path(area, ft.Paint(color=f"#1A{colour[1:]}", style=ft.PaintingStyle.FILL)),
        cv.Path(path, stroke),
        cv.Circle(*points[-1], 2.5, ft.Paint(color=colour, style=ft.PaintingStyle.FILL)),
    ]
    return cv.Canvas(shapes, width=width, height=height)


def day_bars(look: Look, values: Sequence[int], *, is_need: bool) -> ft.Control:
    """Return the days as bars with their dates, today last. is_need: whether the newest ones are red."""
    top = max(*values, 1)
    first = look.today.date() - timedelta(days=len(values) - 1)

    def bar(i: int, value: int) -> ft.Control:
        is_red = is_need and value > 0 and i >= len(values) - RED_DAYS
        high = max(round(value / top * (HEIGHT - S8)), 2)
        fill = ft.Container(height=high, bgcolor=look.c.need if is_red else look.c.field_line, border_radius=3)
        return ft.Container(fill, expand=1, height=HEIGHT, alignment=ft.Alignment.BOTTOM_CENTER, tooltip=str(value))

    def date(i: int) -> ft.Control:
        is_today = i == len(values) - 1
        words = str((first + timedelta(days=i)).day)
        return txt(look, words, "meta", "ink" if is_today else "ink3", W6 if is_today else W4, centre=True, expand=1)

    return col(
        row(*(bar(i, value) for i, value in enumerate(values)), gap=S8),
        row(*(date(i) for i in range(len(values))), gap=S8),
        gap=S4,
    )
