"""Figures, sizes and values told to a person in the reader's words."""

import unicodedata
from collections.abc import Sequence
from datetime import date

from client.ui.dates import clock, local, short_day
from client.ui.theme import Look
from client.usecases.answers import Label
from client.usecases.typed_search import has_words
from shared_models.base import Record
from shared_models.fields import Column, Kind

NO_BREAK = "\u00a0"
"""Keeps the groups of one figure on one line."""
MAX_SHOWN = 12
"""Letters of what was typed that are said back."""
SHORT = 18
"""Letters of a figure that fit on one line of the narrowest place."""


def count(look: Look, number: int) -> str:
    """Return a whole number grouped the reader's way: 1,204 or 1.204."""
    return f"{number:,}".replace(",", "." if look.lang == "ro" else ",")


def size(look: Look, size_bytes: int) -> str:
    """Return a size in the unit that fits: 1 KB, 2.4 MB."""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000))}{NO_BREAK}KB"
    figure = f"{size_bytes / 1_000_000:.1f}".removesuffix(".0")
    return f"{figure.replace('.', ',') if look.lang == 'ro' else figure}{NO_BREAK}MB"


def initial(name: str) -> str:
    """Return the letter under which a name is filed: Ș under S; `#` for what does not begin with a letter."""
    letter = unicodedata.normalize("NFD", name.strip()[:1])[:1].upper()
    return letter if letter.isalpha() else "#"


def unbroken(text: str) -> str:
    """Return a figure that is short enough (a phone) so that it never breaks over two lines; a longer one breaks between groups."""
    return text.replace(" ", NO_BREAK) if len(text) <= SHORT and any(c.isdigit() for c in text) else text


def iban(text: str) -> str:
    """Return an IBAN in groups of four; a line may end between two of them."""
    plain = text.replace(" ", "")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def value(look: Look, entity: type[Record], column: Column, stored: object, shown: Label | str | None = None) -> str:
    """Return a stored value as a person reads it; empty text for none. shown: what stands for an id."""
    if stored is None or stored == "" or stored == []:
        return ""
    if column.col.references:
        return look.label(shown) or unseen(look, column.col.references)
    if isinstance(stored, bool):
        return look.t("value.yes" if stored else "value.no")
    if isinstance(stored, list | tuple):
        return ", ".join(choice(look, entity, column.name, str(item)) for item in stored)
    if column.values:
        return choice(look, entity, column.name, str(stored))
    return _plain(look, column, stored)


def dotted(*parts: str) -> str:
    """Return the parts that there are on one line, with dots between them."""
    return " · ".join(part for part in parts if part)


def capital(text: str) -> str:
    """Return a text as it stands at the beginning of a line."""
    return text[:1].upper() + text[1:]


def unseen(look: Look, entity: str) -> str:
    """Return what stands for a record that is not on this device: as a rule its reader may not see it."""
    key = f"value.unseen.{entity}"
    return look.t(key) if look.texts.has(key) else look.t("value.gone")


def _plain(look: Look, column: Column, stored: object) -> str:
    if column.kind is Kind.INSTANT and isinstance(stored, int):
        return f"{short_day(look, local(look, stored).date())}, {clock(look, stored)}"
    if column.kind is Kind.DATE:
        return short_day(look, date.fromisoformat(str(stored)))
    if column.col.widget == "partial_date":
        return partial_day(look, str(stored))
    if column.col.widget == "iban":
        return iban(str(stored))
    if column.col.widget == "language":
        return look.t(f"language.{stored}") if stored in ("en", "ro") else str(stored)
    return str(stored)


def partial_day(look: Look, text: str) -> str:
    """Return what is known of a day: `17 May 1980`, `17 May` (`--05-17`), `May 1980`, `1980`."""
    year, *rest = ("", *text[2:].split("-")) if text.startswith("--") else text.split("-")
    month, day = (*rest, "", "")[:2]
    name = look.t(f"month.{'short.' if day else ''}{int(month)}") if month else ""
    return " ".join(part for part in (day.lstrip("0"), name, year) if part)


def nothing_found(look: Look, text: str, words: str) -> str:
    """Return what is said of a search without a hit: `words`, or of signs alone that there was nothing to search for in them."""
    text = text.strip()
    return words if not text or has_words(text) else look.t("list.no_words", text=text[:MAX_SHOWN])


def nothing_to_pick(look: Look, entity: str, text: str, picks: Sequence[object]) -> str:
    """Return what an open picker says that has no record to offer: what can be typed, or that what was typed finds nothing."""
    if picks:
        return ""
    asks = look.t("form.pick_type_any" if entity in ("company", "contact") else "form.pick_type")
    return nothing_found(look, text, look.t("form.nothing_found")) if text.strip() else asks


def choice(look: Look, entity: type[Record], field: str, stored: str) -> str:
    """Return the words for one of the fixed choices of a field; what a newer version sent stands as it is stored."""
    key = f"value.role.{stored}" if field == "roles" else f"value.{entity.entity_name}.{field}.{stored}"
    return look.t(key) if look.texts.has(key) else stored
