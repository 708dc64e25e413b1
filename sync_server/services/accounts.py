"""Who may come in: passwords, device tokens, access tokens, sessions of the office web.

Passwords are hashed with argon2id; of tokens and cookies only the SHA-256 is stored, which is enough for 128 and more random
bits. A device token is never exchanged for a new one when it is used: a lost answer must not sign a salesperson out.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from shared_models.errors import ErrorCode
from shared_models.ids import IdMaker
from shared_models.protocol import SignInAnswer, SignInRequest, TokenAnswer
from sync_server.db import accounts, devices
from sync_server.db.account_tables import AccountTables
from sync_server.db.accounts import Holder, Person
from sync_server.db.engine import Connection
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.diagnose_order import is_to_be_told
from sync_server.services.refusals import Refusal

SECOND_US = 1_000_000
ACCESS_S = 900
"""15 minutes: what a stolen access token is worth; revoking a device ends it at once all the same."""
SESSION_S = 12 * 3600
"""A working day in the office."""
LEASE_DAYS = 14
MIN_PASSWORD, MAX_PASSWORD = 8, 256
"""Characters; `SignInRequest` takes no more."""
ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
"""What an e-mail address has at least."""


@dataclass(frozen=True)
class NewUser:
    """A person who gets an account."""

    name: str
    email: str
    password: str
    is_admin: bool = False
    language: str = "en"
    position: str | None = None
    profile_id: str | None = None
    """None: no rights limit the person until an admin gives a profile."""


def argon2id() -> PasswordHasher:
    """Return the hasher of passwords: argon2id, 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet)."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass
