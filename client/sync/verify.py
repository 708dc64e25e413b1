"""Last step: prove that replica and centre are equal, or say loudly that they are not (trap 20)."""

from dataclasses import dataclass

from client.replica import digests, integrity, meta
from client.replica.integrity import Incident
from client.sync.conversation import Conversation
from client.sync.pull import Pulled
from shared_models.digest import Digest, combined


@dataclass(frozen=True)
class Proof:
    """Result of one comparison. at: microseconds since 1970 UTC, by the device's clock."""

    equal: bool
    rows: int
    at: int
    differing: tuple[str, ...] = ()
    """Entities whose figures differ; empty when only the figure of the whole was compared."""


def prove(talk: Conversation, pulled: Pulled) -> Proof | None:
    """Compare the replica's digests with the centre's, and keep the result for the screens.

    A difference is not papered over: the figures are computed again from the rows, and if it stays, an incident is logged.
    Returns None when the server sent nothing to compare with.
    """
    if pulled.combined is None and pulled.digests is None:
        return None
    with talk.replica.reading() as reader:
        mine = digests.stored(reader)
    differing = _differing(mine, pulled)
    if differing is not None:
        with talk.replica.reading() as reader:
            mine = digests.recomputed(reader, talk.replica.registry)
        differing = _differing(mine, pulled)
    proof = Proof(differing is None, sum(d.rows for d in mine.values()), talk.now_ms() * 1000, differing or ())
    _keep(talk, proof, mine)
    return proof


def _differing(mine: dict[str, Digest], pulled: Pulled) -> tuple[str, ...] | None:
    """Return what differs, or None when all is equal."""
    if pulled.digests is None:
        return None if combined(mine) == pulled.combined else ()
    theirs = {name: Digest.parse(*wire) for name, wire in pulled.digests.items()}
    names = sorted(name for name in {*mine, *theirs} if mine.get(name, Digest()) != theirs.get(name, Digest()))
    return tuple(names) or None


def _keep(talk: Conversation, proof: Proof, mine: dict[str, Digest]) -> None:
    if proof.equal and talk.replica.facts()["proof"] == [True, proof.rows, []]:
        return
    with talk.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"proof": [proof.equal, proof.rows, list(proof.differing)]})
        kept = digests.stored(writing.connection)
        if any(kept.get(name, Digest()) != digest for name, digest in mine.items()):
            integrity.log(writing, Incident("digest", "kept figures differ from the rows"), proof.at)
            digests.store(writing.connection, mine)
        if not proof.equal:
            integrity.log(writing, Incident("unequal", " ".join(proof.differing) or "whole"), proof.at)
