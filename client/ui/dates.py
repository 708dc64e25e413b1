"""Times told to a person: ages, days and hours in the reader's words and zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from client.ui.theme import Look
from shared_models.base import from_micros

DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60


def local(look: Look, at: int) -> datetime:
    """Return microseconds since 1970 UTC as the time on the reader's wall."""
    moment = from_micros(at)
    try:
        return moment.astimezone(ZoneInfo(look.zone))
    except OverflowError:  # the last hours of the year 9999, east of Greenwich
        return moment


def days_since(look: Look, at: int) -> int:
    """Return calendar days between a time and today in the reader's zone; never negative."""
    return max(0, (look.today.date() - local(look, at).date()).days)


def days_until(look: Look, at: int) -> int:
    """Return calendar days from today to a time in the reader's zone; negative when it has passed."""
    return (local(look, at).date() - look.today.date()).days


def age(look: Look, at: int) -> str:
    """Return a short age: `now`, `20 min`, `2 h`, `18 d`."""
    seconds = max(0, int((look.now - from_micros(at)).total_seconds()))
    if seconds < MINUTE_S:
        return look.t("age.now")
    if seconds < HOUR_S:
        return look.t("age.minutes", n=seconds // MINUTE_S)
    if seconds < DAY_S:
        return look.t("age.hours", n=seconds // HOUR_S)
    return look.t("age.days", n=max(1, days_since(look, at)))  # a day that is put back has 25 hours


def days_ago(look: Look, at: int) -> str:
    """Return `today`, `yesterday` or `18 days ago`."""
    days = days_since(look, at)
    if days < 2:
        return look.t("day.today" if days == 0 else "day.yesterday")
    return look.n("age.days_ago", days)


def clock(look: Look, at: int) -> str:
    """Return hour and minute, `09:58`."""
    return local(look, at).strftime("%H:%M")


def moment(look: Look, at: int) -> str:
    """Return the hour of today, else day and month: for a place where one of both is enough."""
    return clock(look, at) if days_since(look, at) == 0 else short_day(look, local(look, at).date())


def until(look: Look, at: int) -> str:
    """Return an end that is to come: the hour where it is today, else the day, with the year where it is another one."""
    when = local(look, at).date()
    if when == look.today.date():
        return clock(look, at)
    return short_day(look, when)


def day(look: Look, when: date) -> str:
    """Return a day as a heading: `Today`, `Yesterday`, `Thursday 19 November`, with the year when it is another one."""
    days = (look.today.date() - when).days
    if days in (0, 1):
        return _capital(look.t("day.today" if days == 0 else "day.yesterday"))
    words = look.t(
        "day.heading", weekday=look.t(f"weekday.{when.weekday()}"), day=when.day, month=look.t(f"month.{when.month}")
    )
    return _capital(words if when.year == look.today.year else f"{words} {when.year}")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def short_day(look: Look, when: date) -> str:
    """Return `17 Nov`, with the year when it is another one."""
    words = f"{when.day} {look.t(f'month.short.{when.month}')}"
    return words if when.year == look.today.year else f"{words} {when.year}"


def weekday_of(look: Look, at: int) -> str:
    """Return when something happened, to stand in a sentence: `on Tuesday` within a week, else `on 17 Nov`."""
    when = local(look, at).date()
    days = (look.today.date() - when).days
    if days == 0:
        return look.t("when.today")
    if days == 1:
        return look.t("when.yesterday")
    if 1 < days < 7:  # a device with a wrong clock may be ahead
        return look.t(f"when.weekday.{when.weekday()}")
    return look.t("when.day", day=short_day(look, when))
