"""Last step: prove that replica and centre are equal, put right what is not, or say loudly that it cannot be (trap 20)."""

from dataclasses import dataclass

from client.replica import digests, integrity, meta
from client.replica.integrity import Incident
from client.replica.mending import place_of
from client.sync import audit, recount, repair
from client.sync.conversation import Conversation
from client.sync.pull import Pulled
from shared_models.digest import Digest, combined
from shared_models.digest import differing as names_of


@dataclass(frozen=True)
class Proof:
    """Result of one comparison. at: microseconds since 1970 UTC, by the device's clock."""

    equal: bool
    rows: int
    at: int
    differing: tuple[str, ...] = ()
    """Entities whose figures differ; empty when only the figure of the whole was compared."""
    found: tuple[Incident, ...] = ()
    """What was not as it should be and has been put right, or could not be."""


def prove(talk: Conversation, pulled: Pulled) -> Proof | None:
    """Compare the replica's digests with the centre's, put right what differs, and keep the result for the screens.

    A difference is not papered over: the figures are computed again from the rows; if it stays, the rows that differ are found
    and sent again; if none does, the centre counts its own figure anew. Whatever was found is an incident.
    Returns None when the server sent nothing to compare with.
    Raises EpochChanged, Stopped or a SyncError when the rows cannot be asked for now; the difference is noted first.
    """
    if pulled.combined is None and pulled.digests is None:
        return None
    mine = _stored(talk)
    found: list[Incident] = []
    differing = _differing(mine, pulled)
    if differing is not None:
        kept, mine = mine, _recomputed(talk)
        found += [Incident("digest", name, entity=name) for name in names_of(kept, mine)]
        differing = _differing(mine, pulled)
    if differing is None and pulled.combined is not None and (audited := audit.next_slice(talk)):
        found, mine = [*found, *audited], _stored(talk)
        differing = _differing(mine, pulled)
    if differing is not None:
        _keep(talk, Proof(False, _rows(mine), talk.now_ms() * 1000, differing, tuple(found)), mine, is_last=False)
        found += _mended(talk, mine, differing)
        mine = _recomputed(talk)
        differing = _differing(mine, pulled)
    if differing is not None:
        differing, recounted = recount.settle(talk, mine, differing)
        found += recounted
    proof = Proof(differing is None, _rows(mine), talk.now_ms() * 1000, differing or (), tuple(found))
    _keep(talk, proof, mine, is_last=True)
    return proof


def _stored(talk: Conversation) -> dict[str, Digest]:
    with talk.replica.reading() as reader:
        return digests.stored(reader)


def _recomputed(talk: Conversation) -> dict[str, Digest]:
    with talk.replica.reading() as reader:
        return digests.recomputed(reader, talk.replica.registry)


def _rows(mine: dict[str, Digest]) -> int:
    return sum(d.rows for d in mine.values())


def _mended(talk: Conversation, mine: dict[str, Digest], differing: tuple[str, ...]) -> list[Incident]:
    """Put right what differs, entity by entity, as far as one round goes; each is an incident."""
    at, found, left = place_of(talk.replica), list[Incident](), repair.MAX_ROWS
    for entity in differing or repair.differing_entities(talk, at, "version", "", mine):
        if left <= 0 or entity not in talk.replica.registry.by_name:
            continue
        rows = repair.mend(talk, at, entity, "version", most=left)
        left -= rows
        if rows:
            incident = Incident("repaired", f"{entity} {rows}", entity=entity, rows=rows)
            with talk.replica.write(durable=False) as writing:
                integrity.log(writing, incident, talk.now_ms() * 1000)
            found.append(incident)
    return found


def _differing(mine: dict[str, Digest], pulled: Pulled) -> tuple[str, ...] | None:
    """Return what differs, or None when all is equal."""
    if pulled.digests is None:
        return None if combined(mine) == pulled.combined else ()
    theirs = {name: Digest.parse(*wire) for name, wire in pulled.digests.items()}
    return tuple(names_of(mine, theirs)) or None


def _keep(talk: Conversation, proof: Proof, mine: dict[str, Digest], *, is_last: bool) -> None:
    if proof.equal and not proof.found and talk.replica.facts()["proof"] == [True, proof.rows, []]:
        return
    with talk.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"proof": [proof.equal, proof.rows, list(proof.differing)]})
        kept = digests.stored(writing.connection)
        wrong = names_of(kept, mine)
        if wrong:
            for name in wrong:
                integrity.log(writing, Incident("digest", name, entity=name), proof.at)
            digests.store(writing.connection, mine)
        if is_last and not proof.equal:
            for name in proof.differing or ("",):
                integrity.log(writing, Incident("unequal", name or "whole", entity=name), proof.at)
