"""How long an order for diagnostics stands, and when a device is told of it (PROTOCOL 16.10). Times are microseconds since 1970 UTC."""

ORDER_US = 7 * 86_400_000_000
"""After which an order lapses: a device of an older version never answers it."""
AGAIN_US = 10 * 60_000_000
"""After which a device that was told and has not answered is told again."""


def is_due(ordered_at: int | None, now: int) -> bool:
    """Whether an order stands."""
    return ordered_at is not None and now - ordered_at < ORDER_US


def is_to_be_told(ordered_at: int | None, told_at: int | None, now: int) -> bool:
    """Whether a device has to say hello, to hear of the order."""
    return is_due(ordered_at, now) and (told_at is None or now - told_at >= AGAIN_US)
