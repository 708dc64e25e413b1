"""Messages of the sync protocol, version 1. The rules behind them: `sync_server/PROTOCOL.md`."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from shared_models.device_report import DeviceReport
from shared_models.errors import ErrorCode
from shared_models.message import NO_NUL, PRINTABLE, Key, Message, Name

PATH = "/sync/v1"
BIGGEST_FILE = 50_000_000
"""Bytes of the largest file that a server takes, unless it is set up otherwise."""
MAX_TXS = 1000
"""Transactions in one push. 1000: 25-30 % less time an edit than 200 (`tests.bench push`), as edits share pages and commits;
a usual one is then 100 KB and holds the writer for about 0.2 s."""
MAX_WITH_ANSWER = 500
"""Seqs that the page in the answer to a push may span."""
MAX_PUSH_BYTES = 1_000_000
"""Body of one push, decompressed."""
MAX_OPS = 500
"""Ops in one transaction."""
MAX_TX_BYTES = 512_000
MAX_ORIGINS = 40_000
"""Ids that one push may name in `origins`: more than fit in its bytes."""
PAGE_ROWS = 5000
"""Rows in one page of a long pull. Source: `server.md` 4, pages of 5-10k."""
WHOLE_ROWS = 12_500
"""News up to so many rows come as one page: to put pages aside first takes a quarter of the time that a device needs for them."""

MAX_INCIDENTS = 50
"""Incidents that one hello reports."""
MAX_NUMBER = 10**9
"""Greatest number of a series of codes."""
MAX_SERIES = 20
"""Series of which one hello tells."""
MAX_PREFIXES = 256
"""Parts of the key space that one request compares."""
MAX_FETCH = 500
"""Rows that one request fetches again."""
MAX_LISTED = 5000
"""Rows that one answer lists one by one."""

Scalar = Any
"""A stored value: str, int, bool, list of str, or None (`Kind`). Any: checked against the entity, not here."""
Prefix = Annotated[str, Field(max_length=8, pattern=r"^[0-9a-f]*$")]
Version = Annotated[int, Field(ge=0, le=2**62)]
Epoch = Annotated[str, Field(min_length=1, max_length=36, pattern=PRINTABLE)]
Verb = Literal["applied", "merged", "conflict", "rejected", "deferred"]


class Op(Message):
    """One record in one transaction: insert, update, or delete (archive).

    set: field -> stored value. An insert carries the typed columns only. A group is carried whole. A set field (SU) of an
    update carries `{"add": [..], "remove": [..]}`. `{"archived_at": null}` un-archives.
    base: field -> value that the person had on the screen; of an insert that meets a row that the device knows, likewise.
    bv: server version of the row that the screen stood for; 0 for a row that the server does not have.
    bvx: unit -> base version where it differs from `bv`; for a reference to a parent, the parent's version.
    """

    t: Name
    pk: Key
    op: Literal["i", "u", "d"]
    set: dict[str, Scalar] = Field(default_factory=dict)
    base: dict[str, Scalar] = Field(default_factory=dict)
    bv: Version = 0
    bvx: dict[str, Version] = Field(default_factory=dict)


class Tx(Message):
    """One save of one person: all or, field by field, as much as needs no question.

    id: its identity for ever, which nobody can guess (`ids.IdMaker.tx_id`). tx: its place in the order of its device epoch, from 1. origin: the id under which it
    was first issued, when it is an unchanged re-issue. after: origins of the device's own unsettled txs that touched the
    same rows or their parents when it was saved, and of those that these stood on, as places in the request's `origins`. epoch: the server epoch that its base
    versions belong to, when it is not the message's. schema: the schema version that it was first sent in, when it is not the message's.
    """

    id: Key
    tx: Annotated[int, Field(ge=1, le=2**53)]
    origin: Key | None = None
    after: Annotated[list[Annotated[int, Field(ge=0, lt=MAX_ORIGINS)]], Field(max_length=2000)] = Field(default_factory=list)
    hlc: Annotated[int, Field(ge=0, le=2**63 - 1)]
    label: Annotated[str, Field(max_length=120)] = ""
    epoch: Epoch | None = None
    schema_version: Annotated[int | None, Field(alias="schema", ge=1, le=2**31 - 1)] = None
    atomic: bool = False
    ops: Annotated[list[Op], Field(min_length=1, max_length=MAX_OPS)]


class Pending(Message):
    """What waits on a device, for the admin."""

    n: Annotated[int, Field(ge=0, le=2**53)] = 0
    oldest: Annotated[int | None, Field(ge=0, le=2**62)] = None
    """When the oldest was saved, microseconds since 1970 UTC by the device's clock."""


class PushRequest(Message):
    """Transactions of one device, in device order.

    origins: the ids that their `after` name, each once: long lists repeat them. left: what waits on the device beside them.
    pull: cursor of a device that takes what is newer with the answer (PROTOCOL 6.8).
    """

    device_epoch: Epoch
    server_epoch: Epoch
    schema_version: Annotated[int, Field(alias="schema", ge=1, le=2**31 - 1)]
    origins: Annotated[list[Key], Field(max_length=MAX_ORIGINS)] = Field(default_factory=list)
    left: Pending | None = None
    pull: Annotated[int | None, Field(ge=0, le=2**62)] = None
    txs: Annotated[list[Tx], Field(max_length=MAX_TXS)]


