"""Hybrid logical clock: stamps for display and tie-breaks. The order of truth is the server's sequence, never this."""

COUNTER_BITS = 16
MAX_COUNTER = (1 << COUNTER_BITS) - 1


def tick(last: int, now_ms: int) -> int:
    """Return a stamp later than every stamp that this device has made or seen.

    last: the newest stamp of the device, stored with the change log; 0 at first.
    now_ms: wall time in milliseconds since 1970-01-01 UTC; it may stand still or run backwards.
    Never raises: while the wall clock lags behind `last` the stamp keeps counting from `last`.
    Source: Kulkarni and others, Logical Physical Clocks (2014), send event.
    """
    return max(last + 1, now_ms << COUNTER_BITS)


def witness(last: int, seen: int) -> int:
    """Return the device's newest stamp after it has pulled a value stamped `seen`: the receive event of the same source."""
    return max(last, seen)


def stamp_ms(stamp: int) -> int:
    """Return the wall time of a stamp in milliseconds since 1970 UTC, for display."""
    return stamp >> COUNTER_BITS


def clamp(stamp: int, offset_ms: int, seen: int, server_now_ms: int) -> int:
    """Correct a stamp by the measured clock offset, for latest-edit comparisons.

    offset_ms: device clock minus server clock, as measured by `hello`. seen: the newest stamp of the values that the
    author had seen: the result is never below it, or the end would depend on the order of pushes (`sync.md` 1.1, LE).
    A stamp in the server's future is pulled back to the server's now.
    """
    corrected = stamp - (offset_ms << COUNTER_BITS)
    ceiling = (server_now_ms << COUNTER_BITS) | MAX_COUNTER
    return max(seen + 1, min(corrected, ceiling))
