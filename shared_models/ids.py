"""Ids that devices make without asking anyone: time-ordered for records, deterministic where two could make one row."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid5

NAMESPACE = UUID("6f3a4a52-9c0e-5d3a-8f57-6b1d2a7f4e10")
"""Namespace of every deterministic id; never changes."""
RUN_CHARS = 14
"""Of a transaction's id, what a run of saves shares: 84 random bits."""
RUN_SAVES = 16**4
"""Transactions of one run: their count takes four hex digits."""


@dataclass
class IdMaker:
    """Makes ids from a clock and a random source that are passed in, so that a simulated run repeats exactly."""

    now_ms: Callable[[], int]
    """Wall time in milliseconds since 1970-01-01 UTC."""
    random: Random
    """`random.SystemRandom()` in the product, a seeded `Random` in tests."""
    _run: str = field(default="", init=False, repr=False)  # a secret while it lasts
    _saves: int = field(default=0, init=False)

    def record_id(self) -> str:
        """Return a UUIDv7 in lower-case text: ids of one device sort by time, and insert fast. Source: RFC 9562, 5.7."""
        return uuid7(self.now_ms(), self.random.getrandbits(74))

    def token(self) -> str:
        """Return 128 random bits as 22 URL-safe characters: the identity of a device epoch, an install."""
        return _text(self.random.getrandbits(128).to_bytes(16, "big"))

    def tx_id(self) -> str:
        """Return the identity of a transaction, 22 URL-safe characters: those of its run, its place there, 24 random bits.

        Ids that are alike pack well and are stored side by side. The run is known to this process alone, so that a copy of a
        replica has other ids, and to nobody else before it is over (`end_run`), so that nobody can use its next id first.
        """
        if not self._run or self._saves == RUN_SAVES:
            self._run, self._saves = self.token()[:RUN_CHARS], 0
        self._saves += 1
        return f"{self._run}{self._saves - 1:04x}{_text(self.random.getrandbits(24).to_bytes(3, 'big'))}"

    def end_run(self) -> None:
        """Let the next transaction begin a run: ids of this one leave the device."""
        self._run = ""


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def uuid7(ms: int, randomness: int) -> str:
    """Return the UUIDv7 text of a time in milliseconds and 74 random bits."""
    low = randomness & ((1 << 62) - 1)
    high = (randomness >> 62) & 0xFFF
    value = (ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    return str(UUID(int=value))


def derived_id(entity: str, *parts: str) -> str:
    """Return the deterministic id of a record from its natural key: the same on every device that makes the same row.

    entity: name of the entity; parts: the natural key, normalised, at creation.
    """
    return str(uuid5(NAMESPACE, "\x1f".join((entity, *parts))))
