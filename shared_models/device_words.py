"""Why a device is behind, in words: for the admin's screen and for the terminal."""

from shared_models.device_desk import Cause, Reason
from shared_models.texts import Texts

COUNTED = frozenset({Cause.REFUSED_CHANGES, Cause.REFUSED, Cause.LEASE_OVER, Cause.SILENT})
"""Causes whose words have their figure."""
HOUR_MIN, DAY_MIN = 60, 1440
"""In minutes. Spans are told in a larger unit from two of it on."""


def cause_in_words(texts: Texts, reason: Reason) -> str:
    """Return a reason as a few words without a full stop."""
    key = f"device.cause.{reason.cause}"
    if reason.cause in COUNTED:
        return texts.n(key, reason.n)
    if reason.cause is Cause.CLOCK_WRONG:
        way = texts.t("device.clock.fast" if reason.n > 0 else "device.clock.slow")
        return texts.t(key, span=_span(texts, abs(reason.n)), way=way)
    return texts.t(key)


def advice(texts: Texts, reason: Reason) -> str:
    """Return what a reason means and what to do, as sentences."""
    key = f"device.advice.{reason.cause}"
    if reason.cause is not Cause.REFUSED:
        return texts.t(key)
    error = f"error.{reason.code}"
    return texts.t(key, error=texts.t(error if texts.has(error) else "error.unexpected"))


def _span(texts: Texts, minutes: int) -> str:
    if minutes >= 2 * DAY_MIN:
        return texts.n("device.span.days", minutes // DAY_MIN)
    if minutes >= 2 * HOUR_MIN:
        return texts.n("device.span.hours", minutes // HOUR_MIN)
    return texts.n("device.span.minutes", minutes)
