"""Compares what rows contain, which versions cannot tell: a sixteenth of the key space now and then, or all of it (PROTOCOL 13)."""

from collections.abc import Callable
from dataclasses import dataclass

from client.replica import held, integrity, meta, soundness
from client.replica.integrity import Incident
from client.replica.mending import Place, place_of
from client.sync import repair
from client.sync.conversation import Conversation
from shared_models.base import Record
from shared_models.digest import LIST_ROWS, MODULUS, Digest, Part, differing, divided
from shared_models.errors import Busy, ErrorCode, NeedsUpgrade
from shared_models.protocol import PartLine

SLICES = 16
EVERY_MS = 3_600_000
"""Least time between two slices: a device that is open for two working days has been looked at whole. Each costs the centre
a scan of its ids and a sixteenth of its rows."""
Tell = Callable[[int, int], None]
"""Is told how many rows have been compared, of how many."""


@dataclass(frozen=True)
class Audit:
    """What an audit of everything found."""

    rows: int
    found: tuple[Incident, ...]
    differing: tuple[str, ...] = ()
    """Entities in which rows still differ from the centre's."""

    @property
    def equal(self) -> bool:
        """Return whether every row is now what the centre has."""
        return not self.differing


def next_slice(talk: Conversation) -> list[Incident]:
    """Compare the next sixteenth, if that is due; put right what differs. Costs one round trip when all is equal.

    A centre that is busy with the audits of others is asked again after the next idle pull.
    """
    facts, now = talk.replica.facts(), talk.now_ms()
    if 0 <= now - facts["audit_at"] < EVERY_MS or _is_older(talk):
        return []
    if not facts["audit_at"]:  # everything has just come
        with talk.replica.write(durable=False) as writing:
            meta.put(writing.connection, {"audit_at": now})
        return []
    found = soundness.mend_laid(talk.replica)
    at, prefix = place_of(talk.replica), f"{facts['audit_next']:x}"
    try:
        for entity in repair.differing_entities(talk, at, "content", prefix, _slice(talk, prefix)):
            if entity in talk.replica.registry.by_name:
                found += _mended(talk, at, entity, prefix, repair.MAX_ROWS)
    except Busy:
        return found
    except NeedsUpgrade:  # the centre was updated since our hello
        with talk.replica.write(durable=False) as writing:
            meta.put(writing.connection, {"server_schema": talk.schema_version + 1})
        return found
    with talk.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"audit_next": (facts["audit_next"] + 1) % SLICES, "audit_at": now})
    return found


def _is_older(talk: Conversation) -> bool:
    """Whether the centre has newer fields, so that contents cannot be equal; versions are compared all the same."""
    return bool(talk.replica.facts()["server_schema"] > talk.schema_version)


def whole(talk: Conversation, tell: Tell) -> Audit:
    """Compare every row with the centre's, and every index with the rows; put right what differs.

    The replica must be complete. Raises NeedsUpgrade while the centre has newer entities, EpochChanged, Stopped or a SyncError; what was put right until then stays so.
    """
    if _is_older(talk):
        raise NeedsUpgrade(ErrorCode.P202, "the centre has rows of a newer version")
    replica, left = talk.replica, list[str]()
    found = [*soundness.mend_laid(replica), *integrity.mend_digests(replica)]
    at, progress = place_of(replica), _Progress(talk, tell)
    for kind in replica.registry:
        name = kind.entity_name
        if _is_equal(talk, at, kind, progress):
            progress.tell()
            continue
        while rows := _mended(talk, at, name, "", repair.MAX_ROWS):
            found += rows
        if repair.search(talk, at, name, "content", "", 1).rows:
            left.append(name)
            with replica.write(durable=False) as writing:
                integrity.log(writing, Incident("unequal", name, entity=name), talk.now_ms() * 1000)
        progress.tell()
    talk.stop_if_asked()
    found += soundness.mend_indexes(replica)
    return Audit(progress.done, tuple(found), tuple(left))


def _slice(talk: Conversation, prefix: str) -> dict[str, Digest]:
    """Return the digest of each entity's contents in one part of the key space."""
    found = {}
    with talk.replica.reading() as reader:
        for kind in talk.replica.registry:
            hashes = [hashed for _, _, hashed in held.hashed(reader, kind, "content", [prefix])]
            found[kind.entity_name] = Digest(len(hashes), sum(hashes) % MODULUS)
    return found


def _mended(talk: Conversation, at: Place, entity: str, prefix: str, most: int) -> list[Incident]:
    rows = repair.mend(talk, at, entity, "content", prefix, most)
    if not rows:
        return []
    incident = Incident("repaired", f"{entity} {rows}", entity=entity, rows=rows)
    with talk.replica.write(durable=False) as writing:
        integrity.log(writing, incident, talk.now_ms() * 1000)
    return [incident]


class _Progress:
    """Counts the rows that pass by, and stops on demand."""

    def __init__(self, talk: Conversation, tell: Tell) -> None:
        with talk.replica.reading() as reader:
            self.total = held.count(reader, talk.replica.registry)
        self.done, self._talk, self._tell = 0, talk, tell

    def passed(self, rows: int) -> None:
        """Count so many more."""
        self.done += rows
        self._talk.stop_if_asked()
        self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        self._tell(self.done, self.total)


def _is_equal(talk: Conversation, at: Place, kind: type[Record], progress: _Progress) -> bool:
    """Read an entity here while the centre reads it there, and compare the two."""
    answer = talk.start(lambda: repair.ask(talk, at, kind.entity_name, [""], "content"))
    with talk.replica.reading() as reader:
        rows = held.hashed(reader, kind, "content", [""], progress.passed)
        mine = divided(rows, [""], lambda _: LIST_ROWS)[""]
    theirs = answer.result().parts.get("")
    return theirs is not None and _is_same(mine, theirs)


def _is_same(mine: Part, theirs: PartLine) -> bool:
    if theirs.rows is None:
        return not differing(mine.children(), {name: Digest.parse(*wire) for name, wire in (theirs.parts or {}).items()})
    return mine.rows is not None and {(row.pk, row.version, f"{row.hash:016x}") for row in mine.rows} == set(theirs.rows)