class Accounts:
    """Accounts of one organisation."""

    central: Central
    tables: AccountTables
    ids: IdMaker
    hasher: PasswordHasher = field(default_factory=argon2id)
    make_token: Callable[[int], str] = secrets.token_urlsafe
    dummy: str = ""
    """Hash that a password is checked against when the address is unknown."""

    def __post_init__(self) -> None:
        """Make the dummy at the hasher's own cost."""
        self.dummy = self.dummy or self.hasher.hash(self.make_token(16))

    def create_user(self, user: NewUser, by: str = "") -> str:
        """Add a person and an account; returns its id. Raises Refusal R307 for what is missing, R303 for a taken address."""
        with self.central.store.write() as connection:
            return self.create_user_within(connection, user, by)

    def create_user_within(self, connection: Connection, user: NewUser, by: str = "") -> str:
        """Do what `create_user` does, in the caller's write transaction: there is never an account without its person."""
        self._check(connection, user.name, user.email)
        user_id = self.ids.record_id()
        values = {
            "id": user_id,
            "name": user.name.strip(),
            "email": user.email.strip(),
            "is_admin": user.is_admin,
            "language": user.language,
            "position": user.position,
            "profile_id": user.profile_id,
        }
        self.add_account(connection, user_id, user.email, user.password)
        import_rows(connection, self.central, [("user", values)], ImportedBy(by or user_id, self.ids.token()))
        return user_id

    def check(self, name: str, email: str) -> None:
        """Tell before anything else is asked that a person cannot be added. Raises Refusal as `create_user` does."""
        with self.central.store.read() as connection:
            self._check(connection, name, email)

    def _check(self, connection: Connection, name: str, email: str) -> None:
        if not ADDRESS.fullmatch(email.strip()):
            raise Refusal(ErrorCode.R307, 422, "this is no e-mail address, which has the form name@example.ro")
        if not name.strip():
            raise Refusal(ErrorCode.R307, 422, "a name is needed, too")
        if accounts.is_taken(connection, self.tables, email.strip()):
            raise Refusal(ErrorCode.R303, 422, "this e-mail address has an account already")

    def check_known(self, email: str) -> None:
        """Tell before a password is asked for that nobody has an account with an address. Raises Refusal A103."""
        with self.central.store.read() as connection:
            if accounts.by_email(connection, self.tables, email.strip()) is None:
                raise Refusal(ErrorCode.A103, 404, "no such account")

    def add_account(self, connection: Connection, user_id: str, email: str, password: str) -> None:
        """Give a person whom the caller's write transaction has, or will have, an account. Raises Refusal R303."""
        if accounts.is_taken(connection, self.tables, email.strip()):
            raise Refusal(ErrorCode.R303, 422, "this e-mail address has an account already")
        accounts.add(connection, self.tables, user_id, email.strip(), self._hashed(password), self.central.now_us())

    def _hashed(self, password: str) -> str:
        """Return the hash of a password that somebody chose. Raises Refusal R303."""
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise Refusal(ErrorCode.R303, 422, f"the password needs {MIN_PASSWORD} to {MAX_PASSWORD} characters")
        return self.hasher.hash(password)

    def is_empty(self) -> bool:
        """Whether nobody has an account yet."""
        with self.central.store.read() as connection:
            return accounts.is_empty(connection, self.tables)

    def has_admin(self) -> bool:
        """Whether anybody who may come in administers."""
        return any(person.is_admin and not person.is_disabled for person in self.people())

    def people(self) -> list[Person]:
        """Return everyone who has an account, by address."""
        with self.central.store.read() as connection:
            return accounts.every(connection, self.tables)

    def is_admin(self, user_id: str) -> bool:
        """Whether a user may administer."""
        with self.central.store.read() as connection:
            return accounts.is_admin(connection, self.tables, user_id)

    def admin_of(self, email: str) -> str | None:
        """Return the id of the admin who may sign in with an address, or None."""
        with self.central.store.read() as connection:
            found = accounts.by_email(connection, self.tables, email.strip())
            return found.user_id if found is not None and accounts.is_admin(connection, self.tables, found.user_id) else None

    def set_password(self, email: str, password: str) -> None:
        """Replace a password and end its sessions of the office web: whoever knew the old one is out.

        Devices stay in, with what waits on them; `revoke_device` ends one. Raises Refusal A103 for an unknown address, R303.
        """
        hashed = self._hashed(password)
        with self.central.store.write() as connection:
            found = accounts.by_email(connection, self.tables, email.strip())
            if found is None:
                raise Refusal(ErrorCode.A103, 404, "no such account")
            accounts.set_password(connection, self.tables, found.user_id, hashed)
            accounts.end_sessions(connection, self.tables, found.user_id)

    # -- devices -------------------------------------------------------------------------------------------------------

    def sign_in(self, request: SignInRequest) -> SignInAnswer:
        """Sign a device in. Raises Refusal A103 for an unknown address or a wrong password, in the same time, A108 for an account that is off."""
        user_id, is_admin = self._checked(request.email, request.password)
        with self.central.store.write() as connection:
            return self.let_in(connection, Holder(user_id, "", is_admin), request.device_name, request.install)

    def let_in(self, connection: Connection, who: Holder, device_name: str, install: str, email: str = "") -> SignInAnswer:
        """Give an installation of a person whom the caller has made sure of the tokens of a device. email: told to the device."""
        now, token, access = self.central.now_us(), self.make_token(32), self.make_token(24)
        # The same installation stays the same device: its transaction numbers go on.
        device = devices.of_install(connection, self.central.tables, who.user_id, install)
        if device is None:
            device = self.ids.record_id()
            made = devices.NewDevice(device, who.user_id, device_name, install, now)
            devices.add(connection, self.central.tables, made)
        accounts.forget_device(connection, self.tables, device)
        accounts.add_device_token(connection, self.tables, sha256(token), device, who.user_id, now)
        holder = replace(who, device=device)
        accounts.add_access_token(connection, self.tables, sha256(access), holder, now + ACCESS_S * SECOND_US)
        return SignInAnswer(
            user_id=who.user_id,
            email=email,
            device_id=device,
            device_token=token,
            access_token=access,
            expires_in_s=ACCESS_S,
            lease_days=LEASE_DAYS,
        )

    def exchange(self, device_token: str) -> TokenAnswer:
        """Return a fresh access token. Raises Refusal A104 for a revoked device, A108 for an account that is off, A101 for an unknown token."""
        now, access = self.central.now_us(), self.make_token(24)
        with self.central.store.write() as connection:
            holder = accounts.device_of_token(connection, self.tables, sha256(device_token))
            if holder is None:
                raise self._unknown(connection, sha256(device_token))
            accounts.forget_expired(connection, self.tables, now)
            accounts.add_access_token(connection, self.tables, sha256(access), holder, now + ACCESS_S * SECOND_US)
        return TokenAnswer(access_token=access, expires_in_s=ACCESS_S)

    def _unknown(self, connection: Connection, token: str) -> Refusal:
        """Return why a device token, given its hash, is not good any more."""
        if accounts.is_revoked(connection, self.tables, token):
            return Refusal(ErrorCode.A104, 401, "device token")
        if accounts.is_of_disabled(connection, self.tables, token):
            return Refusal(ErrorCode.A108, 403, "the account is off")
        return Refusal(ErrorCode.A101, 401, "device token")

    def authenticate(self, access_token: str) -> Actor:
        """Return who an access token stands for. Raises Refusal A101 for an unknown one, A102 for one that has ended."""
        with self.central.store.read() as connection:
            found = accounts.holder_of_access_token(connection, self.tables, sha256(access_token))
        if found is None:
            raise Refusal(ErrorCode.A101, 401, "access token")
        holder, expires_at = found
        now = self.central.now_us()
        if expires_at <= now:
            raise Refusal(ErrorCode.A102, 401, "access token")
        is_to_diagnose = is_to_be_told(holder.diagnose_at, holder.diagnose_told_at, now)
        ordered = holder.is_to_be_wiped, holder.is_paused, holder.is_to_resync, is_to_diagnose
        return Actor(holder.user_id, holder.device, holder.is_admin, *ordered, holder.schema_version)

    def sign_out(self, device: str) -> None:
        """Forget a device's tokens; it is the same device when it signs in again."""
        with self.central.store.write() as connection:
            accounts.forget_device(connection, self.tables, device)

    def revoke_device(self, device: str) -> bool:
        """Lock a device out at once. What waits on it stays there. Returns whether it was in.

        A user's office replica is a device too (`office_device`): its sessions end, and the next sign-in there opens it again.
        """
        now = self.central.now_us()
        with self.central.store.write() as connection:
            was_in = devices.revoke(connection, self.central.tables, device, now)
            accounts.revoke_device(connection, self.tables, device, now)
            accounts.end_sessions(connection, self.tables, device)
        return was_in

    def wipe_device(self, device: str) -> bool:
        """Have a lost device send what waits on it at its next contact, and then remove all that it holds.

        One that was revoked is let in for that. Returns False for an unknown one, one that was wiped, or an office replica.
        """
        with self.central.store.write() as connection:
            is_known = devices.order_wipe(connection, self.central.tables, device, self.central.now_us())
            if is_known:
                accounts.let_in_again(connection, self.tables, device)
        return is_known

    def pause_device(self, device: str, *, on: bool) -> bool:
        """Let a device do nothing but say hello, or let it on again. Returns False for an unknown one or an office replica."""
        with self.central.store.write() as connection:
            at = self.central.now_us() if on else None
            return devices.order(connection, self.central.tables, device, {"paused_at": at})

    def resync_device(self, device: str) -> bool:
        """Have a device load everything anew at its next pull. Returns False for an unknown one or an office replica."""
        with self.central.store.write() as connection:
            return devices.order(connection, self.central.tables, device, {"resync_at": self.central.now_us()})

    def diagnose_device(self, device: str) -> bool:
        """Have a device tell how it fares. Returns False for an unknown one or an office replica."""
        with self.central.store.write() as connection:
            ordered = {"diagnose_at": self.central.now_us(), "diagnose_told_at": None}
            return devices.order(connection, self.central.tables, device, ordered)

    def sign_device_out(self, device: str) -> bool:
        """Do what `sign_out` does, and end the sessions of an office replica. Returns False for an unknown one."""
        with self.central.store.write() as connection:
            accounts.forget_device(connection, self.tables, device)
            accounts.end_sessions(connection, self.tables, device)
            return devices.is_known(connection, self.central.tables, device)

    # -- the office web ------------------------------------------------------------------------------------------------

    def open_session(self, email: str, password: str) -> str:
        """Return the secret of a new session of the office web. Raises Refusal A103, A108."""
        user_id, _ = self._checked(email, password)
        secret = self.make_token(32)
        with self.central.store.write() as connection:
            devices.note(connection, self.central.tables, office_device(user_id), {"revoked_at": None})
            accounts.forget_expired(connection, self.tables, self.central.now_us())
            accounts.add_session(
                connection, self.tables, sha256(secret), user_id, self.central.now_us() + SESSION_S * SECOND_US
            )
        return secret

    def session(self, secret: str) -> Actor | None:
        """Return who a session stands for, or None. The office's device is named after its user."""
        with self.central.store.read() as connection:
            holder = accounts.holder_of_session(connection, self.tables, sha256(secret), self.central.now_us())
        return None if holder is None else Actor(holder.user_id, office_device(holder.user_id), holder.is_admin)

    def session_language(self, secret: str) -> str | None:
        """Return the language that the person of a session reads, or None."""
        actor = self.session(secret)
        if actor is None:
            return None
        with self.central.store.read() as connection:
            return accounts.language(connection, self.tables, actor.user_id)

    def close_session(self, secret: str) -> None:
        """End a session."""
        with self.central.store.write() as connection:
            accounts.end_session(connection, self.tables, sha256(secret))

    def _checked(self, email: str, password: str) -> tuple[str, bool]:
        """Return user id and admin flag of a right password; an unknown address costs the same time as a wrong password.

        Raises Refusal A103, and A108 where the account is off, which only the right password tells.
        """
        with self.central.store.read() as connection:
            found = accounts.by_email(connection, self.tables, email.strip())
        try:
            self.hasher.verify(found.password_hash if found else self.dummy, password)
        except Argon2Error:
            raise Refusal(ErrorCode.A103, 401, "e-mail or password") from None
        if found is None:
            raise Refusal(ErrorCode.A103, 401, "e-mail or password")
        if found.is_disabled:
            raise Refusal(ErrorCode.A108, 403, "the account is off")
        return found.user_id, found.is_admin


def sha256(secret: str) -> str:
    """Return the hex SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def office_device(user_id: str) -> str:
    """Return the device id of a user's replica on the server."""
    return user_id