class CodedError(Message):
    """Why a transaction was refused."""

    code: ErrorCode
    entity: str | None = None
    record: str | None = None
    field: str | None = None
    reason: str | None = None
    """Text key of the rule that was broken."""


class Verdict(Message):
    """The durable answer to one transaction. The same id gets the same verdict for ever within a server epoch."""

    id: Key
    tx: int
    v: Verb
    seq: int
    conflicts: list[str] = Field(default_factory=list)
    error: CodedError | None = None


class PushAnswer(Message):
    """Verdicts in order. `expected_tx`: the next number that the server wants, when it met a gap.

    reused: the device epoch whose numbers are used under other ids (trap 7); the device takes a fresh one.
    page: the lines of the pull that was asked for with it, if what is newer is little; else the device pulls.
    """

    server_epoch: Epoch
    device_epoch: Epoch
    safe_seq: int
    verdicts: list[Verdict]
    expected_tx: int | None = None
    reused: bool = False
    page: list[dict[str, Any]] = Field(default_factory=list)
    """Any: what JSON gives."""


class DeviceIncident(Message):
    """Something on a device that was not as it should be (PROTOCOL 13.8): figures only, no content."""

    kind: Annotated[str, Field(pattern=r"^[a-z]{1,12}$")]
    entity: Annotated[str, Field(max_length=60, pattern=r"^[ -~]*$")] = ""
    """Empty where it is not of one entity."""
    rows: Annotated[int, Field(ge=0, le=2**53)] = 0
    at: Annotated[int, Field(ge=0, le=2**62)]
    """When it was found, microseconds since 1970 UTC by the device's clock."""


class Leased(Message):
    """What a device holds of a series: how many numbers are left, and the greatest that it ever got."""

    left: Annotated[int, Field(ge=0, le=MAX_NUMBER)]
    last: Annotated[int, Field(ge=0, le=MAX_NUMBER)] = 0


class Block(Message):
    """Numbers of a series that one device may give codes from."""

    first: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    last: Annotated[int, Field(ge=1, le=MAX_NUMBER)]


class HelloRequest(Message):
    """What a device says at start, after an error, when an answer carries another epoch, and when it is short of numbers.

    leased: entity -> what it holds of the series of its codes. incidents: what it found since the last hello that was answered, the newest. wiped: all that it held is removed, as it was told. report: none of a device of an older version.
    """

    install: Key
    device_epoch: Epoch
    server_epoch: Epoch | None = None
    app: Annotated[str, Field(max_length=40, pattern=NO_NUL)]
    schema_version: Annotated[int, Field(alias="schema", ge=1, le=2**31 - 1)]
    cursor: Version
    pending: Pending = Field(default_factory=Pending)
    clock: Annotated[int, Field(ge=0, le=2**53)]
    """The device's wall clock, milliseconds since 1970 UTC."""
    incidents: Annotated[list[DeviceIncident], Field(max_length=MAX_INCIDENTS)] = Field(default_factory=list)
    wiped: bool = False
    leased: Annotated[dict[Name, Leased], Field(max_length=MAX_SERIES)] = Field(default_factory=dict)
    report: DeviceReport | None = None


class HelloAnswer(Message):
    """What the device must do first.

    rebootstrap: the server was restored; `restored_seq` is the lowest point of all restores since the device's epoch.
    """

    server_time: int
    """Milliseconds since 1970 UTC."""
    server_epoch: Epoch
    action: Literal["ok", "rebootstrap", "upgrade", "wipe", "wait"]
    restored_seq: int | None = None
    rules_epoch: int = 0
    schema_version: Annotated[int, Field(alias="schema")]
    user_id: str
    device_id: str
    leases: dict[str, list[Block]] = Field(default_factory=dict)
    """Entity -> blocks that are the device's from now on, in the order in which it got them."""
    biggest_file: Annotated[int, Field(ge=0, le=2**40)] = BIGGEST_FILE
    """Bytes of the largest file that the server takes."""
    diagnose: bool = False
    """Whether an admin wants to know how the device fares (PROTOCOL 16.10)."""


class DigestRequest(Message):
    """Parts of the key space to compare (`shared_models.digest`).

    entity: whose rows; none: the digests of all entities, in the one part that is asked. prefixes: hex digits, all equally many,
    each once. recount: count the rows of the whole entity anew, and correct the digest that is kept, before it is answered.
    """

    server_epoch: Epoch
    entity: Name | None = None
    prefixes: Annotated[list[Prefix], Field(min_length=1, max_length=MAX_PREFIXES)]
    kind: Literal["version", "content"] = "version"
    recount: bool = False

    @model_validator(mode="after")
    def _of_one_length(self) -> Self:
        if len({len(prefix) for prefix in self.prefixes}) > 1 or (self.entity is None and len(self.prefixes) > 1):
            raise ValueError("prefixes of one length; one of them for all entities")
        if len(set(self.prefixes)) < len(self.prefixes):
            raise ValueError("each prefix once")
        if self.recount and (self.entity is None or self.kind != "version" or self.prefixes != [""]):
            raise ValueError("one whole entity is counted anew")
        return self


