"""Days as people type them, in English or Romanian: the day before the month, the month as a number or by its name."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shared_models.folding import fold
from shared_models.texts import LANGUAGES, Texts

LEAP_YEAR = 2000
"""Stands for a year that is not known: in it, every day that some year has exists."""
AHEAD = 10
"""Years after this one that two digits may mean."""
DAY_MONTH_YEAR = 3
"""Parts of a day that is written out."""
MIN_NAME = 3
"""Letters by which the name of a month is known."""
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_YEAR_FIRST = re.compile(r"\d{4}\D")


@dataclass(frozen=True)
class Parts:
    """What was typed, as numbers: a day, a month and a year, those that are there."""

    day: int | None = None
    month: int | None = None
    year: int | None = None

    @property
    def days(self) -> int:
        """How many days the month has, which is one of twelve."""
        return monthrange(self.year or LEAP_YEAR, self.month or 1)[1]


@dataclass(frozen=True)
class Wrong:
    """Why something is no day.

    reason: `month` or `day`: there is none of that number; `digits`: the year has too few or too many; `year`, `whole`: that, or the
    day itself, was left out where a whole day is wanted.
    """

    reason: str
    parts: Parts = field(default_factory=Parts)


def day(text: str, newest: int | None = None) -> str | None:
    """Return what was typed as an ISO day; None when it is no day that exists, or has no year.

    newest: as in `partial_day`; by default years of the next ten are, for what is agreed on.
    """
    found = partial_day(text, _this_year() + AHEAD if newest is None else newest)
    return found if found is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", found) else None


def partial_day(text: str, newest: int | None = None) -> str | None:
    """Return what was typed as a day, month or year (`entities.contact.PartialDate`); None when it is nothing of that kind.

    Understood: `17.05.1980`, `17/5/1980`, `17.5.80`, `17 mai 1980`, `May 17, 1980`, `1980-05-17`; `05.1980`, `mai 1980`; `1980`;
    `17.05`, `17 May`. Of two numbers the first is the day; years have four digits, or two after a day and a month: those of the last
    hundred years until `newest`, by default this one.
    """
    parts = _read(text, _this_year() if newest is None else newest)
    return _written(parts) if parts is not None else None


def wrong(text: str, *, whole: bool) -> Wrong | None:
    """Return why what was typed is no day; None when it is one, or when nothing better can be said than how a day is written.

    whole: whether it needs a year and a day.
    """
    parts = _read(text, _this_year())
    if parts is None:
        found = _PARTS.findall(text)
        return (
            Wrong("digits") if len(found) == DAY_MONTH_YEAR and found[-1].isdecimal() and len(found[-1]) not in (2, 4) else None
        )
    if _written(parts) is None:
        if parts.year == 0 or (parts.month is None and parts.day is None):
            return None
        return Wrong("day" if parts.month in range(1, 13) else "month", parts)
    if whole and None in (parts.year, parts.day):
        return Wrong("year" if parts.year is None else "whole", parts)
    return None


def _read(text: str, newest: int) -> Parts | None:
    """Return what was typed, taken apart, whether or not there is such a day; None when it is nothing of that kind."""
    text = fold(text.strip())
    if text.startswith("--"):
        short = re.fullmatch(r"--(\d\d)-(\d\d)", text)
        return Parts(int(short[2]), int(short[1])) if short else None
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
    if year is None and len(parts) == DAY_MONTH_YEAR and parts[-1].isdecimal() and len(parts[-1]) == 2:
        year = newest - (newest - int(numbers.pop())) % 100
    month = names[0][1] if names else int(numbers.pop()) if numbers else None
    if len(numbers) > 1 or (month is None and year is None) or (year is None and not numbers):
        return None
    return Parts(int(numbers[0]) if numbers else None, month, year)


def _written(parts: Parts) -> str | None:
    """Return the stored form, or None for what is in no calendar."""
    year, month, day = parts.year, parts.month, parts.day
    try:
        date(year if year is not None else LEAP_YEAR, month if month is not None else 1, day if day is not None else 1)
    except ValueError:
        return None
    known = [f"{part:02d}" for part in (month, day) if part is not None]
    return "-".join([f"{year:04d}" if year is not None else "-", *known])


def _this_year() -> int:
    return datetime.now(UTC).year


def _month(word: str) -> int | None:
    """Return the month whose name begins so, in any of our languages."""
    if len(word) < MIN_NAME or word.isdecimal():
        return None
    names = ((month, fold(Texts(language).t(f"month.{month}"))) for language in LANGUAGES for month in range(1, 13))
    return next((month for month, name in names if name.startswith(word)), None)
