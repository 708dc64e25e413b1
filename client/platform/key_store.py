"""Where the key of an encrypted replica is kept: in the keyring of the operating system, and in no file of ours."""

import importlib
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared_models.errors import ReplicaSealed

log = logging.getLogger("fieldfare.platform")
SERVICE = "Fieldfare"
"""Under which name the keys stand in the keyring, each with its profile."""
BACKENDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "linux": (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring")),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
}
"""What holds secrets for a person who has signed in to the computer, by platform. They are asked by name, and not by the library's own
choice, which plugins and settings can turn to one that writes plain text into a file (as `keyrings.alt`)."""


class KeyStore(Protocol):
    """Keeps the keys of this device's profiles. profile: which replica a key is of, the salt of its file in hex."""

    def is_there(self) -> bool:
        """Whether there is a place for keys at all; it may be locked."""
        ...

    def key_for(self, profile: str) -> bytes | None:
        """Return a key, None where the store answers and has none. Raises ReplicaSealed where it cannot be asked, or is locked."""
        ...

    def keep(self, profile: str, key: bytes) -> None:
        """Keep a key, and read it back. Raises ReplicaSealed where that is not possible."""
        ...

    def forget(self, profile: str) -> None:
        """Remove a key that nothing was encrypted with; nothing happens where that is not possible."""
        ...


class NoKeys:
    """A device without a place for keys: phones, whose own storage is encrypted, and the office."""

    def is_there(self) -> bool:
        """Return that there is none."""
        return False

    def key_for(self, profile: str) -> bytes | None:
        """Raise ReplicaSealed."""
        raise ReplicaSealed("no keyring")

    def keep(self, profile: str, key: bytes) -> None:
        """Raise ReplicaSealed."""
        raise ReplicaSealed("no keyring")

    def forget(self, profile: str) -> None:
        """Do nothing."""


@dataclass
class SystemKeyring:
    """The keyring of the operating system, by the library `keyring`."""

    platform: str = sys.platform
    backend: Any = field(default=None, repr=False)
    """What the library calls the keyring; found when it is asked first. Any: the library is optional."""

    def is_there(self) -> bool:
        """Whether the system has a keyring that can be asked."""
        return self._found() is not None

    def key_for(self, profile: str) -> bytes | None:
        """Return a key; a locked keyring asks the person to unlock it. Raises ReplicaSealed."""
        try:
            found = self._asked().get_password(SERVICE, profile)
            return None if found is None else bytes.fromhex(found)
        except ReplicaSealed:
            raise
        except Exception as error:  # backends raise what they like: for whoever asks, the key cannot be had now
            raise _sealed(error) from error

    def keep(self, profile: str, key: bytes) -> None:
        """Keep a key, and read it back. Raises ReplicaSealed."""
        try:
            self._asked().set_password(SERVICE, profile, key.hex())
        except ReplicaSealed:
            raise
        except Exception as error:  # backends raise what they like: for whoever asks, the key cannot be had now
            raise _sealed(error) from error
        if self.key_for(profile) != key:
            raise ReplicaSealed("the keyring does not return what it was given")

    def forget(self, profile: str) -> None:
        """Remove a key."""
        try:
            self._asked().delete_password(SERVICE, profile)
        except Exception as error:  # noqa: BLE001  # as above; a key that nothing needs does no harm
            _sealed(error)

    def _asked(self) -> Any:  # Any: see `backend`
        found = self._found()
        if found is None:
            raise ReplicaSealed("no keyring")
        return found

    def _found(self) -> Any:  # Any: see `backend`
        for module, name in BACKENDS.get(self.platform, ()) if self.backend is None else ():
            try:
                kind = getattr(importlib.import_module(module), name)
                if kind.viable:
                    self.backend = kind()
                    break
            except Exception as error:  # noqa: BLE001  # a library that is not there, or does not go with this system
                log.info("a keyring is not to be had", extra={"keyring": module, "why": type(error).__name__})
        return self.backend


def _sealed(error: Exception) -> ReplicaSealed:
    """Return what it means when a keyring fails, locked or gone, and log the kind of failure: whatever library stands behind it."""
    log.warning("the keyring does not answer", extra={"why": type(error).__name__})
    return ReplicaSealed(f"keyring: {type(error).__name__}")
