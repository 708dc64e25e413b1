"""Signing in, opening the device without a connection, and signing out. No edit is ever lost by any of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from client.platform.profile import Profile, ProfileStore, check_unlock, make_profile
from client.replica.replica import Replica
from shared_models.errors import ErrorCode, FieldProblem, RecordInvalid, Refused, ReplicaDamaged, UnlockFailed
from shared_models.protocol import SignInAnswer, SignInRequest

HOST = re.compile(r"(?!.{254})[\w-]{1,63}(\.[\w-]{1,63})*\.?|[\da-f:]+(\.[\d.]+)?")
"""Names that a resolver accepts, with the lengths of RFC 1035, and addresses of IPv6 without their brackets."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SignIn = Callable[[str, SignInRequest], SignInAnswer]
"""Asks a server, given its address; raises SyncError."""


@dataclass(frozen=True)
class Account:
    """The account of this device, and what it takes to change it."""

    store: ProfileStore
    ask_server: SignIn
    random_bytes: Callable[[int], bytes]
    now_ms: Callable[[], int]

    @property
    def profile(self) -> Profile | None:
        """Return who uses this device, or None before the first sign-in and when the file is damaged: it holds no edit."""
        try:
            return self.store.load()
        except ReplicaDamaged:
            return None

    def sign_in(self, replica: Replica, server_url: str, email: str, password: str, device_name: str) -> Profile:
        """Sign in at the server and bind the replica to the person.

        Raises RecordInvalid for what was left empty or an address that cannot be used, Refused when the replica belongs to
        another person who still has unsent changes here, and whatever `SyncError` the server's answer means.
        """
        url = checked_address(server_url)
        problems = [FieldProblem(n, "problem.required") for n, v in (("email", email), ("password", password)) if not v]
        if problems:
            raise RecordInvalid(tuple(problems))
        install = str(replica.facts()["install"])
        answer = self.ask_server(
            url, SignInRequest(email=email.strip(), password=password, device_name=device_name[:100], install=install)
        )
        owner = replica.facts()["user"]
        if owner not in (None, answer.user_id):
            raise Refused(ErrorCode.D602, "the replica belongs to another person")
        replica.bind(answer.user_id, answer.device_id)
        profile = make_profile(
            url,
            email.strip(),
            password,
            user_id=answer.user_id,
            device_id=answer.device_id,
            device_token=answer.device_token,
            lease_days=answer.lease_days,
            now_ms=self.now_ms(),
            random_bytes=self.random_bytes,
        )
        self.store.save(profile)
        return profile

    def unlock(self, password: str) -> Profile:
        """Open the device without a connection. Raises UnlockFailed with a text key (`unlock.*`) that says what to do."""
        profile = self.profile
        if profile is None:
            raise UnlockFailed("unlock.never_signed_in")
        check_unlock(profile, password, self.now_ms())
        return profile

    def sign_out(self) -> None:
        """Forget the account. The replica stays, with what waits in it, until the same person signs in again."""
        self.store.forget()


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
