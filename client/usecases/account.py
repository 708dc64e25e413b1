"""Signing in, opening the device without a connection, and signing out. No edit is ever lost by any of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from client.events import SignedOut
from client.platform.profile import Profile, ProfileStore, check_lease, check_password, make_profile
from client.platform.wrong_tries import WrongTriesStore
from client.replica.replica import Replica
from client.usecases.answers import OwnAccount, Standing
from shared_models.device_code import CodeSignInRequest
from shared_models.errors import (
    Busy,
    ErrorCode,
    FieldProblem,
    NeedsSignIn,
    RecordInvalid,
    Refused,
    ReplicaDamaged,
    ReplicaSealed,
    UnlockFailed,
)
from shared_models.protocol import SignInAnswer, SignInRequest

HOST = re.compile(r"(?!.{254})[\w-]{1,63}(\.[\w-]{1,63})*\.?|[\da-f:]+(\.[\d.]+)?")
"""Names that a resolver accepts, with the lengths of RFC 1035, and addresses of IPv6 without their brackets."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SignIn = Callable[[str, SignInRequest], SignInAnswer]
"""Asks a server, given its address; raises SyncError."""
SignInByCode = Callable[[str, CodeSignInRequest], SignInAnswer]
"""Likewise, with a code."""
EndToken = Callable[[str, str], None]
"""Has a server, given its address, forget a device token. Never raises: a server that does not hear of it forgets the token with the
next sign-in of the device."""


@dataclass(eq=False)
class OthersData(Refused):
    """The data on this device is another person's."""

    email: str = ""
    """That person's address; empty where it is not known."""


def keep_token(_server_url: str, _device_token: str) -> None:
    """Tell no server."""


def no_codes(_server_url: str, _request: CodeSignInRequest) -> SignInAnswer:
    """Take no code."""
    raise Refused(ErrorCode.S513, "no codes here")


@dataclass(frozen=True)
class Account:
    """The account of this device, and what it takes to change it."""

    store: ProfileStore
    tries: WrongTriesStore
    ask_server: SignIn
    random_bytes: Callable[[int], bytes]
    now_ms: Callable[[], int]
    end_token: EndToken = keep_token
    ask_by_code: SignInByCode = no_codes

    @property
    def profile(self) -> Profile | None:
        """Return who uses this device, or None before the first sign-in and when the file is damaged: it holds no edit."""
        try:
            return self.store.load()
        except ReplicaDamaged:
            return None

    def sign_in(self, replica: Replica, server_url: str, email: str, password: str, device_name: str) -> Profile:
        """Sign in at the server and bind the replica to the person.

        Raises RecordInvalid for what was left empty or an address that cannot be used, OthersData when the replica belongs to
        another person, ReplicaSealed where the keyring does not take the token, and whatever `SyncError` the server's answer means.
        """
        url = checked_address(server_url)
        problems = [FieldProblem(n, "problem.required") for n, v in (("email", email), ("password", password)) if not v]
        if problems:
            raise RecordInvalid(tuple(problems))
        install = str(replica.facts()["install"])
        answer = self.ask_server(
            url, SignInRequest(email=email.strip(), password=password, device_name=device_name[:100], install=install)
        )
        return self._let_in(replica, url, email.strip(), password, answer)

    def sign_in_by_code(self, replica: Replica, server_url: str, code: str, device_name: str) -> Profile:
        """Sign in at the server by a one-time code, which an admin has made.

        Until the password was typed once, the device opens with a connection only. Raises as `sign_in`, and Refused S513 for a code that is not good.
        """
        url = checked_address(server_url)
        if not code.strip():
            raise RecordInvalid((FieldProblem("code", "problem.required"),))
        install = str(replica.facts()["install"])
        answer = self.ask_by_code(url, CodeSignInRequest(code=code[:40], device_name=device_name[:100], install=install))
        return self._let_in(replica, url, answer.email, None, answer)

    def _let_in(self, replica: Replica, url: str, email: str, password: str | None, answer: SignInAnswer) -> Profile:
        """Bind the replica to the person whom the server knows, and keep the account. Raises OthersData."""
        owner = replica.facts()["user"]
        if owner not in (None, answer.user_id):
            self.end_token(url, answer.device_token)
            raise OthersData(ErrorCode.D602, "the replica belongs to another person", self.owner(replica))
        replica.bind(answer.user_id, answer.device_id)
        profile = make_profile(
            url,
            email,
            password,
            user_id=answer.user_id,
            device_id=answer.device_id,
            device_token=answer.device_token,
            lease_days=answer.lease_days,
            now_ms=self.now_ms(),
            random_bytes=self.random_bytes,
        )
        try:
            self.store.save(profile)
        except ReplicaSealed:  # the keyring did not take the token
            self.end_token(url, answer.device_token)
            raise
        self.tries.forget()
        return profile

    def unlock(self, password: str) -> Profile:
        """Open the device without a connection.

        Raises UnlockFailed with a text key (`unlock.*`) that says what to do, and how long the next try waits; and Busy L402, as a
        server does, while it waits: then this one is not looked at.
        """
        profile = self.profile
        if profile is None:
            raise UnlockFailed("unlock.never_signed_in")
        if wait_ms := self.tries.wait_ms(self.now_ms()):
            raise Busy(ErrorCode.L402, "too many wrong passwords on this device", wait_ms / 1000)
        self.tries.note(self.now_ms())
        try:
            check_password(profile, password)
        except UnlockFailed as failure:
            raise UnlockFailed(str(failure), self.tries.wait_ms(self.now_ms()) / 1000) from None
        self.tries.forget()
        check_lease(profile, self.now_ms())
        return profile

    def owner(self, replica: Replica) -> str:
        """Return the e-mail address of whoever has data on this device, or nothing where nobody has."""
        profile, user = self.profile, replica.facts()["user"]
        if profile is not None and profile.user_id == user:
            return profile.email
        return str((replica.get("user", user or "") or {}).get("email") or "")

    def sign_out(self) -> None:
        """Forget the device token, here first and then at the server.

        The replica stays, with what waits in it, and opens for the same person: with a connection, or without until the lease ends.
        """
        left = self.store.sign_out()
        if left is not None and left.device_token is not None:
            self.end_token(left.server_url, left.device_token)


