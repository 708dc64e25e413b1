"""The tree of errors of the product, and their codes: what each means and what to do next.

    FieldfareError
      SyncError                 a request could not be carried out
        Unreachable             no connection, or the server did not answer in time: a state, not a fault
        Busy                    the server asks to come back later (Retry-After)
        NeedsSignIn             the device token is unknown, revoked or expired
        NeedsUpgrade            this version can no longer talk to the server
        ProtocolFault           an answer that cannot be understood or must not be believed
        Refused                 the server answered with a coded refusal
      RecordInvalid             a value that cannot be stored; carries the fields and the reasons
      ReplicaError              the local database
        ReplicaLocked           another process holds the writer
        ReplicaFull             the disk is full; nothing was changed
        ReplicaDamaged          the file is not a sound replica
        ReplicaNewer            a newer version of the program has written the file
        ReplicaSealed           the file is encrypted, and its key cannot be had now
          ReplicaKeyLost        the keyring of the system answers, and does not have the key
      FileTrouble               an attached file, or one that was to be
        FileTooLarge            more bytes than the centre takes
        FileUnreadable          the file that was chosen cannot be read
        FileGone                its bytes are not on this device
        FileUnwritten           a file for another program cannot be written
        FileDamaged             its bytes on this device are not those of the file any more
      UnlockFailed              wrong password, or the offline lease has ended

The text on screen is looked up from the code (`error.<code>`), in the reader's language.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """Coded failures. The first letter is the area: A access, P protocol, R record, L limit, S server, D device."""

    A101 = "A101"
    """No or unknown access token. Sign in again; nothing pending is lost."""
    A102 = "A102"
    """The access token has expired. The client asks for a new one with its device token."""
    A103 = "A103"
    """E-mail or password is wrong. Check both and try again."""
    A104 = "A104"
    """The device was revoked by an admin. Ask the admin; edits on the device stay there."""
    A105 = "A105"
    """Only an admin may do this."""
    A106 = "A106"
    """Plain http is refused outside this machine. Use an https address."""
    A107 = "A107"
    """An admin has the device wiped: it sends what waits on it, then removes all that it holds."""
    A108 = "A108"
    """An admin has switched the account off. What was not sent stays on the device; once it is on again, try again."""
    P201 = "P201"
    """The request is not valid JSON, or has unknown or missing parts."""
    P202 = "P202"
    """The schema version is too old (or newer than the server). Update the app; pending edits are kept."""
    P203 = "P203"
    """The message belongs to another server epoch. Say hello again."""
    P204 = "P204"
    """Transaction numbers of this device epoch are used already under other ids. Take a new device epoch."""
    P205 = "P205"
    """A transaction id that is known was sent with another content. The device is quarantined."""
    P206 = "P206"
    """The cursor is unknown to this server. Load the replica anew; pending edits are kept."""
    P207 = "P207"
    """No such address, or the method is not allowed there."""
    P208 = "P208"
    """The snapshot is gone, or has no such place. Ask for another, or load pages."""
    P209 = "P209"
    """The part of a file that is at the centre ends at another place. Go on from the place that the answer names."""
    P210 = "P210"
    """What was sent of a file is not what its digest said; it was thrown away. Send it again."""
    R301 = "R301"
    """Unknown entity."""
    R302 = "R302"
    """Unknown field, or one that people cannot write."""
    R303 = "R303"
    """A value has the wrong type or breaks a rule of its field. Correct it and save again."""
    R304 = "R304"
    """The record does not exist at the centre (yet). It is sent again when it does."""
    R305 = "R305"
    """This user may not change this record."""
    R306 = "R306"
    """The id of a new record does not follow from its content."""
    R307 = "R307"
    """A required value is missing."""
    R308 = "R308"
    """An all-or-nothing change met a newer value, so nothing of it was applied. Look at it again and save it anew."""
    R309 = "R309"
    """No file that this user may see (or send) has these bytes at the centre."""
    L401 = "L401"
    """The request is larger than allowed. Send fewer transactions."""
    L402 = "L402"
    """Too many requests. Wait as long as the answer says."""
    L403 = "L403"
    """One transaction has too many ops or is too large."""
    L404 = "L404"
    """The file is larger than the centre takes. Make it smaller, or ask the admin."""
    S501 = "S501"
    """The server failed while it applied this transaction; it is kept for the admin and for you."""
    S502 = "S502"
    """The server is busy or restarting. The app tries again by itself."""
    S503 = "S503"
    """An admin has paused the device: what is saved stays on it until it is let on. The app asks again by itself."""
    S511 = "S511"
    """Nobody asked this device for its diagnostics, or they have come. Nothing has to be done."""
    S512 = "S512"
    """There are no diagnostics of the device at the centre (any more). Ask it for them."""
    S513 = "S513"
    """The code of a device that is to be added is unknown, used or over. Ask the admin for a new one."""
    S514 = "S514"
    """The person for whom a device is to be added has no account, or one that is off."""
    D601 = "D601"
    """The disk of this device is full. Free some space; nothing was lost."""
    D602 = "D602"
    """Another window or process is using the local data."""
    D603 = "D603"
    """The local data cannot be read."""
    D604 = "D604"
    """A newer version of the app has used the local data. Update the app; nothing was changed."""
    D605 = "D605"
    """A file that was to be attached cannot be read. Choose it again, or a copy of it."""
    D606 = "D606"
    """The bytes of a file are not on this device (any more). Fetch it, or ask whoever added it."""
    D607 = "D607"
    """The local data is encrypted, and its key cannot be had now. Unlock the keyring of the system and try again."""
    D608 = "D608"
    """The local data is encrypted, and the keyring of the system does not have its key any more. Set the file aside and load anew."""
    D611 = "D611"
    """A file that was to be written cannot be. Name another place for it."""
    D621 = "D621"
    """The encrypted bytes of a file on this device are damaged. They are fetched again where the centre has them."""
    D622 = "D622"
    """The keyring did not give out the device token. Unlock it; the app tries again by itself."""


class FieldfareError(Exception):
    """Base of every error that we raise on purpose."""


@dataclass(eq=False)
class SyncError(FieldfareError):
    """A request could not be carried out. The scheduler decides when to try again."""

    code: ErrorCode | None = None
    detail: str = ""
    """For the log, never for the screen; without personal data."""

    def __str__(self) -> str:
        """Return code and detail."""
        return f"{self.code or type(self).__name__}: {self.detail}"


class Unreachable(SyncError):
    """No connection, or no answer in time."""


@dataclass(eq=False)
class Busy(SyncError):
    """The server asks to come back later."""

    retry_after_s: float = 5.0


class NeedsSignIn(SyncError):
    """The device token is unknown, revoked or expired."""


class NeedsUpgrade(SyncError):
    """The server no longer supports this version's schema."""


