"""How the data of this device lies on its disk: encrypted, with a key in the keyring of the system, or in plain, and why.

It is decided once per start. What is encrypted is never opened otherwise, and never replaced by an empty replica: without the key
nothing opens, and the person is told what to do. A plain replica is encrypted at the first start at which that is possible.
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from client.platform.device_token import TokenStore
from client.platform.key_store import KeyStore, NoKeys
from client.platform.lock_file import LockFile
from client.replica import encrypting, sealing
from client.replica.driver import KEY_BYTES, SALT_BYTES, Connect, Encrypted, can_encrypt, connect, salt_of
from client.replica.file_folder import FileFolder, folder_of, is_plain
from client.replica.sealed_content import FileKeys
from client.usecases.answers import Standing
from shared_models.errors import ReplicaError, ReplicaFull, ReplicaKeyLost, ReplicaLocked, ReplicaSealed

log = logging.getLogger("fieldfare.usecases")
SPARE_BYTES = 20_000_000
"""Room that is left on the disk beside the encrypted copy."""
ASIDE, LOCK = "set-aside", "encrypting.lock"


@dataclass
class AtRest:
    """The replica file of one client's folder, the attached files beside it, and the key that opens them."""

    replica: Path
    keys: KeyStore
    random_bytes: Callable[[int], bytes]
    now_ms: Callable[[], int]
    is_wanted: bool = True
    standing: Standing | None = None
    """None until it was opened."""
    _connect: Connect | None = field(default=None, repr=False)
    _deciding: Lock = field(default_factory=Lock, repr=False)
    tokens: TokenStore = field(init=False, repr=False)
    """Where the device token of the folder's account stands."""

    def __post_init__(self) -> None:
        """Have the token stand where the key does."""
        self.tokens = TokenStore(self.keys, lambda: self.is_encrypted)

    @property
    def is_encrypted(self) -> bool:
        """Whether the file was opened, and is encrypted."""
        return isinstance(self._connect, Encrypted)

    def connect(self) -> Connect:
        """Return how the file is opened, after asking for the key, making one, or encrypting what lies there in plain.

        Raises ReplicaSealed where the key of an encrypted file cannot be had now, ReplicaKeyLost where it is gone,
        ReplicaLocked while another program makes one.
        """
        with self._deciding:
            if self._connect is None:
                found, standing = self._decide()
                self.standing = standing if self._seal_files(found) else "files_plain"
                self._connect = found
            return self._connect

    @property
    def key(self) -> bytes | None:
        """Return the key of what lies beside the replica; None where it is in plain. Raises as `connect`."""
        found = self.connect()
        return found.key if isinstance(found, Encrypted) else None

    def note_token_in_plain(self) -> None:
        """Say that the keyring did not take the device token."""
        self.standing = "token_plain"

    def outlook(self) -> Standing:
        """Return how the data lies on the disk, or will once it is opened."""
        if self.standing is not None:
            return self.standing
        return "encrypted" if salt_of(self.replica) is not None else self._why_not() or "encrypted"

    def has_to_encrypt(self) -> bool:
        """Whether opening takes the seconds that it takes to encrypt what lies here in plain, replica or files."""
        if self.standing is not None or not self._is_filled():
            return False
        return self._has_plain_files() if salt_of(self.replica) is not None else self._why_not() is None

    def set_aside(self) -> Path:
        """Give a replica whose key is lost another name, by which nothing of ours opens it, and its files; returns that name.

        Nothing is deleted.

        Raises ReplicaLocked where another program holds it.
        """
        moment = datetime.fromtimestamp(self.now_ms() / 1000, UTC)
        aside = self.replica.with_name(f"{self.replica.name}.{ASIDE}-{moment:%Y%m%dT%H%M%SZ}")
        with self._deciding:
            try:
                if folder_of(self.replica).exists():
                    folder_of(self.replica).replace(folder_of(aside))
                for suffix in ("-wal", "-shm", ""):  # the file last: a log alone would be taken for one of the next file
                    path = self.replica.with_name(self.replica.name + suffix)
                    if path.exists():
                        path.replace(aside.with_name(aside.name + suffix))
            except OSError as error:
                raise ReplicaLocked(str(error)) from error
            self._connect = self.standing = None
        return aside

    def _decide(self) -> tuple[Connect, Standing]:
        self._finish()
        salt = salt_of(self.replica)
        if salt is not None:
            key = self.keys.key_for(salt.hex())
            if key is None:
                raise ReplicaKeyLost("the keyring does not have the key")
            return Encrypted(salt, key), "encrypted"
        why_not = self._why_not()
        if why_not is not None:
            return connect, why_not
        try:
            with LockFile(self.replica.with_name(LOCK)):  # two first starts at once would make two keys
                return self._decide() if salt_of(self.replica) is not None else self._make_key()
        except OSError:  # not even a lock can be written
            return connect, "no_room"

    def _seal_files(self, found: Connect) -> bool:
        """Encrypt the files that lie in plain beside an encrypted replica; returns whether none does any more."""
        if not isinstance(found, Encrypted) or not self._has_plain_files():
            return True
        try:
            with LockFile(self.replica.with_name(LOCK)):
                return sealing.seal(FileFolder(folder_of(self.replica), FileKeys.of(found.key)))
        except (ReplicaLocked, OSError):
            return False

    def _has_plain_files(self) -> bool:
        return any(is_plain(path) for path in folder_of(self.replica).rglob("*"))

    def _finish(self) -> None:
        """Remove what an encryption that was ended may have left; where that cannot be, the next start tries again."""
        try:
            if self._is_filled():
                encrypting.finish(self.replica)
        except OSError as error:
            log.warning("what an encryption left cannot be removed", extra={"why": type(error).__name__})

    def _make_key(self) -> tuple[Connect, Standing]:
        made = Encrypted(self.random_bytes(SALT_BYTES), self.random_bytes(KEY_BYTES))
        try:
            self.keys.keep(made.salt.hex(), made.key)
        except ReplicaSealed:
            return connect, "locked"
        failed = self._encrypt(made) if self._is_filled() else self._begin(made)
        if failed is None or salt_of(self.replica) == made.salt:  # whatever failed after it took its place
            return made, "encrypted"
        self.keys.forget(made.salt.hex())
        return connect, failed

    def _begin(self, made: Encrypted) -> Standing | None:
        """Make an empty encrypted file: another program that starts now finds by it which key it has."""
        encrypting.begin(self.replica, made)
        return None

    def _encrypt(self, made: Encrypted) -> Standing | None:
        """Encrypt what lies there in plain; returns why it stayed as it was, None where it did not."""
        try:
            if shutil.disk_usage(self.replica.parent).free < self.replica.stat().st_size + SPARE_BYTES:
                return "no_room"
            encrypting.encrypt(self.replica, made)
        except ReplicaLocked:
            return "in_use"
        except (ReplicaFull, OSError):
            return "no_room"
        except ReplicaError:  # whatever is wrong with the file itself shows when it is opened
            return "failed"
        return None

    def _why_not(self) -> Standing | None:
        """Return why a new key cannot be made here, None where it can."""
        if not self.is_wanted:
            return "off"
        if not can_encrypt():
            return "no_library"
        return None if self.keys.is_there() else "no_keyring"

    def _is_filled(self) -> bool:
        return self.replica.exists() and self.replica.stat().st_size > 0


def in_plain(replica: Path, standing: Standing = "off") -> AtRest:
    """Return the way to a replica that is never encrypted: a phone's, the office's, the demo's. Its file is not looked at."""
    return AtRest(replica, NoKeys(), bytes, lambda: 0, is_wanted=False, standing=standing, _connect=connect)
