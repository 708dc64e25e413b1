"""A hand-written facade over believable data in memory: drives the gallery and the in-process tests of the interface."""

import asyncio
from dataclasses import dataclass, field

from client.usecases.answers import Standing
from client.usecases.door import LastHere
from client.usecases.sync_answers import SyncStatus
from shared_models.device_code import plain
from shared_models.errors import ErrorCode, FieldfareError, FieldProblem, RecordInvalid, Refused, UnlockFailed
from shared_models.registry import CRM
from shared_models.texts import Language
from tests.ui.believable import ago
from tests.ui.believable_records import fill_records
from tests.ui.believable_trouble import fill_trouble
from tests.ui.fake_alarms import FakeAlarms
from tests.ui.fake_devices import FakeDevices
from tests.ui.fake_documents import FakeDocuments
from tests.ui.fake_incidents import FakeIncidents
from tests.ui.fake_rights import FakeRights
from tests.ui.fake_state import company_id, contact_id
from tests.ui.fake_sync import FakeSync

__all__ = ["FakeCrm", "FakeDoor", "believable_crm", "company_id", "contact_id", "empty_crm"]


@dataclass
class FakeCrm(FakeSync):
    """Everything in memory. `fail` makes every read fail; `delay_s` makes reads slow."""

    rights: FakeRights = field(default_factory=FakeRights)
    devices: FakeDevices = field(default_factory=FakeDevices)
    alarms: FakeAlarms = field(default_factory=FakeAlarms)
    incidents: FakeIncidents = field(default_factory=FakeIncidents)
    documents: FakeDocuments = field(default_factory=FakeDocuments)

    def __post_init__(self) -> None:
        self.rights.crm = self.documents.crm = self
        self.count_files = lambda owner: len(self.documents.of(owner))


@dataclass
class FakeDoor:
    """Lets in whoever types the password `pass`."""

    account: tuple[str, str] = ("", "")
    error: FieldfareError | None = None
    speaks: Language | None = None
    told: str = ""
    at_rest: Standing | None = None
    sealed: FieldfareError | None = None
    """Why the data cannot be opened."""
    encrypts: bool = False
    """Whether it takes for ever to encrypt what is here."""

    async def outlook(self) -> Standing | None:
        return self.at_rest

    async def has_to_encrypt(self) -> bool:
        return self.encrypts

    async def set_aside(self) -> None:
        self.sealed = None

    async def language(self) -> Language | None:
        return self.speaks

    async def notice(self) -> str:
        return self.told

    async def last(self) -> LastHere:
        if self.encrypts:
            await asyncio.Event().wait()
        if self.sealed is not None:
            raise self.sealed
        return LastHere(*self.account, is_known=bool(self.account[1]))

    async def enter_by_code(self, server: str, code: str) -> FakeCrm:
        empty = [n for n, v in (("server_url", server), ("code", code)) if not v]
        if empty:
            raise RecordInvalid(tuple(FieldProblem(n, "problem.required") for n in empty))
        if plain(code) != "K7QF29XWRM":
            raise Refused(ErrorCode.S513)
        return believable_crm()

    async def enter(self, server: str, email: str, password: str) -> FakeCrm:
        empty = [n for n, v in (("server_url", server), ("email", email), ("password", password)) if not v]
        if empty:
            raise RecordInvalid(tuple(FieldProblem(n, "problem.required") for n in empty))
        if self.error is not None:
            raise self.error
        if password != "pass":
            raise UnlockFailed("unlock.wrong_password")
        return believable_crm()


def empty_crm() -> FakeCrm:
    """Return a CRM without a single record, just signed in."""
    return FakeCrm({e.entity_name: {} for e in CRM}, status_=SyncStatus(last_ok_at=ago()))


def believable_crm(language: Language = "ro") -> FakeCrm:
    """Return the demo company, with things that wait and things that need a person. language: of the sentences of saves."""
    crm = empty_crm()
    fill_records(crm)
    fill_trouble(crm, language)
    return crm
