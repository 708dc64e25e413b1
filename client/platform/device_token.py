"""Where the device token stands with which a device signs in: in the keyring of the system, where the data beside it is encrypted."""

from collections.abc import Callable
from dataclasses import dataclass, field

from client.platform.key_store import KeyStore, NoKeys


@dataclass
class TokenStore:
    """The device tokens of one folder's profile. The keyring is asked once per start."""

    keys: KeyStore = field(default_factory=NoKeys)
    is_wanted: Callable[[], bool] = lambda: False
    """Whether a token is to stand in the keyring; where not, it stands in the profile's file."""
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    def keep(self, device_id: str, token: str) -> None:
        """Keep a token, and read it back. Raises ReplicaSealed where the keyring does not take it."""
        self.keys.keep(_name(device_id), token.encode())
        self._known[device_id] = token

    def token(self, device_id: str) -> str | None:
        """Return a token, None where the keyring has none. Raises ReplicaSealed where it cannot be asked."""
        if device_id not in self._known:
            found = self.keys.key_for(_name(device_id))
            if found is None:
                return None
            self._known[device_id] = found.decode()
        return self._known[device_id]

    def forget(self, device_id: str) -> None:
        """Remove a token; one that a locked keyring holds on to is replaced by the next sign-in of the device."""
        self._known.pop(device_id, None)
        self.keys.forget(_name(device_id))


def _name(device_id: str) -> str:
    return f"token of {device_id}"
