"""Days, times and ages as words. Months and weekdays are texts of the catalogue; this module only puts them together."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared_models.base import from_micros

MINUTE, HOUR, DAY = 60, 3600, 86_400
Say = Callable[..., str]
"""`Texts.t` or `Texts.n`."""


def local(micros: int, zone: str) -> datetime:
    """Return the local time of integer microseconds since 1970 UTC. Raises ZoneInfoNotFoundError for an unknown zone."""
    return from_micros(micros).astimezone(ZoneInfo(zone))


def clock(micros: int, zone: str) -> str:
    """Return the local time of day, `09:58`, the same in both languages."""
    return f"{local(micros, zone):%H:%M}"


def day(say: Say, value: date, form: str, today: date | None) -> str:
    """Return a day in words. form: `short`, `long`, `weekday`, `weekday_short` or `numeric`.

    The year is left out of every form but `numeric` when `today` is given and lies in the same year.
    """
    words = say(
        f"day.{form}",
        day=value.day,
        month=say(f"month.{value.month}"),
        month_short=say(f"month_short.{value.month}"),
        weekday=say(f"weekday.{value.isoweekday()}"),
        weekday_short=say(f"weekday_short.{value.isoweekday()}"),
        dd=f"{value.day:02d}",
        mm=f"{value.month:02d}",
        year=value.year,
    )
    if form == "numeric" or (today is not None and today.year == value.year):
        return words
    return say("day.with_year", day=words, year=value.year)


def moment(say: Say, micros: int, zone: str, now_micros: int) -> str:
    """Return when something happened: `09:58` today, `yesterday 17:20`, else the day and the time."""
    then, now = local(micros, zone), local(now_micros, zone)
    time = clock(micros, zone)
    if then.date() == now.date():
        return time
    if then.date() == now.date() - timedelta(days=1):
        return say("moment.yesterday", time=time)
    return say("moment.day", day=day(say, then.date(), "short", now.date()), time=time)


def age_parts(since_micros: int, now_micros: int) -> tuple[str, int]:
    """Return the unit and count of an age: `now`, `minutes`, `hours` (below 48), `days`. A time ahead of now counts as now."""
    seconds = (now_micros - since_micros) // 1_000_000
    if seconds < MINUTE:
        return "now", 0
    if seconds < HOUR:
        return "minutes", seconds // MINUTE
    if seconds < 2 * DAY:
        return "hours", seconds // HOUR
    return "days", seconds // DAY
