"""Signing in on an installed client: for the first time over the network, later also without one."""

import asyncio
import math
from dataclasses import dataclass, field

from client.ui.facade import Crm, Door
from client.ui.view_models.base import Rest, ViewModel
from client.usecases.account import OthersData
from client.usecases.answers import Standing
from client.usecases.causes import cause_of
from client.usecases.door import LastHere
from shared_models.device_code import parts_of
from shared_models.errors import (
    Busy,
    ErrorCode,
    FieldfareError,
    FieldProblem,
    RecordInvalid,
    Refused,
    ReplicaSealed,
    UnlockFailed,
    Unreachable,
)

MOST_WAIT_S = 600
"""Seconds that are counted down at most, whatever a server or something in its place says."""

TRY_NOW = "sign_in.try_now"
"""What the page says when the seconds are over."""


@dataclass(frozen=True)
class SignInState:
    """What the sign-in page shows. message: text key of what went wrong, or is to be known first. is_known: the password opens what is here.

    is_ready: it was looked for, so the cursor goes to the field that has to be typed, `starts_at`. other: e-mail address of the
    person whose data is on the device. at_rest: how the data lies on the disk. is_encrypting: what lies there in plain is encrypted,
    which takes seconds. sealed: cause for which the data cannot be opened, its key is locked away or lost; asks_aside: whether the
    person is asked if it is to be set aside. wait_s: seconds until another try is taken; the message names them, and says when they are over.
    """

    server: str = ""
    email: str = ""
    password: str = ""
    code: str = ""
    """The one-time code, where the person signs in by one."""
    is_by_code: bool = False
    is_password_shown: bool = False
    is_known: bool = False
    is_ready: bool = False
    starts_at: str = ""
    busy: bool = False
    message: str = ""
    other: str = ""
    at_rest: Standing | None = None
    is_encrypting: bool = False
    sealed: str = ""
    asks_aside: bool = False
    is_copied: bool = False
    """Whether the details of what happened were copied."""
    wait_s: int = 0
    problems: tuple[FieldProblem, ...] = field(default=())


class SignIn(ViewModel[SignInState]):
    """Intentions on the sign-in page."""

    def __init__(self, door: Door, rest: Rest = asyncio.sleep) -> None:
        super().__init__(SignInState(), rest)
        self._door = door
        self._counting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fill in the account of this device. Where its data cannot be opened, the page says why at once."""
        last, notice, sealed = LastHere(), "", ""
        self.put(is_encrypting=await self._door.has_to_encrypt())
        try:
            last = await self._door.last()
            notice = await self._door.notice()
        except ReplicaSealed as error:
            sealed = cause_of(error)
        except FieldfareError as error:
            notice = f"error.{cause_of(error)}"
        starts_at = "password" if last.email else "email" if last.server else "server"
        self.put(
            server=last.server,
            email=last.email,
            is_known=last.is_known,
            starts_at=starts_at,
            is_ready=True,
            message=notice,
            is_encrypting=False,
            sealed=sealed,
            at_rest=await self._door.outlook(),
        )

    async def look_again(self) -> None:
        """Ask for the key once more."""
        if not self.state.busy:
            self.put(busy=True)
            await self.start()
            self.put(busy=False)

    def note_copied(self) -> None:
        """Say that the details were copied."""
        self.put(is_copied=True)

    def ask_aside(self, *, asks: bool = True) -> None:
        """Ask whether the data whose key is lost is to be set aside, or ask no longer."""
        self.put(asks_aside=asks)

    async def set_aside(self) -> None:
        """Set the data aside whose key is lost, and go on to a sign-in that loads everything anew."""
        if self.state.busy:
            return
        self.put(busy=True)
        try:
            await self._door.set_aside()
        except FieldfareError as error:
            self.put(sealed=cause_of(error))
            return
        finally:
            self.put(busy=False, asks_aside=False)
        await self.start()

    def stop(self) -> None:
        """Count no longer: the page is gone."""
        if self._counting is not None:
            self._counting.cancel()

    def type(self, field: str, text: str) -> None:
        """Keep what is typed. The text of a QR code is both: the address and the code."""
        parts = parts_of(text) if field in ("server", "code") else None
        if parts is not None:
            self.put(server=parts[0] or self.state.server, code=parts[1], is_by_code=True, message="", problems=())
            return
        problems = tuple(p for p in self.state.problems if p.field != field)
        self.put(**{field: text}, message=self.state.message if self.state.wait_s else "", problems=problems)

    def flip_password(self) -> None:
        """Show the password that is typed, or hide it again."""
        self.put(is_password_shown=not self.state.is_password_shown)

    def turn(self, *, by_code: bool) -> None:
        """Ask for a code in place of e-mail and password, or the other way round."""
        self.put(is_by_code=by_code, starts_at="code" if by_code else "email", message="", problems=())

    async def enter(self) -> Crm | None:
        """Sign in or unlock; None when something was wrong, which is then in the state."""
        state = self.state
        if state.busy or state.wait_s:
            return None
        self.put(busy=True, message="", problems=(), is_password_shown=False)
        try:
            if state.is_by_code:
                return await self._door.enter_by_code(state.server, state.code)
            return await self._door.enter(state.server, state.email, state.password)
        except RecordInvalid as refusal:
            self.put(problems=refusal.problems)
        except UnlockFailed as failure:
            self.put(message=str(failure))
            if failure.wait_s:
                self._wait(f"{failure}_wait", failure.wait_s)
        except OthersData as refusal:
            self.put(message="sign_in.others_data" if refusal.email else "sign_in.someones_data", other=refusal.email)
        except Unreachable:
            self.put(message="sign_in.unreachable")
        except Busy as busy:
            self._wait("sign_in.braked" if busy.code is ErrorCode.L402 else "sign_in.busy", busy.retry_after_s)
        except ReplicaSealed as error:
            self.put(sealed=cause_of(error))
        except FieldfareError as error:
            self.put(message=f"error.{cause_of(error)}")
        finally:
            self.put(busy=False)
        return None

    def _wait(self, message: str, wait_s: float) -> None:
        """Tell in how many seconds to try again, and count them down."""
        self.put(message=message, wait_s=min(max(1, math.ceil(wait_s)), MOST_WAIT_S))
        self._counting = asyncio.create_task(self._count())

    async def _count(self) -> None:
        while self.state.wait_s > 1:
            await self._rest(1.0)
            self.put(wait_s=self.state.wait_s - 1)
        await self._rest(1.0)
        self.put(wait_s=0, message=TRY_NOW)


class AgainDoor:
    """The door of whoever is in already, and whom the server wants to know once more."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    async def last(self) -> LastHere:
        """Return the account of this device."""
        account = await self._crm.account()
        return LastHere(account.server, account.email, is_known=True)

    async def language(self) -> None:
        """Return nothing: the reader's language is known."""

    async def notice(self) -> str:
        """Return that there is nothing to say first."""
        return ""

    async def outlook(self) -> Standing | None:
        """Return nothing: it is said in Settings and on the Sync page."""
        return None

    async def has_to_encrypt(self) -> bool:
        """Return that the data is open."""
        return False

    async def set_aside(self) -> None:
        """Do nothing: the data is open."""

    async def enter_by_code(self, server: str, code: str) -> Crm:
        """Refuse: whoever is in has a password."""
        raise Refused(ErrorCode.S513, "a password is asked for")

    async def enter(self, server: str, email: str, password: str) -> Crm:
        """Sign in at the server with a password. Raises SyncError, RecordInvalid."""
        await self._crm.sign_in(password)
        return self._crm
