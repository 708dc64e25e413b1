"""Who uses this device: the account, its device token and what an offline unlock is checked against.

Where the data is encrypted the token stands in the keyring, and not in the file (`device_token`). One small file beside the replica, readable by its owner only. It never holds the password, and losing it loses no edit:
the person signs in again.
"""

import hmac
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from hashlib import scrypt
from pathlib import Path

from client.platform.device_token import TokenStore
from shared_models.errors import ReplicaDamaged, ReplicaSealed, UnlockFailed

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
"""Cost of an offline guess: 32 MiB and about 60 ms here. Source: RFC 7914. A phone stays under 0.3 s; the lease limits
what a thief who guesses can read."""
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Profile:
    """One signed-in person on one device."""

    server_url: str
    email: str
    user_id: str
    device_id: str
    device_token: str | None = field(repr=False)
    """Secret; sent only to the server, to exchange it for short access tokens. None once the person has signed out, and where it is in
    the keyring: `ProfileStore.token` returns it."""
    lease_days: int
    """How long the device opens without having met the server."""
    last_contact_ms: int
    """Server time of the last successful contact, milliseconds since 1970 UTC."""
    salt: str
    """16 random bytes in hex."""
    password_hash: str
    """scrypt of the password, 32 bytes in hex; empty where the device signed in by a code, until its person types the password once."""
    token_in_keyring: bool = False

    @property
    def is_signed_in(self) -> bool:
        """Return whether the server knows the device by a token."""
        return self.device_token is not None or self.token_in_keyring

    @property
    def lease_ends_ms(self) -> int:
        """Return when the device locks until it has met the server again. It is never wiped for that."""
        return self.last_contact_ms + self.lease_days * DAY_MS


def hashed(password: str, salt: str) -> str:
    """Return the scrypt hash of a password in hex. salt: hex."""
    return scrypt(password.encode(), salt=bytes.fromhex(salt), n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=2**26, dklen=32).hex()


def check_password(profile: Profile, password: str) -> None:
    """Raise UnlockFailed where a password is not the one of the last sign-in.

    Nothing is deleted after any number of wrong tries: unsent edits are worth more than a lock that wipes.
    """
    if not profile.password_hash:
        raise UnlockFailed("unlock.no_password_yet")
    if not hmac.compare_digest(hashed(password, profile.salt), profile.password_hash):
        raise UnlockFailed("unlock.wrong_password")


def check_lease(profile: Profile, now_ms: int) -> None:
    """Raise UnlockFailed where the device has not met the server for too long."""
    if now_ms > profile.lease_ends_ms:
        raise UnlockFailed("unlock.lease_ended")


@dataclass(frozen=True)
class ProfileStore:
    """The profile's file in the client's folder."""

    folder: Path
    tokens: TokenStore = field(default_factory=TokenStore)

    @property
    def path(self) -> Path:
        """Return the file."""
        return self.folder / "profile.json"

    @property
    def draft(self) -> Path:
        """Return what is written before it takes the file's place; a kill may leave it."""
        return self.path.with_suffix(".new")

    def load(self) -> Profile | None:
        """Return the profile, or None when nobody has signed in here. Raises ReplicaDamaged for an unreadable file."""
        try:
            return Profile(**json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise ReplicaDamaged(str(self.path)) from error

    def token(self, profile: Profile) -> str | None:
        """Return the device token, None where there is none. Raises ReplicaSealed where the keyring cannot be asked for it."""
        return self.tokens.token(profile.device_id) if profile.token_in_keyring else profile.device_token

    def save(self, profile: Profile) -> None:
        """Write the profile whole or not at all, and only for its owner's eyes; a token goes to the keyring first, where it is to stand.

        Raises ReplicaSealed where the keyring does not take it; then the file is as it was.
        """
        if profile.device_token is not None and self.tokens.is_wanted():
            self._forget_other(profile.device_id)
            self.tokens.keep(profile.device_id, profile.device_token)
            profile = replace(profile, device_token=None, token_in_keyring=True)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(profile), file)
            file.flush()
            os.fsync(file.fileno())
        self.draft.replace(self.path)

    def touch(self, now_ms: int) -> None:
        """Begin the lease anew after a contact with the server. At most once an hour, to spare the medium.

        Also where the last contact seems to be yet to come: a clock that was set back must not make the lease years longer.
        """
        profile = self.load()
        if profile is not None and abs(now_ms - profile.last_contact_ms) > DAY_MS // 24:
            self.save(replace(profile, last_contact_ms=now_ms))

    def sign_out(self) -> Profile | None:
        """Forget the device token for good, and return the account as it was: None where there is none, or none that can be read.

        What an offline unlock is checked against stays, with the lease: the same person comes in again without a connection.
        """
        try:
            profile = self.load()
        except ReplicaDamaged:
            self.forget()
            return None
        if profile is None:
            return None
        token = self._last_token(profile)
        self._forget_token(profile)
        self.save(replace(profile, device_token=None, token_in_keyring=False))
        return replace(profile, device_token=token, token_in_keyring=False)

    def forget(self) -> None:
        """Remove the account from the device. The replica and what waits in it stay."""
        with suppress(ReplicaDamaged):
            if (profile := self.load()) is not None:
                self._forget_token(profile)
        self.path.unlink(missing_ok=True)

    def _forget_other(self, device_id: str) -> None:
        """Forget the token of the device that this one was to the server before it was revoked."""
        with suppress(ReplicaDamaged):
            before = self.load()
            if before is not None and before.device_id != device_id:
                self._forget_token(before)

    def _last_token(self, profile: Profile) -> str | None:
        try:
            return self.token(profile)
        except ReplicaSealed:
            return None

    def _forget_token(self, profile: Profile) -> None:
        if profile.token_in_keyring:
            self.tokens.forget(profile.device_id)


def make_profile(
    server_url: str,
    email: str,
    password: str | None,
    *,
    user_id: str,
    device_id: str,
    device_token: str,
    lease_days: int,
    now_ms: int,
    random_bytes: Callable[[int], bytes],
) -> Profile:
    """Return the profile of a fresh sign-in, with the hash for offline unlocks; password: None after one by a code.

    random_bytes: `secrets.token_bytes`.
    """
    salt = random_bytes(16).hex()
    kept = "" if password is None else hashed(password, salt)
    return Profile(server_url, email, user_id, device_id, device_token, lease_days, now_ms, salt, kept)