class ProtocolFault(SyncError):
    """An answer that cannot be understood or must not be believed; nothing of it was applied."""


class Refused(SyncError):
    """A coded refusal that trying again will not change."""


@dataclass(frozen=True)
class FieldProblem:
    """One thing that is wrong with one field."""

    field: str
    reason: str
    """Text key, for example `problem.required`."""
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)


@dataclass(eq=False)
class RecordInvalid(FieldfareError):
    """A record that cannot be stored. The draft stays in the form."""

    problems: tuple[FieldProblem, ...] = ()


class ReplicaError(FieldfareError):
    """The local database."""


class ReplicaLocked(ReplicaError):
    """Another process holds the writer."""


class ReplicaFull(ReplicaError):
    """The disk is full; nothing was changed."""


class ReplicaDamaged(ReplicaError):
    """The file is not a sound replica."""


class ReplicaNewer(ReplicaError):
    """A newer version of the program has written the file; it is left as it is."""


class ReplicaSealed(ReplicaError):
    """The file is encrypted, and its key cannot be had now; it is left as it is."""


class ReplicaKeyLost(ReplicaSealed):
    """The file is encrypted, and the keyring of the system does not have its key."""


@dataclass(eq=False)
class FileTrouble(FieldfareError):
    """An attached file, or one that was to be. Nothing was changed."""

    code: ErrorCode
    detail: str = ""

    def __str__(self) -> str:
        """Return code and detail."""
        return f"{self.code}: {self.detail}"


@dataclass(eq=False)
class FileTooLarge(FileTrouble):
    """More bytes than the centre takes."""

    code: ErrorCode = ErrorCode.L404


@dataclass(eq=False)
class FileUnreadable(FileTrouble):
    """The file that was chosen cannot be read."""

    code: ErrorCode = ErrorCode.D605


@dataclass(eq=False)
class FileGone(FileTrouble):
    """The bytes of a file are not on this device."""

    code: ErrorCode = ErrorCode.D606


@dataclass(eq=False)
class FileUnwritten(FileTrouble):
    """A file for another program cannot be written."""

    code: ErrorCode = ErrorCode.D611


@dataclass(eq=False)
class FileDamaged(FileTrouble):
    """What lies encrypted on this device is not the file any more: cut off, changed, or another one. Nothing of it is shown."""

    code: ErrorCode = ErrorCode.D621


class UnlockFailed(FieldfareError):
    """Wrong password, or the offline lease has ended. Its text is a text key."""

    def __init__(self, key: str, wait_s: float = 0.0) -> None:
        """Name the text key. wait_s: seconds until another password is looked at; 0: at once."""
        super().__init__(key)
        self.wait_s = wait_s