@dataclass
class HeldAccount:
    """The account of this device in the hands of the client that runs for its person."""

    account: Account
    replica: Replica
    device_name: str
    signed_out: Callable[[], None] = lambda: None
    """What follows a sign-out."""
    password: str | None = field(default=None, repr=False)
    """What opened the device without a connection after a sign-out, until the server has taken it."""
    at_rest: Callable[[], Standing] = lambda: "off"
    """How the data lies on the disk."""

    def facts(self) -> OwnAccount:
        """Return whose account it is, and how long it opens without a connection."""
        profile = self.account.profile
        if profile is None:
            return OwnAccount()
        return OwnAccount(profile.server_url, profile.email, profile.lease_ends_ms * 1000, is_signed_in=profile.is_signed_in)

    def sign_in(self, password: str) -> None:
        """Sign in at the server once more, as the same person. Raises as `Account.sign_in`."""
        profile = self.account.profile
        if profile is None:
            raise NeedsSignIn(ErrorCode.A101, "no account")
        self.account.sign_in(self.replica, profile.server_url, profile.email, password, self.device_name)
        self.password = None

    def token(self) -> str | None:
        """Sign in with what opened the device, as the server can be reached now, and return the new device token.

        None where there is nothing to sign in with. A password that the server refuses is not offered again: a person has to sign
        in. Raises SyncError.
        """
        if self.password is None:
            return None
        try:
            self.sign_in(self.password)
        except (NeedsSignIn, Refused):
            self.password = None
            raise
        profile = self.account.profile
        return self.account.store.token(profile) if profile is not None else None

    def sign_out(self) -> None:
        """Sign out (`Account.sign_out`), in every window."""
        self.password = None
        self.account.sign_out()
        self.signed_out()
        self.replica.events.publish(SignedOut())


def checked_address(server_url: str) -> str:
    """Return a server address without its trailing slash; `https://` is assumed where no scheme is given.

    Raises RecordInvalid: plain http would show the password to everyone on the way, except on this very machine.
    """
    text = server_url.strip()
    if "://" not in text:
        text = f"https://{text}"
    text = text.rstrip("/")
    host = _host_of(text)
    if host is None:
        raise RecordInvalid((FieldProblem("server_url", "problem.address"),))
    if text.startswith("http:") and host not in LOOPBACK:
        raise RecordInvalid((FieldProblem("server_url", "problem.needs_https"),))
    return text


def _host_of(url: str) -> str | None:
    """Return the host of a web address, or None where there is none that can be looked up."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return None
    host = parts.hostname or ""
    return host if known and HOST.fullmatch(host) else None
