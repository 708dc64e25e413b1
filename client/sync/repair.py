"""Finds the rows that are not what the centre has, in a few round trips, and has only those sent again (trap 20)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from client.replica import held, mending
from client.replica.mending import Place
from client.replica.remote_page import RowsChunk
from client.sync.conversation import Conversation, EpochChanged
from client.sync.wire import read_fetched
from shared_models.digest import PLACE_DIGITS, Digest, Hashed, Kind, Part, differing, divided
from shared_models.errors import ErrorCode, ProtocolFault, SyncError
from shared_models.protocol import MAX_FETCH, MAX_PREFIXES, DigestAnswer, DigestRequest, FetchRequest, PartLine

MAX_ROWS = 10_000
"""Rows that one round puts right; what is left is found by the next. They are held in memory until they go in together."""
MAX_DIGESTS = 200
"""Questions that one search may ask: a fault of ours must not go on for ever."""


@dataclass
class Found:
    """What differs in one entity."""

    wrong: list[str] = field(default_factory=list)
    """Ids of rows that the centre has otherwise, or that are not here."""
    gone: list[str] = field(default_factory=list)
    """Ids of rows that are only here."""

    @property
    def rows(self) -> int:
        """Return how many rows differ."""
        return len(self.wrong) + len(self.gone)


def differing_entities(talk: Conversation, at: Place, kind: Kind, prefix: str, mine: Mapping[str, Digest]) -> list[str]:
    """Ask for the digest of every entity in one part of the key space; return the names of those that differ."""
    answer = ask(talk, at, None, [prefix], kind)
    return differing(mine, {name: Digest.parse(*wire) for name, wire in (answer.entities or {}).items()})


def mend(talk: Conversation, at: Place, entity: str, kind: Kind, prefix: str = "", most: int = MAX_ROWS) -> int:
    """Find what differs in one entity, or in a part of it, and put it right; returns how many rows were.

    Raises EpochChanged, Stopped, or the SyncError of a request that failed; then nothing was put right.
    """
    found = search(talk, at, entity, kind, prefix, most)
    chunks = [chunk for pks in _parted(found.wrong, MAX_FETCH) for chunk in _fetch(talk, at, entity, pks)]
    return mending.put_right(talk.replica, at, chunks, entity, found.gone)


def search(talk: Conversation, at: Place, entity: str, kind: Kind, prefix: str, most: int) -> Found:
    """Compare parts, and parts of those that differ, down to rows; stops at `most` rows."""
    found, level, deeper = Found(), [prefix], list[str]()
    for _ in range(MAX_DIGESTS):
        asked = level[:MAX_PREFIXES]
        answer = ask(talk, at, entity, asked, kind)
        if not answer.parts or not answer.parts.keys() <= set(asked):
            raise ProtocolFault(None, "a digest of other parts")
        for part in _mine(talk, entity, kind, answer).values():
            deeper += _compare(found, part, answer.parts[part.prefix], at.cursor, kind)
        level = [one for one in level if one not in answer.parts]
        if not level:
            level, deeper = deeper, []
        if not level or found.rows >= most:
            break
    return Found(found.wrong[:most], found.gone[:most])


def ask(
    talk: Conversation, at: Place, entity: str | None, prefixes: Sequence[str], kind: Kind, *, recount: bool = False
) -> DigestAnswer:
    """Ask what the centre holds in some parts of the key space. Raises EpochChanged, Stopped, or another SyncError.

    recount: have it count its rows of the whole entity anew.
    """
    talk.stop_if_asked()
    try:
        answer = talk.transport.digest(
            DigestRequest(server_epoch=at.epoch, entity=entity, prefixes=list(prefixes), kind=kind, recount=recount)
        )  # fmt: skip
    except SyncError as error:
        raise _told(error) from error
    if answer.server_epoch != at.epoch:
        raise EpochChanged
    if answer.seq < at.cursor:  # restored, or read from a copy that lags: what it lacks is not gone
        raise ProtocolFault(None, "a digest from before the last pull")
    return answer


def _told(error: SyncError) -> Exception:
    return EpochChanged() if error.code is ErrorCode.P203 else error


def _mine(talk: Conversation, entity: str, kind: Kind, answer: DigestAnswer) -> dict[str, Part]:
    """Return what is here of the parts that were answered: rows where the centre listed rows, else sums."""
    prefixes = list(answer.parts)
    with talk.replica.reading() as reader:
        rows = held.hashed(reader, talk.replica.registry.get(entity), kind, prefixes)
        return divided(rows, prefixes, lambda prefix: None if answer.parts[prefix].rows is not None else 0)


def _compare(found: Found, mine: Part, theirs: PartLine, cursor: int, kind: Kind) -> list[str]:
    """Note the rows of one part that differ, or return the parts of it that do."""
    if theirs.rows is None:
        if len(mine.prefix) >= PLACE_DIGITS - 1:
            raise ProtocolFault(None, "a part that is divided too often")
        parts = {name: Digest.parse(*wire) for name, wire in (theirs.parts or {}).items()}
        return differing(mine.children(), parts)
    here = {row.pk: row for row in mine.rows or ()}
    there = {pk: (version, hashed) for pk, version, hashed in theirs.rows}
    for pk, (version, hashed) in there.items():
        if version <= cursor and not _is_same(here.get(pk), version, hashed, kind):
            found.wrong.append(pk)  # a newer one comes with the next pull
    found.gone += [pk for pk in here if pk not in there]
    return []


def _is_same(mine: Hashed | None, version: int, hashed: str, kind: Kind) -> bool:
    return mine is not None and mine.version == version and (kind == "version" or f"{mine.hash:016x}" == hashed)


def _fetch(talk: Conversation, at: Place, entity: str, pks: list[str]) -> list[RowsChunk]:
    talk.stop_if_asked()
    try:
        lines = talk.transport.fetch(FetchRequest(server_epoch=at.epoch, t=entity, pks=pks))
        epoch, chunks = read_fetched(lines, talk.replica.registry, talk.loads)
    except SyncError as error:
        raise _told(error) from error
    if epoch != at.epoch:
        raise EpochChanged
    asked = set(pks)
    if any(
        chunk.entity != entity or not asked >= {row[list(chunk.cols).index("id")] for row in chunk.rows} for chunk in chunks
    ):
        raise ProtocolFault(None, "rows that were not asked for")
    return chunks


def _parted(pks: list[str], size: int) -> Iterator[list[str]]:
    return (pks[i : i + size] for i in range(0, len(pks), size))
