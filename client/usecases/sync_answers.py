"""What the use cases tell the screens about sync: cards to decide, refused changes, what waits, and where the engine stands.

Times are microseconds since 1970 UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from client.usecases.answers import Shown, Standing
from client.usecases.document_answers import FilesWaiting
from client.usecases.timeline_answers import Change
from shared_models.codec import Row

Decision = Literal["kept_theirs", "restored_mine", "kept_both", "edited"]
"""How a person closes a card: the states of `entities.sync_conflict.CardState` but `open`."""
SideName = Literal["mine", "theirs"]
KEPT: Mapping[str, SideName] = {"kept_theirs": "theirs", "restored_mine": "mine"}
"""State of a card -> the side whose value was kept, where it was one of the two."""
Since = Literal["put_back", "changed"]
"""The value that was not kept, by a later edit; or another one."""
How = Literal["put_back", "changed", "first", "lost"]
"""Why a decision is not what holds: somebody put the other value back, or wrote a third one, or had decided before it arrived. `lost`:
somebody else decided a clash in which the reader had typed a value that does not hold."""
SETTLED_BY_LOOKING = ("duplicate", "bank_account")
"""Kinds of cards in which no value lost: somebody looks at something, and says so. The state then is `kept_theirs`."""
ARCHIVINGS = ("archived", "unarchived", "revived")
"""Kinds of cards in which not a value is at stake but whether the record is archived: a form on it decides nothing."""
OWN_ANSWERS: Mapping[str, tuple[Decision, ...]] = {
    "archived": ("kept_theirs", "restored_mine"),
    "unarchived": ("kept_theirs", "restored_mine"),
    "revived": ("restored_mine", "kept_theirs"),
    "link_removed": ("kept_theirs", "restored_mine"),
    "code": ("kept_theirs", "edited"),
    "cycle": ("kept_theirs", "edited"),
}
"""Answers of the kinds of cards in which "theirs" and "mine" are no values to choose from; the first leaves everything as it is.

Of a revived record "theirs" is its archiving: keeping that archives it again.
"""


@dataclass(frozen=True)
class Side:
    """One of the values of a card: who wrote it, when, and whether on this device."""

    values: Row
    shown: Shown = field(default_factory=dict)
    by: str = ""
    is_me: bool = False
    at: int | None = None
    is_here: bool = False


@dataclass(frozen=True)
class Twin:
    """A company that may be the same as another one. Without a name it is not on this device (any more)."""

    id: str
    name: str = ""
    code: str = ""
    town: str = ""
    fiscal_code: str = ""
    by: str = ""
    """Who made the record."""
    is_me: bool = False
    at: int | None = None
    """When it was made."""


@dataclass(frozen=True)
class CardView:
    """A conflict card with the names that a person needs to decide it. before: empty values for a record that was new."""

    id: str
    kind: str
    """One of `entities.sync_conflict.CardKind`, or `unarchived` (`card_values.kind_of`)."""
    entity: str
    record: str
    title: str
    """Title of the record."""
    about: str
    """Title of the company or contact that the record belongs to, and what it is there; may be empty."""
    unit: str
    policy: str
    before: Side
    mine: Side
    theirs: Side
    note: str = ""
    at: int = 0
    can_keep_both: bool = False
    """Whether both values can stand side by side (phones, e-mails, addresses, texts)."""
    owner: tuple[str, str] | None = None
    """(entity, id) of the company or contact whose page shows the record: what "open" leads to."""
    twins: tuple[Twin, ...] = ()
    """Both companies of a card of kind `duplicate`, the older first."""
    other: str = ""
    """Title of the record that has the code which was typed, for kind `code`; empty when it is not on this device."""
    state: str = "open"
    """`open`, or the `Decision`."""
    decided_by: str = ""
    decided_by_me: bool = False
    decided_at: int | None = None
    can_restore: bool = False
    """Of a decided card: whether the losing value can be brought back as a new edit."""
    since: Since | None = None
    """Of a decided card: what the record holds now, when it is not the value that was kept any more."""
    since_by: str = ""
    """Of news: who decided otherwise; empty when that is not certain."""
    how: How | None = None
    """Of news: why the reader's decision, or what he typed, is not what holds."""
    now: Side = field(default_factory=lambda: Side({}))
    """Of a decided card: what the record holds now in its fields; empty when the record is not here."""


def outcome_of(kind: str, state: str) -> str:
    """Return what was decided, as the end of the text key `decision.<...>`."""
    if kind in SETTLED_BY_LOOKING and state != "edited":
        return kind
    return f"{kind}.{state}" if state in OWN_ANSWERS.get(kind, ()) else state


