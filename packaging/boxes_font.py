"""Makes client/ui/assets/fonts/Boxes.woff2: a box for every letter that none of the other fonts there has.

Needs fonttools and brotli, which nothing else of the product does: `python packaging/boxes_font.py client/ui/assets/fonts`.
Of its own letters it has none that another font has, so that it hides none of them, in whatever order the browser gets them.
"""

import sys
import unicodedata
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

NAME, LETTERS, ICONS = "Boxes.woff2", "LNS", "Lucide-subset.ttf"
WIDTH, MANY_TO_ONE = 920, 13
"""Width in thousandths of the text's height; and the format of a table in which many letters have one glyph."""
OUTSIDE, INSIDE = (80, -60, 840, 760), (140, 0, 780, 700)


def box() -> object:
    """Return the outline of a box: the inner edge runs the other way round."""
    pen = TTGlyphPen(None)
    (left, low, right, high), inner = OUTSIDE, INSIDE
    outline = [(left, low), (left, high), (right, high), (right, low)]
    hole = [(inner[0], inner[1]), (inner[2], inner[1]), (inner[2], inner[3]), (inner[0], inner[3])]
    for points in (outline, hole):
        pen.moveTo(points[0])
        for point in points[1:]:
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def main(folder: Path) -> None:
    """Make the font for the others in a folder."""
    others = [file for file in folder.iterdir() if file.suffix in (".ttf", ".woff2") and file.name not in (NAME, ICONS)]
    known = {letter for file in others for letter in TTFont(file).getBestCmap()}
    glyphs = {}
    for letter in range(0x250, sys.maxunicode + 1):
        kind = unicodedata.category(chr(letter))[0]
        if letter not in known and kind in f"{LETTERS}M":
            glyphs[letter] = "box" if kind in LETTERS else "mark"  # a vowel sign shares the box of its letter
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder([".notdef", "box", "mark"])
    made.setupCharacterMap({})
    made.setupGlyf({".notdef": box(), "box": box(), "mark": TTGlyphPen(None).glyph()})
    made.setupHorizontalMetrics({".notdef": (WIDTH, 80), "box": (WIDTH, 80), "mark": (0, 0)})
    made.setupHorizontalHeader(ascent=950, descent=-250)
    made.setupOS2(sTypoAscender=950, sTypoDescender=-250, usWinAscent=950, usWinDescent=250)
    made.setupNameTable({"familyName": "Fieldfare Boxes", "styleName": "Regular"})
    made.setupPost()
    table = CmapSubtable.newSubtable(MANY_TO_ONE)
    table.platformID, table.platEncID, table.language, table.reserved, table.length, table.nGroups = 3, 10, 0, 0, 0, 0
    table.cmap = glyphs
    made.font["cmap"].tables = [table]
    made.font.flavor = "woff2"
    made.save(folder / NAME)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
