"""The way into an installed client: the first sign-in, and opening what is here without a connection."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from client.replica.replica import Replica
from client.usecases.account import Account, checked_address
from client.usecases.answers import Standing
from client.usecases.at_rest import AtRest
from shared_models.errors import Busy, ErrorCode, ProtocolFault, SyncError, Unreachable
from shared_models.texts import Language

C = TypeVar("C")
"""What opens behind the door: the CRM of the person."""


@dataclass(frozen=True)
class LastHere:
    """Whoever used this device last, and the server. is_known: the password alone opens it, also without a connection."""

    server: str = ""
    email: str = ""
    is_known: bool = False


@dataclass
class LocalDoor(Generic[C]):
    """The door of one client's folder."""

    account: Account
    open_replica: Callable[[], Replica]
    open_crm: Callable[[str | None], C]
    """Start what runs for a person; given the password where the server has not been asked, which is then to be done later."""
    device_name: str
    offered: str = ""
    """Address of the server that is filled in while no account is on this device."""
    last_language: Callable[[], Language | None] = lambda: None
    """Look up the language of whoever used this device last."""
    look_for_owner: Callable[[], str] = lambda: ""
    """Look up the e-mail address of whoever has data on this device, where the account itself is lost."""
    look_for_notice: Callable[[], str] = lambda: ""
    """Look up what there is to say of this device: a text key, or nothing."""
    stored: AtRest | None = None
    """How the data lies on the disk; None where nothing is said of it."""

    async def outlook(self) -> Standing | None:
        """Return how the data lies on the disk of this device, or will once somebody is in; None where nothing is said of it."""
        return None if self.stored is None else await asyncio.to_thread(self.stored.outlook)

    async def has_to_encrypt(self) -> bool:
        """Whether what lies here in plain is encrypted now, which takes seconds."""
        return self.stored is not None and await asyncio.to_thread(self.stored.has_to_encrypt)

    async def set_aside(self) -> None:
        """Set a replica aside whose key is lost, so that the next sign-in loads everything anew. Nothing is deleted."""
        await asyncio.to_thread(self._set_aside)

    def _set_aside(self) -> None:
        profile = self.account.profile
        if self.stored is not None:
            self.stored.set_aside()
        if profile is not None:  # what opens without a connection would be empty
            self.offered, self.look_for_owner = profile.server_url, lambda: profile.email
            self.account.store.forget()

    async def last(self) -> LastHere:
        """Return server address and e-mail of the account of this device; before the first sign-in, what is offered."""
        return await asyncio.to_thread(self._last)

    def _last(self) -> LastHere:
        profile = self.account.profile
        if profile is not None:
            return LastHere(profile.server_url, profile.email, is_known=True)
        return LastHere(self.offered, self.look_for_owner())

    async def language(self) -> Language | None:
        """Return the language of whoever used this device last, or None."""
        return await asyncio.to_thread(self.last_language)

    async def notice(self) -> str:
        """Return the text key of what there is to say of this device before anyone signs in; empty for nothing."""
        return await asyncio.to_thread(self.look_for_notice)

    async def enter(self, server: str, email: str, password: str) -> C:
        """Sign in, or unlock without a connection when the account of this device is named.

        Raises RecordInvalid, UnlockFailed (its text is a key), or a SyncError: Busy L402 after too many tries, also of the device itself.
        """
        return await asyncio.to_thread(self._enter, server, email, password)

    def _enter(self, server: str, email: str, password: str) -> C:
        profile = self.account.profile
        is_same = profile is not None and profile.email.casefold() == email.strip().casefold()
        is_own = profile is not None and is_same and profile.server_url == checked_address(server)
        try:
            self._sign_in(server, email, password)
        except SyncError as error:
            if not is_own or not has_no_answer(error):
                raise
            return self.open_crm(None if self.account.unlock(password).is_signed_in else password)
        return self.open_crm(None)

    async def enter_by_code(self, server: str, code: str) -> C:
        """Sign in by a one-time code. Raises RecordInvalid, or a SyncError: Refused S513 for a code that is not good."""
        return await asyncio.to_thread(self._enter_by_code, server, code)

    def _enter_by_code(self, server: str, code: str) -> C:
        replica = self.open_replica()
        try:
            self.account.sign_in_by_code(replica, server, code, self.device_name)
        finally:
            replica.close()
        return self.open_crm(None)

    def _sign_in(self, server: str, email: str, password: str) -> None:
        replica = self.open_replica()
        try:
            self.account.sign_in(replica, server, email, password, self.device_name)
        finally:
            replica.close()


def has_no_answer(error: SyncError) -> bool:
    """Whether the server said nothing of the person: out of reach, too busy, or something else answered in its place.

    Too many tries (L402) are an answer: whoever guesses is not sent on to what is here.
    """
    return isinstance(error, Unreachable | ProtocolFault) or (isinstance(error, Busy) and error.code is not ErrorCode.L402)