class PartLine(Message):
    """What the view holds in one part: its rows, when they are few, else the digests of the parts of it that have rows."""

    rows: list[tuple[str, int, str]] | None = None
    """`[id, version, 16 hex digits]`; the hash is of the content, in an audit of versions empty."""
    parts: dict[str, tuple[int, str]] | None = None
    """Prefix -> `[rows, 16 hex digits]`."""


class DigestAnswer(Message):
    """What the view holds now; seq: the point that it stands for, which may be past the device's cursor.

    parts: of the prefixes that were asked; those that did not fit are left out, and asked for again. corrected: whether the rows
    that were counted anew had another digest than the one that was kept.
    """

    server_epoch: Epoch
    seq: int
    entities: dict[str, tuple[int, str]] | None = None
    corrected: bool = False
    parts: dict[str, PartLine] = Field(default_factory=dict)


class FetchRequest(Message):
    """Rows that differ, to be sent again whole."""

    server_epoch: Epoch
    t: Name
    pks: Annotated[list[Key], Field(min_length=1, max_length=MAX_FETCH)]


class SignInRequest(Message):
    """First sign-in of a device."""

    email: Annotated[str, Field(min_length=1, max_length=254, pattern=NO_NUL)]
    password: Annotated[str, Field(min_length=1, max_length=256)]
    device_name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    install: Key


class SignInAnswer(Message):
    """The device token (shown once, stored hashed) and the first access token."""

    user_id: str
    email: str = ""
    """Whose account it is, where the device signed in by a code; else it knows."""
    device_id: str
    device_token: str
    access_token: str
    expires_in_s: int
    lease_days: int


class TokenRequest(Message):
    """Exchange of the device token for a short access token. The device token is never rotated by this."""

    device_token: Annotated[str, Field(min_length=1, max_length=100)]


class TokenAnswer(Message):
    """A short, opaque access token."""

    access_token: str
    expires_in_s: int


class HistoryEntry(Message):
    """One past value of one unit of one record. tx: id of the save; a device knows its own by it."""

    seq: int
    entity: str
    record: str
    unit: str
    before: dict[str, Scalar] | None = None
    after: dict[str, Scalar] | None = None
    by: str | None = None
    device: str | None = None
    tx: str = ""
    typed_at: int
    arrived_at: int
    kind: Literal["applied", "merged", "overwritten", "restored", "refused"]


class HistoryPage(Message):
    """Past values of a record and of its parts, newest first; `before` of the next page is the last entry's seq."""

    entries: list[HistoryEntry]
    more: bool


# -- lines of a pull: NDJSON, each one of these, told apart by `k` -----------------------------------------------------


class BeginLine(Message):
    """First line. from_seq: the cursor that the page continues; after: the place in a long pull that it continues (null: none).

    stage: whether to put the rows aside until the final page. at: where the sequence stood when the page was made.
    """

    k: Literal["begin"] = "begin"
    from_seq: Annotated[int, Field(alias="from")]
    to_seq: Annotated[int, Field(alias="to")]
    at: int
    after: str | None
    stage: bool
    epoch: Epoch
    schema_version: Annotated[int, Field(alias="schema")]


class LeaveLine(Message):
    """Records that left the user's view, and with each all that is a part of it: roots, cards, and what own txs changed."""

    k: Literal["leave"] = "leave"
    t: Name
    pks: list[str]


class HideLine(Message):
    """Confidential field groups that the user may no longer see: their fields become empty, records made of them go."""

    k: Literal["hide"] = "hide"
    groups: Annotated[list[Name], Field(min_length=1)]


class AckLine(Message):
    """Verdicts of this device's own txs since the cursor: `[id, verdict, seq, at, error code or null]`.

    A row that an `applied` tx touched and that no rows line carries stands at the centre exactly as the device sent it,
    with `seq` as its version and `at` (microseconds) as its `updated_at`.
    """

    k: Literal["ack"] = "ack"
    tx: list[tuple[str, Verb, int, int, str | None]]


class FetchedLine(Message):
    """Last line of fetched rows: rows lines as in a pull came before it; what is not among them, the view does not hold."""

    k: Literal["fetched"] = "fetched"
    epoch: Epoch
    seq: int


class EndLine(Message):
    """Last line. digest: entity -> `[rows, 16 hex digits]` of the whole view at `cursor`, in the final page only."""

    k: Literal["end"] = "end"
    cursor: int
    """The device's cursor once this page is applied; of a staged page, the cursor to ask the next page with."""
    after: str | None = None
    """Of a staged page: opaque place of the next one."""
    commit: bool
    more: bool
    safe_seq: int
    digest: dict[str, tuple[int, str]] | None = None
