"""WCAG contrast of every text and mark on the grounds that it stands on: 4.5 for text, 3 for marks."""

import pytest

from client.ui.colours import SETS

TYPES = ("visit", "call", "meeting", "travel", "event")
TEXT = [
    *((t, g) for t in ("ink", "ink2", "ink3") for g in ("canvas", "surface", "sunken", "accent_soft")),
    ("ink2", "off_hours"), ("ink3", "work"), ("ink", "place"), ("on_accent", "accent"), ("accent_ink", "accent_soft"), ("accent_ink", "surface"),
    ("on_inverse", "inverse"), ("inverse_link", "inverse"),
    *((t, g) for t in ("ok", "wait", "need") for g in ("surface", f"{t}_soft", "accent_soft")),
    *((t, f"{t}_soft") for t in TYPES),
    *(("ink2", f"{t}_soft") for t in (*TYPES, "need")),
]  # fmt: skip
MARKS = [("field_line", "surface"), ("wait_dot", "surface"), ("need", "surface"), ("accent", "surface"), ("accent", "place")]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", list(SETS))
def test_every_text_and_mark_can_be_read(name):
    colours = SETS[name]
    pairs = [(t, g, 4.5) for t, g in TEXT] + [(t, g, 3.0) for t, g in MARKS]
    weak = [(t, g) for t, g, least in pairs if contrast(getattr(colours, t), getattr(colours, g)) < least]
    assert weak == []
