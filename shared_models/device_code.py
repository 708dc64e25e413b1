"""One-time codes with which a device signs in instead of a password, and the text that a QR code of one holds (PROTOCOL 9.11)."""

import re
from typing import Annotated, Protocol

from pydantic import Field

from shared_models.message import NO_NUL, Key, Message

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Signs of a code: none that is taken for another one when it is read aloud or typed."""
LENGTH = 10
"""30 signs to the power of 10 are 49 bits, for some minutes and at most some tries a second."""
MINUTES = 15
"""For which a code is good."""
MARK = "#fieldfare-"
"""Between the address of the server and the code: what follows a # no browser sends to anybody."""
_TEXT = re.compile(rf"(?P<server>\S*?)/?{MARK}(?P<code>[0-9A-Za-z -]+)\s*")


class DeviceCode(Message):
    """A fresh code, which is shown this once. expires_at: microseconds since 1970 UTC by the server's clock."""

    code: str
    user_id: str
    email: str
    expires_at: int


class CodeSignInRequest(Message):
    """First sign-in of a device, by a code."""

    code: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    device_name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    install: Key


class CodeDesk(Protocol):
    """A way to the server for an admin. It blocks; every failure is a `SyncError`, A105 for whoever is no admin."""

    def make_device_code(self, user: str) -> DeviceCode:
        """Make a code for a person; an earlier one of his is good no more. Refused with S514 for whoever has no account that is on."""
        ...


def plain(code: str) -> str:
    """Return a code as it was made, however it was typed: without spaces and hyphens, in capitals."""
    return "".join(code.split()).replace("-", "").upper()


def grouped(code: str) -> str:
    """Return a code as it is read: in two groups."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def scanned(server: str, code: str) -> str:
    """Return the text of a QR code: the server's address and the code."""
    return f"{server.rstrip('/')}/{MARK}{grouped(code)}"


def parts_of(text: str) -> tuple[str, str] | None:
    """Return the address and the code of such a text; None for any other."""
    found = _TEXT.fullmatch(text.strip())
    return None if found is None else (found["server"], found["code"].strip())
