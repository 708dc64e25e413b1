"""When every row is equal and the digests are not, one of the two sides has a wrong sum: ours was computed from the rows just now."""

from client.replica import integrity, meta
from client.replica.integrity import Incident
from client.replica.mending import Place, place_of
from client.sync import repair
from client.sync.conversation import Conversation
from shared_models.digest import Digest
from shared_models.errors import Busy, SyncError

EVERY_MS = 3_600_000
"""Least time between two such questions: each costs the centre a look at all rows of an entity."""


Differing = tuple[str, ...] | None
"""Entities whose digests differ, none of them named when only the figure of the whole was compared; None: all is equal."""


def settle(talk: Conversation, mine: dict[str, Digest], differing: tuple[str, ...]) -> tuple[Differing, list[Incident]]:
    """Have the centre count anew what differs in no row; returns what still differs, and what was found.

    mine: digests computed from the rows. A question that fails settles nothing. Raises EpochChanged, Stopped.
    """
    now = talk.now_ms()
    if 0 <= now - talk.replica.facts()["recount_at"] < EVERY_MS:
        return differing, []
    at, left, found = place_of(talk.replica), list[str](), list[Incident]()
    try:
        names = differing or tuple(repair.differing_entities(talk, at, "version", "", mine))
    except SyncError:
        return differing, []
    for entity in names:
        if not _is_wrong_there(talk, at, entity, now):
            left.append(entity)
            continue
        found.append(Incident("recounted", entity, entity=entity))
        with talk.replica.write(durable=False) as writing:
            integrity.log(writing, found[-1], now * 1000)
    return (None if found and not left else tuple(left)), found


def _is_wrong_there(talk: Conversation, at: Place, entity: str, now_ms: int) -> bool:
    """Whether an entity is equal in every row, and the centre says that its figure was wrong.

    A figure that the centre stands by is no proof, also where it is ours by now: the one that came with the pull was not.
    """
    try:
        if entity not in talk.replica.registry.by_name or repair.search(talk, at, entity, "version", "", 1).rows:
            return False
        _note_asked(talk, now_ms)
        return repair.ask(talk, at, entity, [""], "version", recount=True).corrected
    except Busy:
        _note_asked(talk, 0)
    except SyncError:  # what was asked for may have been done all the same
        pass
    return False


def _note_asked(talk: Conversation, at_ms: int) -> None:
    with talk.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"recount_at": at_ms})
