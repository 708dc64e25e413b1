"""The texts of one language, looked up by key."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from shared_models.texts import days, figures, order
from shared_models.texts.plurals import plural_form

LANGUAGES = ("en", "ro")
Entry = str | dict[str, str]
"""A text, or its plural forms by name."""


class MissingText(KeyError):
    """No such key in this language, or it is a plural where a plain text was asked for (or the reverse)."""


@cache
def load(language: str) -> Mapping[str, Entry]:
    """Return the file of one language. Raises FileNotFoundError for a language that is not in LANGUAGES."""
    loaded: dict[str, Entry] = json.loads(files(__package__).joinpath(f"{language}.json").read_text("utf-8"))
    return loaded


class Texts:
    """Says things in one language.

    on_missing: called with a key that does not exist, which is then shown itself: the product logs it. Without it, as in
    tests, a missing key raises MissingText.
    """

    def __init__(self, language: str, on_missing: Callable[[str], None] | None = None) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._entries = load(self.language)
        self._on_missing = on_missing

    def has(self, key: str) -> bool:
        """Tell whether the key exists."""
        return key in self._entries

    def t(self, key: str, **params: object) -> str:
        """Return the text of a key with its `{names}` filled in."""
        entry = self._entries.get(key)
        return entry.format_map(params) if isinstance(entry, str) else self._missing(key)

    def n(self, key: str, count: int, **params: object) -> str:
        """Return the plural form of a key that fits the count; `{count}` is the count, written as the language does."""
        entry = self._entries.get(key)
        if not isinstance(entry, dict):
            return self._missing(key)
        return entry[plural_form(self.language, count)].format_map({"count": self.number(count), **params})

    def number(self, value: int | Decimal, decimals: int = 0) -> str:
        """Return `1.204` or `1,204`."""
        return figures.number(self.language, value, decimals)

    def money(self, minor: int, currency: str) -> str:
        """Return an amount of minor units with its ISO 4217 currency: `1.204,50 RON`."""
        return figures.money(self.language, minor, currency)

    def day(self, value: date, form: str = "long", today: date | None = None) -> str:
        """Return a day in words; see `days.day` for the forms."""
        return days.day(self.t, value, form, today)

    def partial_day(self, text: str) -> str:
        """Return a stored partial date, `1980-05-17` or `--05-17`, in words: `17 May 1980`, `17 May`."""
        if text.startswith("--"):
            leap = date.fromisoformat(f"2000{text[1:]}")
            return self.day(leap, "long", leap)
        return self.day(date.fromisoformat(text), "long")

    def time_of(self, micros: int, zone: str) -> str:
        """Return the local time of day, `09:58`, of microseconds since 1970 UTC. zone: IANA name."""
        return days.clock(micros, zone)

    def moment(self, micros: int, zone: str, now_micros: int) -> str:
        """Return when it was: `09:58`, `ieri 17:20`, `17 nov., 11:20`."""
        return days.moment(self.t, micros, zone, now_micros)

    def age(self, since_micros: int, now_micros: int) -> str:
        """Return a short age for lists: `20 min`, `2 h`, `18 z`."""
        unit, count = days.age_parts(since_micros, now_micros)
        return self.t("age.now") if unit == "now" else self.t(f"age.{unit}", count=self.number(count))

    def ago(self, since_micros: int, now_micros: int) -> str:
        """Return an age as words: `acum 18 zile`, `2 hours ago`."""
        unit, count = days.age_parts(since_micros, now_micros)
        return self.t("ago.now") if unit == "now" else self.n(f"ago.{unit}", count)

    def sort_key(self, text: str) -> tuple[str, str]:
        """Return what lists of names are sorted by in this language (ș after s)."""
        return order.sort_key(self.language, text)

    def _missing(self, key: str) -> str:
        if self._on_missing is None:
            raise MissingText(f"{self.language}: {key}")
        self._on_missing(key)
        return key
