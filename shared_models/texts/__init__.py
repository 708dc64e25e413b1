"""Every text that a person reads, in English and Romanian, with the plural forms of both.

`en.json` and `ro.json` are flat: key -> text, or key -> {one, few, other}. Parameters stand in braces. Keys are sorted.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["en", "ro"]
LANGUAGES: tuple[Language, ...] = ("en", "ro")
Form = Literal["one", "few", "other"]
Catalogue = dict[str, "str | dict[Form, str]"]


@cache
def load(language: Language) -> Catalogue:
    """Return the texts of a language by key."""
    found: Catalogue = json.loads(files(__name__).joinpath(f"{language}.json").read_text(encoding="utf-8"))
    return found


def preferred(tags: Iterable[str]) -> Language | None:
    """Return the first language that we speak of those that a reader does, or None. tags: as BCP 47 has them, best first."""
    spoken = (tag.strip().lower().partition("-")[0] for tag in tags)
    return next((language for tag in spoken for language in LANGUAGES if tag == language), None)


def plural_form(language: Language, count: int) -> Form:
    """Return the plural form that a count takes. Source: CLDR plural rules, cardinals of whole numbers.

    Romanian: one for 1; few for 0 and for numbers whose last two digits are 01-19; other from 20 on, said with "de".
    """
    if count == 1:
        return "one"
    if language == "ro":
        return "few" if count == 0 or 1 <= count % 100 <= 19 else "other"
    return "other"


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: Language = "en"

    def t(self, key: str, **params: str | int) -> str:
        """Return the text of a key. Raises KeyError for an unknown key: a parity test finds it before a reader does."""
        found = load(self.language)[key]
        if not isinstance(found, str):
            raise KeyError(f"{key} has plural forms")
        return found.format(**params) if params else found

    def n(self, key: str, count: int, **params: str | int) -> str:
        """Return the plural form of a key that fits a count, which stands for {n}."""
        found = load(self.language)[key]
        if isinstance(found, str):
            raise KeyError(f"{key} has no plural forms")
        form = plural_form(self.language, count)
        return found.get(form, found["other"]).format(n=params.pop("n", self.number(count)), **params)

    def has(self, key: str) -> bool:
        """Whether a key is known."""
        return key in load(self.language)

    def number(self, value: int) -> str:
        """Return a whole number with the language's grouping: 1,204 or 1.204."""
        grouped = f"{value:,}"
        return grouped.replace(",", ".") if self.language == "ro" else grouped
