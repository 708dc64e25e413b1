"""How often one may try to sign in: per address of the network and per e-mail address, in this process's memory."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared_models.errors import ErrorCode
from sync_server.services.refusals import Refusal

MAX_KEYS = 10_000
"""Remembered at once; the least used are forgotten first, so memory is bounded."""


@dataclass
class TryLimit:
    """A bucket of tries per key that refills steadily. Source: token bucket, as in RFC 2697."""

    now_us: Callable[[], int]
    tries: int = 5
    refill_s: float = 12.0
    """Seconds until one more try is given: five a minute."""
    _left: "OrderedDict[str, tuple[float, int]]" = field(default_factory=OrderedDict)

    def take(self, key: str) -> None:
        """Count one try. Raises Refusal L402 with the seconds to wait when none is left. A clock that was set back takes none."""
        now = self.now_us()
        left, since = self._left.pop(key, (float(self.tries), now))
        left = min(float(self.tries), left + max(now - since, 0) / 1e6 / self.refill_s)
        if left < 1:
            self._left[key] = (left, now)
            raise Refusal(ErrorCode.L402, 429, "too many tries", retry_after_s=int((1 - left) * self.refill_s) + 1)
        self._left[key] = (left - 1, now)
        while len(self._left) > MAX_KEYS:
            self._left.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Give a key its tries back, after a right password."""
        self._left.pop(key, None)


@dataclass
class SignInLimits:
    """Tries to sign in, by e-mail and by network address; devices and the office web share them. Codes are counted by themselves."""

    by_email: TryLimit
    by_address: TryLimit
    codes: TryLimit
    """By network address."""

    @classmethod
    def start(cls, now_us: Callable[[], int]) -> "SignInLimits":
        """Return five tries a minute for an e-mail address, sixty for a network address: a whole office may sit behind it; of codes ten."""
        return cls(TryLimit(now_us), TryLimit(now_us, tries=60, refill_s=1.0), TryLimit(now_us, tries=10, refill_s=6.0))

    @contextmanager
    def one_try(self, address: str, email: str) -> Iterator[None]:
        """Count one try; the right password, a block that does not raise, gives the e-mail its tries back.

        Raises Refusal L402 with the seconds to wait.
        """
        key = email.strip().casefold()
        self.by_address.take(address)
        self.by_email.take(key)
        yield
        self.by_email.forgive(key)

    @contextmanager
    def one_code(self, address: str) -> Iterator[None]:
        """Count one try of a code; one that is good gives the address its tries back. Raises Refusal L402 with the seconds to wait."""
        self.codes.take(address)
        yield
        self.codes.forgive(address)
