"""One transaction while it is being applied: what its author had seen, and what has become of it so far."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from orjson import dumps

from shared_models.clock import stamp_ms
from shared_models.codec import Row
from shared_models.protocol import Op, Tx
from sync_server.services.actor import Actor
from sync_server.services.workspace import Workspace

NO_TXS = frozenset[str]()


@dataclass
class Applying:
    """A tx in the hands of the merge. `seq` is provisional."""

    space: Workspace
    actor: Actor
    tx: Tx
    origins: Sequence[str]
    """The request's ids that `tx.after` points into."""
    seq: int
    server_epoch: str
    version_limit: int | None
    """Highest version that its base versions can mean: the point of the restore since its epoch; None: no limit."""
    hlc: int
    """Stamp of the tx, clamped by the device's measured clock offset."""
    asked: bool = False
    withheld: bool = False
    """Something that was typed is not stored: an all-or-nothing tx must undo the rest."""
    mixed: bool = False
    """Something was merged, given way or changed: the device does not hold what is stored."""
    cards: list[str] = field(default_factory=list)
    after: frozenset[str] = NO_TXS
    """The origins of the own txs that this one stands on."""
    _authorship: Row | None = None

    def __post_init__(self) -> None:
        """Name what the tx points at."""
        if self.tx.after:
            self.after = frozenset([self.origins[place] for place in self.tx.after])

    @property
    def origin(self) -> str:
        """Return the id under which the tx was first issued."""
        return self.tx.origin or self.tx.id

    @property
    def typed_at(self) -> int:
        """Return when it was saved, by the device's clock, in microseconds since 1970 UTC."""
        return stamp_ms(self.tx.hlc) * 1000

    def note_on(self, keys: Collection[tuple[str, str]]) -> str | None:
        """Return the note that was typed in the same save on one of some records (entity, id), for a card that its readers see."""
        for op in self.tx.ops:
            if op.t == "note" and op.op == "i" and isinstance(op.set.get("body"), str):
                owners = {(name.removesuffix("_id"), op.set.get(name)) for name in ("company_id", "contact_id")}
                if not owners.isdisjoint(keys):
                    return str(op.set["body"])[:2000]
        return None

    @property
    def stamp(self) -> tuple[int, str]:
        """Return what latest-edit comparisons compare."""
        return self.hlc, self.actor.device_id

    def base_version(self, op: Op, unit: str) -> int:
        """Return the version that the screen stood for, in today's timeline (PROTOCOL 4)."""
        version = op.bvx.get(unit, op.bv)
        return version if self.version_limit is None else min(version, self.version_limit)

    def row_version(self, op: Op) -> int:
        """Return the version of the whole row that the screen stood for."""
        return op.bv if self.version_limit is None else min(op.bv, self.version_limit)

    def is_own(self, seq: int) -> bool:
        """Whether a version was written by this tx or one that it stands on."""
        if seq == self.seq:
            return True
        author = self.space.author(seq) if self.after or self.tx.origin else None
        return author is not None and (author.origin in self.after or author.origin == self.origin)

    def knew(self, seq: int, version: int) -> bool:
        """Whether the author had a version on the screen."""
        return seq <= version or self.is_own(seq)

    def remember(self, entity: str, pk: str, unit: str, before: Row | None, after: Row | None, kind: str) -> None:
        """Write one line of history."""
        self.space.history.append(
            {
                **(self._authorship or self._sign()),
                "entity": entity,
                "record_id": pk,
                "unit": unit,
                "before": None if before is None else dumps(before).decode(),
                "after": None if after is None else dumps(after).decode(),
                "kind": kind,
            }
        )

    def _sign(self) -> Row:
        """Return what all lines of history of the tx say alike."""
        self._authorship = {
            "seq": self.seq,
            "by": self.actor.user_id,
            "device": self.actor.device_id,
            "tx_id": self.tx.id,
            "typed_at": self.typed_at,
            "arrived_at": self.space.at,
        }
        return self._authorship
