"""Days as people type them, in English or Romanian: the day before the month, the month as a number or by its name."""

import re
from datetime import date

from shared_models.folding import fold
from shared_models.texts import LANGUAGES, Texts

LEAP_YEAR = 2000
"""Stands for a year that is not known: in it, every day that some year has exists."""
MIN_NAME = 3
"""Letters by which the name of a month is known."""
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_YEAR_FIRST = re.compile(r"\d{4}\D")


def day(text: str) -> str | None:
    """Return what was typed as an ISO day; None when it is no day that exists, or has no year."""
    found = partial_day(text)
    return found if found is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", found) else None


def partial_day(text: str) -> str | None:
    """Return what was typed as a day, month or year (`entities.contact.PartialDate`); None when it is nothing of that kind.

    Understood: `17.05.1980`, `17/5/1980`, `17 mai 1980`, `May 17, 1980`, `1980-05-17`; `05.1980`, `mai 1980`; `1980`;
    `17.05`, `17 May`. Of two numbers the first is the day; years have four digits.
    """
    text = fold(text.strip())
    if text.startswith("--"):
        short = re.fullmatch(r"--(\d\d)-(\d\d)", text)
        return _written(None, int(short[1]), int(short[2])) if short else None
    if re.sub(r"[^\W_]|[\s.,/-]", "", text):
        return None
    parts = _PARTS.findall(text)
    names = [(i, month) for i, part in enumerate(parts) if (month := _month(part)) is not None]
    numbers = [part for part in parts if part.isdecimal()]
    if len(names) + len(numbers) != len(parts) or len(names) > 1 or any(len(number) not in (1, 2, 4) for number in numbers):
        return None
    if _YEAR_FIRST.match(text) and len(parts) > 1:
        numbers = numbers[::-1]
    year = int(numbers.pop()) if numbers and len(numbers[-1]) == 4 else None
    if any(len(number) == 4 for number in numbers):
        return None
    month = names[0][1] if names else int(numbers.pop()) if numbers else None
    if len(numbers) > 1 or (month is None and year is None):
        return None
    return _written(year, month, int(numbers[0]) if numbers else None)


def _written(year: int | None, month: int | None, day: int | None) -> str | None:
    """Return the stored form, or None for what is in no calendar."""
    if year is None and day is None:
        return None
    try:
        date(year if year is not None else LEAP_YEAR, month if month is not None else 1, day if day is not None else 1)
    except ValueError:
        return None
    known = [f"{part:02d}" for part in (month, day) if part is not None]
    return "-".join([f"{year:04d}" if year is not None else "-", *known])


def _month(word: str) -> int | None:
    """Return the month whose name begins so, in any of our languages."""
    if len(word) < MIN_NAME or word.isdecimal():
        return None
    names = ((month, fold(Texts(language).t(f"month.{month}"))) for language in LANGUAGES for month in range(1, 13))
    return next((month for month, name in names if name.startswith(word)), None)
