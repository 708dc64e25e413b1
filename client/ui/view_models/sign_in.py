"""Signing in on an installed client: for the first time over the network, later also without one."""

import asyncio
from dataclasses import dataclass, field

from client.ui.facade import Crm, Door
from client.ui.view_models.base import Rest, ViewModel
from client.usecases.causes import cause_of
from shared_models.errors import FieldfareError, FieldProblem, RecordInvalid, UnlockFailed, Unreachable


@dataclass(frozen=True)
class SignInState:
    """What the sign-in page shows. message: text key of what went wrong, or is to be known first. is_known: an account is on this device.

    is_ready: it was looked for, so the cursor goes to the field that has to be typed.
    """

    server: str = ""
    email: str = ""
    password: str = ""
    is_password_shown: bool = False
    is_known: bool = False
    is_ready: bool = False
    busy: bool = False
    message: str = ""
    problems: tuple[FieldProblem, ...] = field(default=())


class SignIn(ViewModel[SignInState]):
    """Intentions on the sign-in page."""

    def __init__(self, door: Door, rest: Rest = asyncio.sleep) -> None:
        super().__init__(SignInState(), rest)
        self._door = door

    async def start(self) -> None:
        """Fill in the account of this device."""
        server, email = await self._door.last()
        self.put(server=server, email=email, is_known=bool(email), is_ready=True, message=await self._door.notice())

    def type(self, field: str, text: str) -> None:
        """Keep what is typed."""
        problems = tuple(p for p in self.state.problems if p.field != field)
        self.put(**{field: text}, message="", problems=problems)

    def flip_password(self) -> None:
        """Show the password that is typed, or hide it again."""
        self.put(is_password_shown=not self.state.is_password_shown)

    async def enter(self) -> Crm | None:
        """Sign in or unlock; None when something was wrong, which is then in the state."""
        state = self.state
        if state.busy:
            return None
        self.put(busy=True, message="", problems=(), is_password_shown=False)
        try:
            return await self._door.enter(state.server, state.email, state.password)
        except RecordInvalid as refusal:
            self.put(problems=refusal.problems)
        except UnlockFailed as failure:
            self.put(message=str(failure))
        except Unreachable:
            self.put(message="sign_in.unreachable")
        except FieldfareError as error:
            self.put(message=f"error.{cause_of(error)}")
        finally:
            self.put(busy=False)
        return None
