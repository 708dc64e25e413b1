"""A keyring for tests: in this process, with the interface of the library's backends, and what can be wrong with one."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from client.platform.key_store import SystemKeyring
from client.replica.driver import Encrypted
from client.usecases.at_rest import AtRest
from tests.clients import Clock

KEY = Encrypted(bytes(range(100, 116)), bytes(range(32)))
"""A key of a test that needs no keyring."""


class Locked(Exception):
    """The person did not unlock it."""


@dataclass
class MemoryKeyring:
    """Keeps secrets until the process ends."""

    held: dict[tuple[str, str], str] = field(default_factory=dict)
    is_locked: bool = False
    asked: int = 0
    """How often a person had to let somebody read or write."""

    def get_password(self, service: str, name: str) -> str | None:
        self._ask()
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, secret: str) -> None:
        self._ask()
        self.held[service, name] = secret

    def delete_password(self, service: str, name: str) -> None:
        self._ask()
        del self.held[service, name]

    @property
    def keys(self) -> list[bytes]:
        return [bytes.fromhex(secret) for secret in self.held.values()]

    def _ask(self) -> None:
        self.asked += 1
        if self.is_locked:
            raise Locked("locked")


def at_rest_of(replica: Path, keyring: MemoryKeyring | None, seed: int = 1, *, is_wanted: bool = True) -> AtRest:
    """Return how a replica lies on the disk of a device with this keyring; None for a device that has none."""
    keys = SystemKeyring(platform="none", backend=keyring)
    return AtRest(replica, keys, Random(seed).randbytes, Clock(), is_wanted)
