"""The order of names in a list, as readers of each language expect it."""

import unicodedata

LAST, AFTER_LAST = "\U0010fffd", "\U0010fffe"
ROMANIAN = {
    "ă": "a" + LAST,
    "â": "a" + AFTER_LAST,
    "î": "i" + LAST,
    "ș": "s" + LAST,
    "ş": "s" + LAST,
    "ț": "t" + LAST,
    "ţ": "t" + LAST,
}
"""Romanian letters of their own stand after their base letter: a, ă, â, b. Source: CLDR 46, collation `ro`."""


def sort_key(language: str, text: str) -> tuple[str, str]:
    """Return what names are sorted by: case and foreign accents do not count, the letters of the language do."""
    folded = unicodedata.normalize("NFC", text).casefold()
    if language == "ro":
        folded = "".join(ROMANIAN.get(letter, letter) for letter in folded)
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return "".join(c for c in bare if c.isalnum() or c == " " or c in (LAST, AFTER_LAST)).strip(), text