@dataclass(frozen=True)
class RefusedChange:
    """A save that the centre refused or put off; what was typed is still here."""

    tx: str
    label: str
    entity: str
    record: str
    title: str
    at: int
    code: str
    """Value of `errors.ErrorCode`; the text on screen is `error.<code>`."""
    reason: str | None = None
    field: str | None = None
    changes: tuple[Change, ...] = ()
    is_deferred: bool = False
    """It waits for a record that is not here yet, and is sent again by itself."""
    is_here: bool = True
    """Whether there is a record to correct it on: the one that it changes, or a new one."""
    is_new: bool = False
    """Whether it would have made the record."""
    made: tuple[str, ...] = ()
    """Ids of all records and parts that it would have made."""


@dataclass(frozen=True)
class Inbox:
    """What needs the reader, and what he should know. solved: cards decided in the last 30 days."""

    cards: tuple[CardView, ...] = ()
    refused: tuple[RefusedChange, ...] = ()
    solved: int = 0
    news: tuple[CardView, ...] = ()
    """Cards that the reader decided and of which another decision holds, until he has read that."""

    @property
    def count(self) -> int:
        """How many things the reader has not dealt with."""
        return len(self.cards) + len(self.refused) + len(self.news)


WaitingState = Literal["pending", "inflight", "acked", "isolated"]
"""isolated: set aside after failing again and again."""


@dataclass(frozen=True)
class WaitingItem:
    """A save that has no settled answer yet."""

    tx: str
    label: str
    entity: str
    record: str
    saved_at: int
    state: WaitingState = "pending"
    size_bytes: int = 0


@dataclass(frozen=True)
class SentItem:
    """A save that the centre has answered."""

    tx: str
    label: str
    at: int


@dataclass(frozen=True)
class Queue:
    """What waits, oldest first, and the newest of what was sent today."""

    waiting: tuple[WaitingItem, ...] = ()
    sent: tuple[SentItem, ...] = ()
    sent_today: int = 0


@dataclass(frozen=True)
class Proof:
    """A comparison of replica and centre by digest. rows: entity -> rows; figure: 16 hex digits."""

    at: int
    rows: Mapping[str, int]
    figure: str
    differing: tuple[str, ...] = ()
    """Entities whose digests differ; empty: everything is equal."""

    @property
    def total(self) -> int:
        """Rows that were compared."""
        return sum(self.rows.values())


@dataclass(frozen=True)
class Found:
    """Something on this device that was not as it should be; `incidents.in_words` says it. entity: empty for all."""

    kind: str
    entity: str
    rows: int
    at: int


@dataclass(frozen=True)
class Left:
    """Records that left the reader's lists, as what he may see had changed. is_told: whether he was told already."""

    rows: int
    at: int
    is_told: bool = False


Link = Literal[
    "idle", "syncing", "loading", "offline", "paused", "work_offline", "needs_sign_in", "needs_upgrade", "quarantined"
]
"""Where the conversation with the centre stands. `loading`: the first or a renewed load is under way."""


@dataclass(frozen=True)
class SyncStatus:
    """Where the sync of this device stands, for the pill and the Sync page."""

    link: Link = "idle"
    waiting: int = 0
    needs_you: int = 0
    last_ok_at: int | None = None
    """When the last round ended well."""
    offline_since: int | None = None
    next_attempt_at: int | None = None
    """When the next attempt is armed; none: nothing is armed (paused, signed out)."""
    cause: str | None = None
    """Value of `errors.ErrorCode` of the last failure, `not_ours` or `unexpected`: its text is `error.<cause>`. None for a plain
    lack of connection."""
    loaded_rows: int = 0
    total_rows: int | None = None
    proof: Proof | None = None
    found: tuple[Found, ...] = ()
    """What was found of late that was not as it should be, newest first."""
    size_bytes: int = 0
    """Size of the replica on this device."""
    left: Left | None = None
    """What left his lists of late."""
    signs_in: bool = False
    """Whether it first signs in at the server, by itself: the device was opened without a connection after a sign-out."""
    files: FilesWaiting = field(default_factory=FilesWaiting)
    """Files that have yet to be sent, and how much of them."""
    is_live: bool = False
    """Whether the server tells at once what others changed; else it is asked now and then."""
    at_rest: Standing | None = None
    """How the data lies on the disk of this device; None where the server keeps it."""
