"""When every row is equal and the digests are not, one of the two sides has a wrong sum: ours was computed from the rows just now."""

from client.replica import integrity, meta
from client.replica.integrity import Incident
from client.replica.mending import place_of
from client.sync import repair
from client.sync.conversation import Conversation
from shared_models.digest import Digest
from shared_models.errors import Busy

EVERY_MS = 3_600_000
"""Least time between two such questions: each costs the centre a look at all rows of an entity."""


Differing = tuple[str, ...] | None
"""Entities whose digests differ, none of them named when only the figure of the whole was compared; None: all is equal."""


def settle(talk: Conversation, mine: dict[str, Digest], differing: tuple[str, ...]) -> tuple[Differing, list[Incident]]:
    """Have the centre count anew what differs in no row; returns what still differs, and what was found.

    mine: digests computed from the rows. Raises EpochChanged, Stopped or a SyncError.
    """
    now = talk.now_ms()
    if 0 <= now - talk.replica.facts()["recount_at"] < EVERY_MS:
        return differing, []
    at, left, found = place_of(talk.replica), list[str](), list[Incident]()
    for entity in differing or repair.differing_entities(talk, at, "version", "", mine):
        if entity not in talk.replica.registry.by_name or repair.search(talk, at, entity, "version", "", 1).rows:
            left.append(entity)
            continue
        _note_asked(talk, now)
        try:
            answer = repair.ask(talk, at, entity, [""], "version", recount=True)
        except Busy:
            _note_asked(talk, 0)
            left.append(entity)
            continue
        if answer.corrected:
            found.append(Incident("recounted", entity, entity=entity))
            with talk.replica.write(durable=False) as writing:
                integrity.log(writing, found[-1], now * 1000)
        elif Digest.parse(*(answer.entities or {}).get(entity, Digest().wire())) != mine.get(entity, Digest()):
            left.append(entity)
    return tuple(left) or None, found


def _note_asked(talk: Conversation, at_ms: int) -> None:
    with talk.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"recount_at": at_ms})
